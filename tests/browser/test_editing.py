"""Changing the points and the classes, and that the words are those of the picture."""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from person import Page, on_plane
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import unitscope as us


def count(page: Page) -> int:
    """The points in the summary; 0 while there is none."""
    found = re.search(r"of (\d+) points", page.text("#summary"))
    return int(found[1]) if found else 0


def test_a_stroke_draws_points_and_one_undo_takes_them_back(page):
    canvas = page.one("#regions")
    page.one(".chip:nth-child(3)").click()
    start, end = on_plane(page, -1, -4.9), on_plane(page, 6, -4.9)
    chain = (
        ActionChains(page.driver, duration=20)
        .move_to_element_with_offset(canvas, *start)
        .click_and_hold()
    )
    for step in range(1, 13):
        chain.move_to_element_with_offset(
            canvas, start[0] + (end[0] - start[0]) * step // 12, start[1]
        )
    chain.release().perform()
    page.until(lambda: count(page) > 104)
    page.words()  # once the picture is of all points of the stroke
    drawn = count(page)
    page.one("#undo").click()
    page.until(lambda: count(page) == 100)
    page.one("#redo").click()
    page.until(lambda: count(page) == drawn)


def test_areas_in_words_are_those_of_the_picture(page, downloads):
    """A share of the window in the text is the polygons', after the window grew too."""
    page.one("#regions").send_keys(".")
    for _ in range(25):
        page.one("#regions").send_keys(Keys.SHIFT, Keys.ARROW_LEFT)
    page.one("#regions").send_keys(Keys.ESCAPE)

    def told() -> list[float]:
        shares = re.findall(
            r"The decision region of c\d covers ([\d.]+)% of the window", page.words()
        )
        return sorted(map(float, shares))

    def drawn() -> list[float]:
        return sorted(drawn_shares(downloads("[data-file='regions.svg']", "regions.svg")))

    # The words come after the picture, once no edit has come for a while.
    page.until(lambda: told() == pytest.approx(drawn(), abs=0.06))
    assert len(told()) >= 3


def drawn_shares(picture: bytes) -> list[float]:
    """Per cent of the picture's polygons that each colour has."""
    areas: dict[str, float] = {}
    for path in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}path"):
        if (path.get("fill") or "").startswith("rgb("):
            for polygon in path.get("d").split("Z")[:-1]:
                corners = [
                    [float(part) for part in corner.split()]
                    for corner in polygon.strip("M").split("L")
                ]
                x, y = np.array(corners).T
                area = abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
                areas[path.get("fill")] = areas.get(path.get("fill"), 0.0) + area
    return [100 * area / sum(areas.values()) for area in areas.values()]


def test_the_training_is_told_and_follows_the_settings(page):
    assert "In 200 epochs the loss went from 1.816 to 0.03." in page.words()
    page.find("#epochs")
    field = page.one("#epochs")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("150", Keys.ENTER)
    page.until(lambda: "In 150 epochs the loss went from" in page.words())
    page.one("body").send_keys(Keys.ARROW_LEFT)
    page.until(lambda: "epochs the loss went from" not in page.words())


def test_with_test_points_the_words_number_the_points_as_the_page_does(page):
    """A sentence on a wrong point lights the point that the text names, of the class it names."""
    page.choose_set("moons")
    page.until(lambda: "c3" not in page.text(".chips"))
    page.driver.execute_script(
        "const s = document.querySelector('#percTrainData'); s.value = 40;"
        "s.dispatchEvent(new Event('input'))"
    )
    page.until(lambda: "test accuracy" in page.text("#numbers"))
    page.until(lambda: "of 60 points right" in page.words())
    sentences = [
        item
        for item in page.driver.find_elements(By.CSS_SELECTOR, ".claims .about")
        if re.match(r"Point \d+ is ", item.text)
    ]
    assert sentences
    for sentence in sentences[:3]:
        number, own, other = re.match(
            r"Point (\d+) is (\w+), but (\w+) has the larger", sentence.text
        ).groups()
        page.driver.execute_script(
            "arguments[0].scrollIntoView({block: 'center'}); arguments[0].focus()", sentence
        )
        page.until(
            lambda number=number, own=own, other=other: re.match(
                rf"Point {number}, {own}: .*; predicted {other} ",
                page.text(".point .note"),
            )
        )


