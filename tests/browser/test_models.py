"""Two networks side by side on the page, and the page of a model that was trained elsewhere."""

from __future__ import annotations

import re

import numpy as np
import pytest
from person import Page, drag
from selenium.webdriver.common.keys import Keys

import unitscope as us
from serving import served
from unitscope.page import FIRST_RUN, answers
from unitscope.training.given import run_of

LAB = us.datasets.lab()


def test_an_epoch_is_seen_beside_the_end_as_compare_says_it(browser, tmp_path):
    run = us.lab.run()
    page = Page(browser, us.export_html(run, tmp_path / "run.html").as_uri())
    page.one("#compare").click()
    alone = page.picture("#regions")
    slider = page.one("#epoch")
    slider.send_keys(Keys.HOME)
    for _ in range(20):
        slider.send_keys(Keys.ARROW_RIGHT)
    page.until(lambda: page.text("#epoch-count") == "20")
    compared = us.compare(run, run.at(20))
    points = ", ".join(map(str, compared.points[:6]))
    assert page.text(".main-map .note") == (
        f"Striped: {100 * compared.share:.1f}% of the window and {len(compared.points)} of 100 "
        f"points differ from epoch 200 of 2 units: {points} and {len(compared.points) - 6} more."
    )
    striped = page.picture("#regions")
    page.one("#compare").click()
    page.until(lambda: page.text(".main-map .note").startswith("Exact"))
    assert len({alone, striped, page.picture("#regions")}) == 3


def test_two_models_open_on_one_page_as_compare_says_it(browser, tmp_path):
    nets = [us.train(LAB, hidden=hidden).network for hidden in ((), (3,))]
    compared = us.compare(*nets, LAB, names=("line", "three units"))
    page = Page(browser, us.export_html(compared, tmp_path / "two.html").as_uri())
    told = page.text(".main-map .note")
    said = f"Striped: three units, shown, differs from line on {100 * compared.share:.1f}%"
    assert told.startswith(f"{said} of the window and {len(compared.points)} of 100 points")
    both = page.picture("#regions")
    page.one("#compare").click()
    page.until(lambda: page.text(".main-map .note").startswith("Exact"))
    assert page.picture("#regions") != both
    page.one("#compare").click()
    page.until(lambda: page.text(".main-map .note") == told)
    assert page.picture("#regions") == both


@pytest.fixture
def model_page(browser, tmp_path, monkeypatch):
    """The live page of a model of scikit-learn."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    model = linear_model.LogisticRegression().fit(LAB.X, np.array(list("abcd"))[LAB.y])
    run = run_of(model, (LAB.X, np.array(list("abcd"))[LAB.y]))
    run.save(tmp_path / "model.npz")
    monkeypatch.setenv(FIRST_RUN, str(tmp_path / "model.npz"))
    answers.hello.cache_clear()
    with served() as server:
        yield Page(browser, f"http://127.0.0.1:{server.port}/")
    answers.hello.cache_clear()


def test_a_model_stays_as_it_is_until_a_training_is_asked_for(model_page):
    page = model_page
    assert page.text("#summary") == "100 of 100 points right"
    assert "the model stays as it was trained" in page.text(".second")
    words = page.words()
    page.one("#compare").click()
    page.choose("#learning-rate", "0.1")
    page.until(lambda: "settings are of a network trained here" in page.text(".second"))
    drag(page, tuple(LAB.X[23]), (4.0, -3.0))
    page.until(lambda: page.text("#summary") == "99 of 100 points right")
    page.until(lambda: page.words() != words)
    page.one("#undo").click()
    page.until(lambda: page.text("#summary") == "100 of 100 points right")
    alike = "Striped: 0% of the window and 0 of 100 points differ from the model."
    page.until(lambda: page.text(".main-map .note") == alike)  # no weight has changed
    page.one("#elsewhere").click()
    page.until(lambda: page.text("#summary").endswith("at epoch 200"))
    assert re.search(r"differ from the model", page.text(".main-map .note"))
    page.one("#elsewhere").click()
    page.until(lambda: page.text("#summary") == "100 of 100 points right")
