"""The exported file, opened from disk without a network: it trains by itself, as Python does."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from person import Page, drag
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import unitscope as us

LAB = us.datasets.lab()
OFFLINE = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
RECIPE = r'("first":.*?"recipe":\{[^}]*?)'  # what the run was trained with
RIGHT_AT_FIRST = "100 of 100 points right at epoch 200"


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a run's file, changed by hand, with the network off."""
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", OFFLINE)

    def opens(run: us.Run, *changes: tuple[str, str], editable: bool = True) -> Page:
        path = us.export_html(run, tmp_path / "run.html", editable=editable)
        text = path.read_text(encoding="utf-8")
        for pattern, new in changes:
            text, count = re.subn(pattern, new, text, count=1)
            assert count == 1, pattern
        Path(path).write_text(text, encoding="utf-8")
        return Page(browser, path.as_uri())

    return opens


def shown(run: us.Run) -> tuple[str, str]:
    """What the page says of a run at its end."""
    right = int((run.network.predict(run.data.X) == run.data.y).sum())
    count = f"{right} of {run.data.n_points} points right at epoch {run.epochs}"
    return count, us.explain(run, length="brief", advice=False).claims[0].text


def has(page: Page, run: us.Run) -> bool:
    count, words = shown(run)
    return page.text("#summary") == count and page.text("#explanation").startswith(words)


def test_points_network_and_settings_are_changed_in_the_file_as_in_python(opened):
    data = us.Dataset(LAB.X.astype("<f4"), LAB.y, class_names=LAB.class_names)
    page = opened(us.train(data, hidden=(2,)))
    assert page.text("#summary") == RIGHT_AT_FIRST and not page.text("#status")
    page.one("#regions").send_keys("....", Keys.DELETE)  # the fourth point is erased
    fewer = data.where(np.arange(100) != 3)
    page.until(lambda: has(page, us.train(fewer, hidden=(2,))))
    page.choose("#activation", "tanh")
    page.one("#add-layer").click()
    page.until(lambda: has(page, us.train(fewer, hidden=(2, 2), activation="tanh")))
    page.find("#seed")
    page.one("#seed").send_keys(Keys.CONTROL, "a")
    page.one("#seed").send_keys("7", Keys.ENTER)
    page.until(lambda: has(page, us.train(fewer, hidden=(2, 2), activation="tanh", seed=7)))
    page.one("#undo").click()
    page.until(lambda: has(page, us.train(data, hidden=(2, 2), activation="tanh", seed=7)))
    page.reached("#train-seeds").click()
    page.until(lambda: len(page.driver.find_elements(By.CSS_SELECTOR, ".tile")) == 64)
    assert not page.text("#status")


def test_a_drag_is_trained_in_the_file_and_the_labs_start_is_there(opened):
    page = opened(us.lab.run())
    drag(page, tuple(LAB.X[3]), (2.0, -3.0))
    page.until(lambda: page.text("#summary") not in ("", RIGHT_AT_FIRST))
    page.one("#undo").click()
    page.until(lambda: page.text("#summary") == RIGHT_AT_FIRST)
    assert page.one("#seed").get_attribute("value") in ("", "0")


def test_a_file_of_many_features_keeps_its_plane_while_it_trains(opened):
    wine = us.datasets.wine()
    page = opened(us.train(wine, epochs=30, hidden=(4,)))
    page.one("#add-layer").click()
    page.until(lambda: "the plane of the run that this file was made of" in page.text(".main-map"))
    trained = us.train(wine, epochs=30, hidden=(4, 4))
    assert has(page, trained)


def test_a_file_that_is_read_only_trains_nothing_and_may_not(opened):
    page = opened(us.lab.run(), editable=False)
    assert page.text("#summary") == RIGHT_AT_FIRST and page.text("b") == "Point at anything:"
    assert not page.driver.find_elements(By.CSS_SELECTOR, "#unitscope-kernel")
    assert "wasm" not in page.one("meta[http-equiv]").get_attribute("content")
    assert not page.one("#undo").is_displayed()


def test_where_a_browser_has_no_webassembly_the_file_says_so_and_shows_its_run(opened):
    page = opened(
        us.lab.run(), ('<script type="module">\n', "<script>delete WebAssembly</script>\\g<0>")
    )
    assert "so that it cannot train by itself. The file shows the run" in page.text("#status")
    assert page.text("#summary") == RIGHT_AT_FIRST and not page.one("#undo").is_displayed()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('id="unitscope-kernel">[^<]{400}', 'id="unitscope-kernel">'), "cannot train any more"),
        (('id="unitscope-kernel">[^<]+', 'id="unitscope-kernel">%%'), "cannot train any more"),
        (('id="unitscope-trainer">[^<]+', 'id="unitscope-trainer">'), "cannot train any more"),
        (
            (f'{RECIPE}"epochs":200,', '\\1"epochs":1e300,'),
            "epochs must be a whole number from 1 to",
        ),
    ],
)
def test_a_file_altered_by_hand_is_refused_in_words(opened, change, words):
    page = opened(us.train(LAB), change)
    page.one("#regions").send_keys("....", Keys.DELETE)
    page.until(lambda: "99 points" in page.text("#count") and words in page.text("#status"))
