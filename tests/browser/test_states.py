"""What the page shows while it waits and where it is refused, and that Play is seen on a phone."""

from __future__ import annotations

import pytest
from person import Page
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

# Before the page's scripts: replies of trainings wait, or too many epochs are asked for.
BETWEEN = """
const Plain = window.WebSocket;
window.held = null;
window.WebSocket = class extends Plain {
  send(text) {
    super.send(window.spoiled ? text.replace('"epochs":200', '"epochs":2000000') : text);
  }
  set onmessage(take) {
    super.onmessage = (event) => {
      if (window.held && event.data.includes('"trained"')) window.held.push(() => take(event));
      else take(event);
    };
  }
  addEventListener(name, take, ...more) {
    super.addEventListener(name, name !== "message" ? take : (event) => {
      if (window.held && event.data.includes('"trained"')) window.held.push(() => take(event));
      else take(event);
    }, ...more);
  }
};
"""
SHOWN = ("h1", "#summary", ".chips", ".story", ".confusion tbody", ".point h2")


@pytest.fixture
def between(browser, address):
    """The page, with somebody between it and its server."""
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": BETWEEN})
    page = Page(browser, address)
    page.words()
    return page


def chosen(page) -> str | None:
    """The set whose picture is pressed."""
    return page.one("[data-set][aria-pressed=true]").get_attribute("data-set")


def test_while_another_set_trains_the_old_pictures_dim_and_keep_their_names(between):
    page, opacity = between, "return getComputedStyle(document.querySelector(arguments[0])).opacity"

    def dim() -> set[str]:
        parts = (".stage", ".plane", "#numbers", ".area-words", ".area-point")
        return {page.driver.execute_script(opacity, part) for part in parts}

    before = [page.text(part) for part in SHOWN]
    page.driver.execute_script("window.held = []")
    page.choose_set("moons")
    page.until(lambda: page.text("#status").startswith("Training"))
    page.until(lambda: dim() == {"0.5"})
    assert [page.text(part) for part in SHOWN] == before
    assert chosen(page) == "lab"
    page.driver.execute_script(
        "const all = window.held; window.held = null; for (const take of all) take();"
    )
    page.until(lambda: dim() == {"1"})
    page.until(lambda: chosen(page) == "moons" and page.text(".chips") == "c0c1")
    page.until(lambda: page.text("#status") == "")


def test_a_set_that_is_refused_is_taken_back_and_the_refusal_stays(between):
    page = between
    before = [page.text(part) for part in SHOWN]
    page.driver.execute_script("window.spoiled = true")
    page.choose_set("moons")
    page.until(lambda: "epochs must be" in page.text("#status"))
    assert chosen(page) == "lab"
    assert [page.text(part) for part in SHOWN] == before
    page.one("#epoch").send_keys(Keys.HOME)
    page.until(lambda: page.text("#epoch-count") == "0")
    page.one("#play").click()
    page.until(lambda: page.text("#epoch-count") == "200")
    assert "epochs must be" in page.text("#status")  # nobody has answered it
    assert page.one(".status").is_displayed()
    assert "dataset=" not in page.driver.current_url
    page.driver.execute_script("window.spoiled = false")
    page.one("[aria-label='Send this message away']").click()
    page.until(lambda: not page.one(".status").is_displayed())
    page.choose_set("moons")
    page.until(lambda: chosen(page) == "moons" and page.text(".chips") == "c0c1")


def test_on_a_phone_plays_effect_is_in_view(page):
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True},
    )
    page.driver.execute_script("scrollTo(0, 0)")
    page.until(lambda: page.one("#play").is_displayed())
    page.one("#play").click()
    for part in ("#play", "#regions", "#epoch-count"):
        box = page.box(part)
        assert box["y"] >= 0 and box["y"] + box["height"] <= 844, (part, box)
    page.until(lambda: page.text("#epoch-count") == "200")
    shown = page.driver.find_elements(By.CSS_SELECTOR, "#play, #regions")
    assert all(one.is_displayed() for one in shown)
