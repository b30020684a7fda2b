"""The page as a person uses it: what the browser tests share."""

from __future__ import annotations

from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

import unitscope as us
from patience import PATIENCE


def drawn(driver, canvas) -> str:
    """A canvas's picture, brought into sight and given the frames to be drawn."""
    return driver.execute_async_script(
        """
        const [canvas, done] = arguments;
        canvas.scrollIntoView({ block: "nearest" });
        let frames = 4;
        const next = () => frames-- ? requestAnimationFrame(next) : done(canvas.toDataURL());
        next();""",
        canvas,
    )


class Page:
    """The page as a person uses it."""

    def __init__(self, driver, address: str) -> None:
        self.driver = driver
        driver.get(address)
        self.until(
            lambda: driver.execute_script(
                "return document.documentElement.dataset.ready === 'true'"
            )
        )
        self.until(lambda: self.text("#summary"))

    def until(self, condition):
        """Look until it's so; what is not there yet, or was just drawn anew, is looked at again."""
        passing = NoSuchElementException, StaleElementReferenceException
        return WebDriverWait(self.driver, PATIENCE, 0.05, passing).until(
            lambda _driver: condition()
        )

    def one(self, selector: str):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def reached(self, selector: str):
        """What a person has scrolled to: it stands in the middle of the window."""
        found = self.one(selector)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
        return found

    def text(self, selector: str) -> str:
        return self.driver.execute_script(
            "return document.querySelector(arguments[0])?.textContent ?? ''", selector
        )

    def choose(self, selector: str, value: str) -> None:
        self.find(selector)
        Select(self.one(selector)).select_by_value(value)

    def choose_set(self, name: str) -> None:
        self.driver.execute_script(
            "document.querySelector(arguments[0]).click()", f"[data-set={name}]"
        )

    def find(self, selector: str) -> None:
        """Open "More" where a setting is behind it."""
        behind = f".more:not([open]):has({selector})"
        for more in self.driver.find_elements(By.CSS_SELECTOR, f"{behind} > summary"):
            more.click()

    def picture(self, selector: str) -> str:
        """A canvas as it is when it is in sight: out of sight none is drawn."""
        return drawn(self.driver, self.one(selector))

    def words(self) -> str:
        """The explanation, all parts folded out, once it's that of the picture."""
        self.until(lambda: self.text(".claims") and self.text(".explanation:not(.stale)"))
        self.driver.execute_script(
            "for (const part of document.querySelectorAll('.claims details')) part.open = true"
        )
        return self.driver.execute_script(
            "return [...document.querySelectorAll('.claims')].map((c) => c.textContent).join('')"
        )

    def box(self, selector: str) -> dict:
        return self.driver.execute_script(
            "const b = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return {x: b.x, y: b.y, width: b.width, height: b.height}",
            selector,
        )


def on_plane(page: Page, x0: float, x1: float) -> tuple[int, int]:
    """A place of the lab's data as an offset from the middle of the decision map."""
    return place_in(page.box("#regions"), x0, x1)


def place_in(box: dict, x0: float, x1: float) -> tuple[int, int]:
    """The same where the map has this width and height."""
    X, room = us.datasets.lab().X, {"left": 48, "bottom": 30, "top": 6, "right": 6}
    low, high = X.min(axis=0), X.max(axis=0)
    low, high = low - 0.08 * (high - low), high + 0.08 * (high - low)
    across = room["left"] + (x0 - low[0]) / (high[0] - low[0]) * (
        box["width"] - room["left"] - room["right"]
    )
    down = room["top"] + (high[1] - x1) / (high[1] - low[1]) * (
        box["height"] - room["top"] - room["bottom"]
    )
    return round(across - box["width"] / 2), round(down - box["height"] / 2)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    canvas = page.reached("#regions")
    (a, b), (c, d) = on_plane(page, *start), on_plane(page, *end)
    chain = (
        ActionChains(page.driver, duration=20)
        .move_to_element_with_offset(canvas, a, b)
        .click_and_hold()
    )
    for step in range(1, 9):
        chain.move_to_element_with_offset(canvas, a + (c - a) * step // 8, b + (d - b) * step // 8)
    chain.release().perform()
