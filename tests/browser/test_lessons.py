"""Lessons: each is run through, each goal reached, and words and subject are in view."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from person import Page
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import unitscope as us
from thorough import few
from unitscope.page import answers

SIZES = ((390, 844), (1280, 800), (1440, 900), (1920, 1080), (2560, 1440))[:: few(2, whole=1)]
STEPS = (8, 4, 5, 5, 4, 4)
IN_VIEW = """
const box = (name) => document.querySelector(name).getBoundingClientRect();
const [words, subject, steps] = [".task h1", ".toured", ".steps"].map(box);
const seen = ({left, top, right, bottom}) =>
  left > -2 && top > -2 && right < innerWidth + 2 && bottom < innerHeight + 2;
return [words, subject, steps].map(seen).concat(
  document.documentElement.scrollWidth <= innerWidth, words.width > 100, subject.height > 20);
"""


def to_step(page: Page, lesson: int, step: int) -> None:
    page.driver.execute_script(f"location.hash = 'lesson={lesson}&step={step}'")
    page.until(lambda: page.text(".task-body .note") == f"Step {step} of {STEPS[lesson - 1]}")
    page.until(lambda: page.driver.current_url.endswith(f"#lesson={lesson}&step={step}"))


def press(page: Page, selector: str, *, times: int = 1) -> None:
    for _ in range(times):
        page.driver.execute_script("document.querySelector(arguments[0]).click()", selector)


def choose_a_point(page: Page) -> None:
    page.one("#regions").send_keys(".")


def move_a_point(page: Page) -> None:
    page.one("#regions").send_keys(".", Keys.ARROW_UP)


def to_the_end(page: Page) -> None:
    page.one("#epoch").send_keys(Keys.END)


def a_second_unit(page: Page) -> None:
    press(page, "[aria-label='Add a unit to layer 1']")


def another_start(page: Page) -> None:
    for seed in (37, 38):
        press(page, "#new-start")
        page.until(lambda seed=seed: f"seed {seed}: " in page.text(".words"))


def one_of_the_starts(page: Page) -> None:
    page.until(lambda: len(page.driver.find_elements(By.CSS_SELECTOR, ".tile")) == 64)
    press(page, ".tile:first-child")


def an_unsure_point(page: Page) -> None:
    for _ in range(30):
        page.one("#regions").send_keys(".")
        if page.text(".goal small") == "Done.":
            return


GOALS = {
    (1, 1): choose_a_point,
    (1, 3): to_the_end,
    (1, 8): move_a_point,
    (2, 1): choose_a_point,
    (2, 2): move_a_point,
    (2, 4): a_second_unit,
    (3, 3): lambda page: page.choose("#view", "hard"),
    (3, 4): to_the_end,
    (3, 5): lambda page: press(page, "#remove-layer"),
    (4, 3): to_the_end,
    (4, 4): another_start,
    (4, 5): one_of_the_starts,
    (5, 2): lambda page: press(page, "[aria-label='Add a unit to layer 1']", times=2),
    (5, 4): lambda page: press(page, "[aria-label='Remove a unit of layer 1']", times=20),
    (6, 3): an_unsure_point,
    (6, 4): to_the_end,
}


def test_each_lesson_is_run_through(page):
    for lesson, steps in enumerate(STEPS, 1):
        for step in range(1, steps + 1):
            to_step(page, lesson, step)
            goal = page.one(".goal")
            assert goal.is_displayed() is ((lesson, step) in GOALS)
            assert "–" not in page.text(".task-body"), (lesson, step)  # each measure has a value
            if goal.is_displayed():
                assert page.text(".goal small").startswith("Not yet: "), (lesson, step)
                GOALS[lesson, step](page)
                page.until(lambda: page.text(".goal small") == "Done.")
    press(page, "#next-step")
    page.until(lambda: not page.driver.find_elements(By.CSS_SELECTOR, ".task"))
    assert page.one(".area-words").is_displayed()


def test_words_and_what_they_speak_of_are_in_view(page):
    for width, height in SIZES:
        page.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
        )
        for step in range(1, STEPS[0] + 1):
            to_step(page, 1, step)
            page.until(lambda: page.driver.execute_script(IN_VIEW) == [True] * 6)
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_numbers_in_the_words_are_pythons_of_the_same_run(page):
    first, lab = answers.hello()["first"], us.datasets.lab()
    kept = np.frombuffer(base64.b64decode(first["run"]["weights"]), "<f4")
    W1, b1, W2, b2 = np.split(kept[-18:].astype(float), [4, 6, 14])
    W1, W2 = W1.reshape(2, 2), W2.reshape(2, 4)
    z = lab.X @ W1 + b1
    on = [[int((z[lab.y == k, j] > 0).sum()) for k in range(4)] for j in range(2)]
    logits = np.maximum(z, 0) @ W2 + b2
    e = np.exp(logits[23] - logits[23].max())
    to_step(page, 2, 1)
    said = f"multiplies x0 by {W1[0, 0]:.3g} and x1 by {W1[1, 0]:.3g}, and adds {b1[0]:.3g}."
    assert said in page.text(".words")
    assert f"There it answers {max(z[0, 0], 0):.3g}." in page.text(".words")
    to_step(page, 3, 1)
    for unit in on:
        assert "{}, {}, {} and {}".format(*unit) in page.text(".words")
    assert [k for k in range(4) if on[0][k] == on[1][k] == 0] == [0]  # as the answer has it
    assert [k for k in range(4) if on[0][k] == on[1][k] == 25] == [3]
    to_step(page, 6, 1)
    assert ", ".join(f"{one:.3g}".replace("-", "−") for one in logits[23, :3]) in page.text(
        ".words"
    )
    to_step(page, 6, 2)
    assert f"{100 * e[2] / e.sum():.1f}% and {100 * e[3] / e.sum():.1f}%" in page.text(".words")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": "x" * 81}, "title of a lesson must be 1 to 80 letters"),
        ({"steps": []}, "steps of a lesson must be a list of 1 to 20"),
    ],
)
def test_a_lesson_of_ones_own_is_taken_or_refused_in_words(page, tmp_path, change, words):
    step = {"title": "<b>Bold</b>", "text": ["{right} of {points}"], "show": ["map"]}
    lesson = {"unitscope": "lesson", "version": 1, "title": "Own", "steps": [step]}
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(lesson))
    bad.write_text(json.dumps(lesson | change))
    press(page, "#lessons")
    page.until(lambda: page.one("#lessons-box").is_displayed())
    page.one("#lesson-file").send_keys(str(bad))
    page.until(lambda: words in page.text("#status"))
    page.one("#lesson-file").send_keys(str(good))
    page.until(lambda: page.text(".task h1") == "<b>Bold</b>")
    assert page.text(".words") == "100 of 100"


def test_a_link_brings_points_of_thirteen_features(page, address):
    wine = Page(page.driver, f"{address}#dataset=wine&networkShape=4")
    wine.until(lambda: "of 178" in wine.text("#summary"))
    wine.one("#regions").send_keys(".", "0", "1")
    wine.until(lambda: wine.one("#undo").is_enabled())
    press(wine, "#share")
    wine.until(lambda: "data=" in wine.driver.current_url)
    shared = wine.driver.current_url
    page.driver.get("about:blank")
    again = Page(page.driver, shared)
    again.until(lambda: again.text("#count") == "178 points: changed by hand")
    assert "data=" in page.driver.current_url
    page.driver.get("about:blank")
    cut = Page(page.driver, f"{shared[: shared.index('data=')]}data={shared[-300:]}")
    cut.until(lambda: "data must be those of a link" in cut.text("#status"))


def test_a_tailored_page_shows_what_was_chosen_and_asks(page):
    press(page, "#lessons")
    page.until(lambda: page.one("#tailor").is_displayed())
    page.one("#tailor").click()
    for part in ("words", "own", "learning-rate"):
        page.one(f"[data-part='{part}']").click()
    page.one("#tailor-question").send_keys("Which <b>class</b>?")
    page.one("#tailor-answer").send_keys("The first.")
    page.choose("#tailor-epoch", "start")
    page.choose("#tailor-theme", "dark")
    page.until(lambda: "theme=dark" in page.one("#tailor-link").get_attribute("value"))
    link = page.one("#tailor-link").get_attribute("value")
    assert page.one("#tailor-frame").get_attribute("value").startswith('<iframe src="http://')
    page.driver.get("about:blank")
    made = Page(page.driver, link)
    made.until(lambda: made.text(".ask summary").startswith("Question. Which <b>class</b>?"))
    assert made.text("#summary").endswith("at epoch 0")
    for hidden in (".area-words", ".own", "#learning-rate"):
        assert not made.one(hidden).is_displayed()
    assert made.one("#activation").is_displayed() and not made.one(".ask > p").is_displayed()
    made.one(".ask > summary").click()
    assert made.one(".ask > p").text == "The first."
    # On paper the page is light.
    light = "return document.querySelector('#scope').dataset.theme"
    assert page.driver.execute_script(light) == "dark"
    page.driver.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert page.driver.execute_script(light) == "light"
    page.driver.execute_script("dispatchEvent(new Event('afterprint'))")
    made.until(lambda: page.driver.execute_script(light) == "dark")


def test_another_lesson_waits_until_its_first_step_is_there(page):
    """Its buttons do not go by the steps of the one before, which may have more."""
    to_step(page, 1, 7)
    page.driver.execute_script("location.hash = 'lesson=2&step=1'")
    page.driver.execute_async_script(
        "const [done] = arguments;"
        "addEventListener('hashchange', () => {"
        "  for (const button of document.querySelectorAll('.task .steps button')) button.click();"
        "  done();"
        "}, {once: true}); location.hash = 'lesson=3&step=1'"
    )
    page.until(lambda: page.text(".task-body .note") == f"Step 1 of {STEPS[2]}")
    assert [one for one in page.driver.get_log("browser") if one["level"] == "SEVERE"] == []
