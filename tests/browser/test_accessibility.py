"""axe-core finds nothing serious: in either theme, on a screen or a phone, with all parts open."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from person import Page
from selenium.webdriver.common.by import By

RULES = """
const done = arguments[0];
axe.run(document, { resultTypes: ["violations"] }).then((found) => done({
  passes: found.passes.length,
  violations: found.violations.map((rule) => ({ id: rule.id, impact: rule.impact,
    where: rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)) })) }));
"""


@pytest.fixture
def axe(page):
    """Runs axe-core on what is open: its serious and critical violations."""
    package = importlib.util.find_spec(
        "axe_playwright_python"
    )  # for the script that it ships: the package needs more
    source = (Path(package.submodule_search_locations[0]) / "axe.min.js").read_text(
        encoding="utf-8"
    )

    def violations() -> list[dict]:
        page.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": source})
        found = page.driver.execute_async_script(RULES)
        assert found["passes"] > 15
        return [rule for rule in found["violations"] if rule["impact"] in ("serious", "critical")]

    return violations


def test_axe_notices(page, axe):
    page.driver.execute_script(
        "const b = document.createElement('button'); document.querySelector('main').append(b)"
    )
    assert [rule["id"] for rule in axe()] == ["button-name"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_serious(page, axe, theme, width):
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    page.choose("#theme", theme)
    assert axe() == []
    page.reached("#unit-0-1").click()
    page.one("#regions").send_keys("..")
    page.one("#train-seeds").click()
    page.until(lambda: len(page.driver.find_elements(By.CSS_SELECTOR, ".tile")) == 64)
    assert axe() == []
    page.one("#export").click()
    assert axe() == []
    page.driver.execute_script("document.querySelector('dialog[open]').close()")
    page.one("#lessons").click()
    page.until(lambda: page.one("[data-lesson='2']").is_displayed())
    assert axe() == []
    page.one("#tailor").click()
    page.until(lambda: page.one("#tailor-box").is_displayed())
    assert axe() == []
    page.driver.execute_script("document.querySelector('#tailor-box').close()")
    page.one("#lessons").click()
    page.until(lambda: page.one("[data-lesson='2']").is_displayed())
    page.one("[data-lesson='2']").click()
    page.until(lambda: page.text(".task h1"))
    assert axe() == []


def test_nothing_serious_with_twelve_classes_and_a_view_of_many_features(page, axe, address):
    many = Page(
        page.driver, f"{address}#dataset=blobs&classes=12&networkShape=10,4&view=probability"
    )
    many.until(lambda: "c11" in many.text(".chips"))
    assert axe() == []
    many.choose_set("wine")
    many.until(lambda: "alcohol" in many.text(".diagram"))
    assert axe() == []
