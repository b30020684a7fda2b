"""The settings behind "More": stopping early, the scale of features, the weights of classes."""

from __future__ import annotations

import re

from person import Page
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

import unitscope as us


def _chosen(page, name: str) -> str:
    return Select(page.one(name)).first_selected_option.get_attribute("value")


def _how_trained(page) -> str:
    page.words()
    parts = page.driver.find_elements(By.CSS_SELECTOR, ".claims details")
    told = (part.text for part in parts if part.text.startswith("How it was trained"))
    return next(told, "")  # while they are drawn anew


def test_each_setting_behind_more_is_trained_with_said_and_in_the_link(page):
    page.one(".more > summary").click()
    page.choose("#learning-rate", "1")
    page.choose("#earlyStopping", "5")  # there are no test points yet: a fifth is held out
    stopped = r"Stopped after epoch (\d+): the test loss was lowest after epoch (\d+), whose net"
    page.until(lambda: re.search(stopped, page.text("#numbers")))
    last, best = map(int, re.search(stopped, page.text("#numbers")).groups())
    assert last == best + 5 and page.text("#epoch-count") == str(best)
    assert page.one("#percTrainData").get_attribute("value") == "20"
    count = r"\d+ of 80 training points and \d+ of 20 test points right at epoch \d+"
    assert re.fullmatch(count, page.text("#summary"))
    words = f"Of the {last} epochs that were trained, epoch {best} had the lowest loss on the"
    page.until(lambda: words in _how_trained(page))

    page.choose("#standardize", "true")
    page.until(lambda: "The features were standardized for training" in _how_trained(page))
    page.choose("#classWeight", "balanced")
    page.until(lambda: "The loss of a point counted by its class" in _how_trained(page))
    address = "standardize=true&classWeight=balanced&earlyStopping=5&percTrainData=80"
    page.until(lambda: address in page.driver.current_url)
    told = page.text("#numbers")
    page.driver.refresh()
    page.until(lambda: page.text("#numbers") == told)
    wanted = {"#earlyStopping": "5", "#standardize": "true", "#classWeight": "balanced"}
    assert {name: _chosen(page, name) for name in wanted} == wanted

    page.driver.execute_script(  # without test points, nothing says when to stop
        "const s = document.querySelector('#percTrainData'); s.value = 0;"
        "s.dispatchEvent(new Event('input'))"
    )
    page.until(lambda: re.fullmatch(r"\d+ of 100 points right at epoch 200", page.text("#summary")))
    assert _chosen(page, "#earlyStopping") == ""


def test_training_and_test_points_are_never_counted_together(page):
    page.driver.execute_script(
        "const s = document.querySelector('#percTrainData'); s.value = 30;"
        "s.dispatchEvent(new Event('input'))"
    )

    def cells() -> int:
        counts = page.driver.find_elements(By.CSS_SELECTOR, "[data-cell]")
        return sum(int(cell.text or 0) for cell in counts)

    page.until(lambda: "30 test points" in page.text("#summary") and cells() == 70)
    page.choose("#cells-of", "test")
    page.until(lambda: cells() == 30)


def test_a_file_shows_points_held_out_and_the_epoch_that_was_kept(browser, tmp_path):
    run = us.train(
        us.datasets.moons(), validation=0.3, early_stopping=5, learning_rate=0.3, hidden=(8,)
    )
    last = len(run.validation.loss)
    assert last > run.epochs
    page = Page(browser, us.export_html(run, tmp_path / "run.html").as_uri())
    numbers = page.text("#numbers")
    assert f"Stopped after epoch {last}: the test loss was lowest after epoch" in numbers
    summary = page.text("#summary")
    test = run.validation.data
    right = (run.network.predict(test.X) == test.y).sum()
    assert f"{right} of {test.n_points} test points right at epoch {run.epochs}" in summary