def test_choosing_a_set_keeps_own_points_for_undo(page):
    page.one("#regions").send_keys(".", Keys.ARROW_UP)
    page.until(lambda: page.one("#undo").is_enabled())
    page.choose_set("xor")
    page.until(lambda: page.text(".chips") == "c0c1")
    page.one("#undo").click()
    page.until(lambda: page.text(".chips") == "c0c1c2c3" and count(page) == 100)


def test_a_lesson_begins_at_its_own_state_whatever_was_set_before(page, address):
    setup = "dataset=spirals&networkShape=6,3&learningRate=0.1&percTrainData=50&view=logit"
    other = Page(page.driver, f"{address}#{setup}")
    rate = other.one("#learning-rate")
    other.until(lambda: rate.get_attribute("value") == "0.1")
    other.one("#lessons").click()
    other.until(lambda: other.one("[data-lesson='1']").is_displayed())
    other.one("[data-lesson='1']").click()
    other.until(lambda: rate.get_attribute("value") == "0.01")
    other.until(lambda: other.text("#summary") == "30 of 100 points right at epoch 0")
    other.until(lambda: other.text("#layers-count") == "1 hidden layer")


def test_seeds_are_trained_when_they_come_into_sight(page):
    assert page.driver.find_elements(By.CSS_SELECTOR, ".tile") == []
    page.driver.execute_script("document.querySelector('.seeds').scrollIntoView()")
    page.until(lambda: len(page.driver.find_elements(By.CSS_SELECTOR, ".tile")) == 64)
    page.driver.find_elements(By.CSS_SELECTOR, ".tile")[7].click()
    page.until(lambda: page.one(".tile:nth-child(8)").get_attribute("aria-pressed") == "true")
    page.until(lambda: page.one("#seed").get_attribute("value") == "7")
    page.until(lambda: "settings before" not in page.text(".seeds header"))
    page.choose("#activation", "tanh")
    before = page.text(".seeds .strip")
    page.driver.execute_script("document.querySelector('.seeds').scrollIntoView()")
    page.until(
        lambda: (
            page.text(".seeds .strip") != before
            and "settings before" not in page.text(".seeds header")
        )
    )


def test_a_finger_drags_points_and_scrolls_beside_them(page):
    """Touch: from a point that it chose before it moves the point; else the page scrolls."""
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 390, "height": 800, "deviceScaleFactor": 2, "mobile": True},
    )
    page.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    page.driver.execute_script(
        "document.querySelector('#regions').scrollIntoView({block: 'center'})"
    )

    def place(x0: float, x1: float) -> dict:
        box = page.box("#regions")
        a, b = on_plane(page, x0, x1)
        return {"x": box["x"] + box["width"] / 2 + a, "y": box["y"] + box["height"] / 2 + b}

    def swipe(start: dict, end: dict) -> None:
        send = page.driver.execute_cdp_cmd
        send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [start]})
        for step in range(1, 11):
            at = {key: start[key] + (end[key] - start[key]) * step / 10 for key in ("x", "y")}
            send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
        send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def rest() -> None:
        """Until the page scrolls no more, and its map has its place."""
        seen: list[dict] = []

        def still() -> bool:
            time.sleep(0.1)
            seen.append(page.box("#regions"))
            return len(seen) > 4 and seen[-4:] == [seen[-1]] * 4

        page.until(still)

    scrolled = "return Math.round(scrollY)"
    rest()
    swipe(place(*us.datasets.lab().X[0]), place(0.5, 3.4))
    page.until(lambda: page.text(".point h2").startswith("Point 0 of"))
    rest()
    assert not page.one("#undo").is_enabled()  # the first touch chose it
    for _ in range(5):  # a busy browser scrolls before the page could say that it drags
        rest()
        before = page.driver.execute_script(scrolled)
        swipe(place(*us.datasets.lab().X[0]), place(0.5, 3.4))
        end = time.monotonic() + 20
        while not (dragged := page.one("#undo").is_enabled()) and time.monotonic() < end:
            time.sleep(0.1)
        if dragged:
            break
    assert dragged
    rest()
    assert page.driver.execute_script(scrolled) == before
    empty = place(-8.5, -4.5)
    swipe(empty, {"x": empty["x"], "y": empty["y"] - 200})
    page.until(lambda: page.driver.execute_script(scrolled) > before + 50)
