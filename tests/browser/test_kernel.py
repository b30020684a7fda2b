"""With ?kernel=browser, the served page trains a drag in the browser, or says why it can't."""

from __future__ import annotations

import pytest
from person import Page, on_plane
from selenium.webdriver.common.action_chains import ActionChains

import unitscope as us

# What the page asks its server for, and whether words are wanted.
LISTENED = """
window.asked = [];
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (text) {
  const { kind, explain } = JSON.parse(text);
  window.asked.push([kind, explain === true]);
  return send.call(this, text);
};
"""
WITHOUT = "delete globalThis.WebAssembly;"
KERNEL = "return document.documentElement.dataset.kernel ?? null"


@pytest.fixture
def opened(browser, address):
    """Opens the page after a script has run."""
    scripts = []

    def opens(script: str, query: str = "") -> Page:
        call = "Page.addScriptToEvaluateOnNewDocument"
        scripts.append(browser.execute_cdp_cmd(call, {"source": LISTENED + script})["identifier"])
        return Page(browser, address + query)

    yield opens
    for one in scripts:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": one})


def held(page: Page) -> list[list]:
    """Take the lab's first point into another class's middle: what was asked before it's let go."""
    canvas, data = page.reached("#regions"), us.datasets.lab()
    start = on_plane(page, *data.X[0])
    middle = data.X[data.y == (data.y[0] + 1) % 4].mean(axis=0)
    end, before = on_plane(page, *middle), page.text("#summary")
    page.driver.execute_script("window.asked.length = 0")
    chain = ActionChains(page.driver, duration=20)
    chain.move_to_element_with_offset(canvas, *start).click_and_hold()
    for step in range(1, 9):
        part = [a + (b - a) * step // 8 for a, b in zip(start, end, strict=True)]
        chain.move_to_element_with_offset(canvas, *part).pause(0.05)
    chain.perform()
    page.until(lambda: page.text("#summary") != before)
    return page.driver.execute_script("return window.asked")


def count_shown(page: Page) -> str:
    """How many points the network shown gets right, as the story begins."""
    count = page.text("#summary").split(" points")[0]
    assert count.endswith(" of 100")
    return "All 100" if count == "100 of 100" else count


def let_go(page: Page) -> None:
    """The words of the result come from the server."""
    ActionChains(page.driver).release().perform()
    page.until(lambda: ["train", True] in page.driver.execute_script("return window.asked"))
    assert page.words()


def test_a_drag_is_trained_and_told_in_the_browser_and_its_end_by_the_server(opened):
    page = opened("", "?kernel=browser")
    page.until(lambda: page.driver.execute_script(KERNEL) == "ready")
    assert {"train", "explain"}.isdisjoint(kind for kind, _ in held(page))
    page.until(lambda: page.text("#explanation").startswith(count_shown(page)))
    let_go(page)


def test_the_server_trains_where_the_browser_has_no_webassembly_and_it_says_so(opened):
    page = opened(WITHOUT, "?kernel=browser")
    assert page.text("#status") == (
        "This browser has no WebAssembly with SIMD, so that it cannot train by itself. "
        "The server trains."
    )
    assert ["train", False] in held(page)
    let_go(page)


def test_without_being_asked_to_the_browser_leaves_the_training_to_the_server(opened):
    page = opened("")
    assert ["train", False] in held(page)
    assert page.driver.execute_script(KERNEL) is None and not page.text("#status")
    let_go(page)
