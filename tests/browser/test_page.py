"""The live page in a real browser, as its users meet it."""

from __future__ import annotations

import re

import pytest
from person import Page, drag, on_plane
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import unitscope as us
from patience import PATIENCE

HOSTILE = "</script><script>alert(1)</script>"


def test_the_first_screen_is_the_lab_trained_and_explained(page):
    assert page.text("#summary") == "100 of 100 points right at epoch 200"
    assert "The network classifies all 100 points right (100%)." in page.words()
    assert page.text("#epoch-count") == "200"
    assert re.search(r"Exact: \d+ activation regions\.", page.text(".main-map .note"))


def test_dragging_a_point_changes_the_regions_and_the_words(page):
    before, words = page.picture("#regions"), page.words()
    point = us.datasets.lab().X[23]
    drag(page, tuple(point), (4.0, -3.0))
    page.until(lambda: page.words() != words)
    page.until(lambda: page.picture("#regions") != before)
    assert page.one("#undo").is_enabled()
    page.one("#undo").click()
    page.until(lambda: page.words() == words)


def test_dragging_is_right_after_scrolling(page):
    """Also on a scrolled page the point that's dragged is the one under the pointer."""
    page.driver.set_window_size(1000, 900)
    drag(page, tuple(us.datasets.lab().X[0]), (0.0, 3.0))
    note = ".point .note"

    def there() -> bool:
        found = re.search(r"Point 0, c3: x0 (\S+), x1 (\S+);", page.text(note))
        if not found:
            return False
        place = [float(number.replace("−", "-")) for number in found.groups()]
        return place == pytest.approx([0, 3], abs=0.15)

    page.until(there)  # the picture follows the pointer, later on a busy machine


def test_the_epoch_slider_shows_epoch_0s_other_boundary(page):
    end = page.picture("#regions")
    slider = page.one("#epoch")
    slider.send_keys(Keys.HOME)
    page.until(lambda: page.text("#epoch-count") == "0")
    page.until(lambda: page.picture("#regions") != end)
    right = int(page.text("#summary").split()[0])
    assert right == round(
        100 * (us.lab.run().at(0).predict(us.datasets.lab().X) == us.datasets.lab().y).mean()
    )
    slider.send_keys(Keys.END)
    page.until(lambda: page.picture("#regions") == end)


def test_play_goes_to_the_end_and_reset_repeats_the_same_start(page):
    page.one("#reset").click()
    page.until(lambda: page.text("#epoch-count") == "0")
    start = page.picture("#regions")
    page.one("#play").click()
    page.until(lambda: page.text("#epoch-count") == "200")
    page.one("#reset").click()
    page.until(lambda: page.picture("#regions") == start)


def test_classes_layers_and_units_are_added_and_removed(page):
    page.one("#add-class").click()
    page.until(lambda: "112 points" in page.text("#summary"))
    assert len(page.driver.find_elements(By.CSS_SELECTOR, ".confusion tbody tr")) == 5
    page.one("#add-layer").click()
    page.until(lambda: page.text("#layers-count") == "2 hidden layers")
    page.one("[aria-label='Add a unit to layer 1']").click()
    page.until(lambda: len(page.driver.find_elements(By.CSS_SELECTOR, "[id^=unit-0-]")) == 3)
    page.one("#remove-class").click()
    page.until(lambda: "of 100 points" in page.text("#summary"))


def test_points_are_added_and_erased(page):
    canvas = page.one("#regions")
    page.one(".chip:nth-child(2)").click()
    ActionChains(page.driver).move_to_element_with_offset(
        canvas, *on_plane(page, 0, -4.5)
    ).click().perform()
    page.until(lambda: "of 101 points" in page.text("#summary"))
    page.one("[data-tool=erase]").click()
    ActionChains(page.driver).move_to_element_with_offset(
        canvas, *on_plane(page, 0, -4.5)
    ).click().perform()
    page.until(lambda: "of 100 points" in page.text("#summary"))


def test_a_weight_changed_by_hand_changes_the_picture_and_can_be_taken_back(page):
    before = page.picture("#unit-1-0 canvas")
    page.one("#unit-0-0").click()
    field = page.until(lambda: page.one(".weights input"))
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("-3", Keys.ENTER)
    page.until(lambda: "changed by hand" in page.text("#summary"))
    page.until(lambda: page.picture("#unit-1-0 canvas") != before)
    page.one(".unit-detail button").click()
    page.until(lambda: page.text("#summary") == "100 of 100 points right at epoch 200")


def test_a_csv_with_text_labels_is_loaded(page, tmp_path):
    path = tmp_path / "pets.csv"
    rows = [f"{k % 7},{k % 5},{('cat', 'dog', HOSTILE)[k % 3]}" for k in range(60)]
    path.write_text("a,b,kind\n" + "\n".join(rows), encoding="utf-8")
    page.driver.execute_script("document.querySelector('#file').style.display = 'block'")
    page.one("#file").send_keys(str(path))
    page.until(lambda: "of 60 points" in page.text("#summary"))
    assert HOSTILE in page.text(".confusion") and "cat" in page.text(".chips")
    assert page.text("#target option:checked") == "kind"
    path.write_text("a,b,kind\n1,2,x\n1,oops,y\n", encoding="utf-8")
    page.one("#file").send_keys(str(path))
    page.until(
        lambda: (
            "line 3, column 'b' must be a number, as most of that column are. Got 'oops' instead."
            in page.text("#status")
        )
    )


PENGUINS = """id,species,island,seen,bill,mass
1,Adelie,Biscoe,2007-11-11,39.1,3750
2,Adelie,Dream,2007-11-12,38.5,
"""


def test_a_tables_columns_are_chosen_and_what_is_refused_has_remedies(page, tmp_path):
    path = tmp_path / "penguins.csv"
    names = ("Adelie", "Gentoo", "Chinstrap")
    path.write_text(
        PENGUINS
        + "".join(
            f"{k},{names[k % 3]},{('Biscoe', 'Dream')[k % 2]},2008-01-0{k % 9 + 1},"
            f"{38 + 5 * (k % 3) + k % 4},{3000 + 900 * (k % 3) + 10 * k}\n"
            for k in range(3, 61)
        )
    )
    page.driver.execute_script("document.querySelector('#file').style.display = 'block'")
    page.one("#file").send_keys(str(path))
    page.until(lambda: page.one("#table").is_displayed())
    refused = page.text("#table-refused")
    assert refused == "line 3, column 'mass' must be the name of a class. Got nothing instead."
    assert "dates or times" in page.text(".table-columns")
    assert page.text("#table p.muted").startswith("60 rows, 6 columns; ")
    assert page.text("#summary").startswith("100 of 100")  # the lab's, still
    # Several columns of texts: the last is taken for the classes until another is chosen.
    assert page.text("#remedies") == "Classes of speciesClasses of island"
    page.choose("#table-target", "species")
    page.until(lambda: "Leave out seen" in page.text("#remedies"))
    page.one("#remedies button").click()
    page.until(lambda: "line 3, column 'mass' must be a value" in page.text("#table-refused"))
    assert page.text("#remedies") == "Leave out 1 rowFill in the columns' means"
    page.one("#remedies button").click()
    page.until(lambda: "of 59 points right" in page.text("#summary"))
    assert page.text("#remedies") == "" and page.one("#table").is_displayed()
    boxes = {
        row.find_element("css selector", ".name").text: row.find_element("css selector", "input")
        for row in page.driver.find_elements("css selector", ".table-columns li")
        if row.is_displayed()
    }
    assert [name for name, box in boxes.items() if box.is_selected()] == ["island", "bill", "mass"]
    boxes["island"].click()
    page.until(lambda: "2 of 5 used" in page.text("#table legend"))
    page.choose("#table-missing", "mean")
    page.until(lambda: "of 60 points right" in page.text("#summary"))
    page.one("#table-done").click()
    page.until(lambda: not page.one("#table").is_displayed())
    told = "2 of 5 columns used; 1 missing of 'mass' filled with the column's mean."
    assert page.text("#table-notes") == told
    page.one("#columns").click()
    page.choose("#table-scale", "false")
    page.until(lambda: "standardize=false" in page.driver.current_url)
    page.one("#table-done").click()
    path.write_text("1,2,a\n3,4,b\n5,6,a\n")
    page.one("#file").send_keys(str(path))
    page.until(lambda: "the first line" in page.text("#table-refused"))
    page.one("#remedies button").click()
    page.until(lambda: "of 3 points right" in page.text("#summary"))


def test_the_address_gives_the_same_page_again(page, address):
    page.choose("#learning-rate", "0.03")
    page.one("[aria-label='Add a unit to layer 1']").click()
    page.until(
        lambda: (
            "networkShape=3" in page.driver.current_url
            and "learningRate=0.03" in page.driver.current_url
        )
    )
    page.one("#regions").send_keys("...")
    page.one("#regions").send_keys(Keys.ARROW_UP * 3)
    page.until(lambda: "points=" in page.driver.current_url)
    page.one("#regions").send_keys(Keys.ESCAPE)
    words, link = page.words(), page.driver.current_url
    page.driver.get("about:blank")
    again = Page(page.driver, link)
    again.until(lambda: again.words() == words)
    assert again.text("#numbers")


def test_everything_is_reached_and_done_by_keyboard(page):
    body = page.one("body")
    page.find("#seed")
    page.driver.execute_script(
        "window.focused = [];"
        "document.addEventListener('focusin', ({target: e}) => window.focused.push("
        "[e.id || e.ariaLabel || e.textContent, getComputedStyle(e).outlineStyle]))"
    )
    for _ in range(10):  # 64 of them are the starts, once those are trained
        ActionChains(page.driver).send_keys(20 * Keys.TAB).perform()
    focused = page.driver.execute_script("return window.focused")
    assert [name for name, outline in focused if outline == "none"] == []
    seen = {name for name, _ in focused}
    assert {
        "lessons",
        "share",
        "export",
        "play",
        "reset",
        "learning-rate",
        "activation",
        "optimizer",
        "batchSize",
        "epochs",
        "seed",
        "new-start",
        "sums",
        "regions",
        "lab",
        "epoch",
        "unit-0-0",
        "unit-1-3",
        "train-seeds",
        "add-class",
        "add-layer",
        "help",
        "theme",
        "scale",
        "view",
    } <= seen
    body.send_keys(Keys.HOME)
    page.until(lambda: page.text("#epoch-count") == "0")
    assert page.one("#step").is_enabled()  # which it is not at the end
    body.send_keys(Keys.ARROW_RIGHT)
    page.until(lambda: page.text("#epoch-count") == "1")
    body.send_keys(Keys.END)
    page.until(lambda: page.text("#epoch-count") == "200")
    body.send_keys("r", " ")
    page.until(lambda: page.text("#epoch-count") == "200")
    body.send_keys("?")
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "dialog[open]"))


def test_hovering_a_sentence_lights_what_it_speaks_of(page):
    page.words()
    claim = next(
        item
        for item in page.driver.find_elements(By.CSS_SELECTOR, ".claims .about")
        if item.text.startswith("Unit 1 ")
    )
    ActionChains(page.driver).move_to_element(claim).perform()
    page.until(lambda: "lit" in page.one("#unit-0-1").get_attribute("class"))
    page.until(lambda: page.text(".main-map h2") == "unit 1 of layer 1")


def test_the_strip_of_seeds_opens_one(page):
    page.one("#train-seeds").click()
    page.until(lambda: len(page.driver.find_elements(By.CSS_SELECTOR, ".tile")) == 64)
    share = page.until(lambda: re.match(r"(\d+) of 64", page.text(".seeds header .muted")))
    sweep = us.sweep(us.datasets.lab(), seeds=64)
    assert int(share[1]) == (sweep.accuracy == 1).sum()
    worst = int(sweep.accuracy.argmin())
    page.driver.find_elements(By.CSS_SELECTOR, ".tile")[worst].click()
    page.until(
        lambda: page.text("#summary").startswith(f"{round(100 * sweep.accuracy[worst])} of 100")
    )


def test_seeds_that_diverged_are_said_and_counted(browser, address):
    page = Page(browser, address + "#optimizer=sgd&learningRate=5&epochs=6&course=false")
    page.one("#train-seeds").click()
    page.until(lambda: len(page.driver.find_elements(By.CSS_SELECTOR, ".tile")) == 64)
    recipe = us.Recipe(optimizer="sgd", learning_rate=5, epochs=6)
    lost = us.sweep(us.datasets.lab(), recipe, seeds=64).diverged
    assert 0 < lost.sum() < 64
    assert f" {lost.sum()} of 64 diverged. " in page.text(".seeds header .muted")
    labels = [
        tile.get_attribute("aria-label").endswith(": diverged")
        for tile in page.driver.find_elements(By.CSS_SELECTOR, ".tile")
    ]
    assert labels == lost.tolist()


@pytest.mark.parametrize(
    ("width", "dark"), [(360, False), (760, True), (1280, True), (2560, False)]
)
def test_nothing_is_wider_than_the_screen(page, width, dark):
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 2, "mobile": width < 500},
    )
    page.choose("#theme", "dark" if dark else "light")
    page.choose_set("digits")
    page.until(lambda: "of 1,797 points" in page.text("#summary"))
    assert page.driver.execute_script("return document.documentElement.scrollWidth") <= width


def test_views_themes_scales_and_the_split_need_no_reload(page):
    pictures = {page.picture("#regions")}
    for view in ("probability", "logit"):
        page.choose("#view", view)
        page.until(lambda: page.picture("#regions") not in pictures)
        pictures.add(page.picture("#regions"))
        page.choose("#view-class", "2")
        page.until(lambda: page.picture("#regions") not in pictures)
        pictures.add(page.picture("#regions"))
        page.choose("#view-class", "-1")
    page.driver.execute_script(
        "const s = document.querySelector('#percTrainData'); s.value = 30;"
        "s.dispatchEvent(new Event('input'))"
    )
    page.until(lambda: "test accuracy" in page.text("#numbers"))
    page.until(lambda: "30 of them for testing" in page.text("[aria-label='Data'] .note"))
    page.driver.execute_script("document.querySelector('[data-cell=\"0,0\"]').click()")
    page.until(lambda: page.one("[data-cell='0,0']").get_attribute("aria-pressed") == "true")


def test_a_press_on_a_count_lands_though_the_counts_change_meanwhile(page):
    cell = page.one("[data-cell='0,0']")
    before = cell.text
    page.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", cell)
    ActionChains(page.driver).click_and_hold(cell).perform()
    page.driver.execute_script(
        "const s = document.querySelector('#epoch'); s.value = 0;"
        "s.dispatchEvent(new Event('input'))"
    )
    page.until(lambda: cell.text != before)
    ActionChains(page.driver).release().perform()
    page.until(lambda: cell.get_attribute("aria-pressed") == "true")
    page.one("#epoch").send_keys(Keys.END)
    page.until(lambda: cell.text == before)
    cell.click()
    page.until(lambda: cell.get_attribute("aria-pressed") == "false")


def test_the_page_comes_back_when_its_server_does(browser, tmp_path):
    import signal
    import subprocess
    import sys

    def start(port: int) -> tuple[subprocess.Popen, str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "unitscope", "play", "--port", str(port), "--no-browser"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        with process.stdout as told:
            return process, re.search(r"http://\S+", told.readline())[0]

    first, address = start(0)
    page = Page(browser, address)
    first.send_signal(signal.SIGINT)
    first.wait(PATIENCE)
    page.until(lambda: "server is away" in page.text("#status"))
    second, _ = start(int(re.search(r":(\d+)/", address)[1]))
    try:
        page.until(lambda: page.text("#status") == "")
        page.one("#add-class").click()
        page.until(lambda: "of 112 points" in page.text("#summary"))
    finally:
        second.send_signal(signal.SIGINT)
        second.wait(PATIENCE)
    browser.get_log("browser")  # that the connection was refused meanwhile is told there


def test_the_file_opens_from_disk_without_a_network(browser, tmp_path):
    data = us.datasets.lab()
    named = us.Dataset(
        data.X, data.y, class_names=[HOSTILE, "<img src=x onerror=alert(1)>", "c2", "c3"]
    )
    path = us.export_html(us.train(named), tmp_path / "run.html")
    assert HOSTILE not in path.read_text(encoding="utf-8")
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd(
        "Network.emulateNetworkConditions",
        {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0},
    )
    page = Page(browser, path.as_uri())
    assert page.text("#summary") == "100 of 100 points right at epoch 200"
    assert HOSTILE in page.text(".claims")
    page.one("#epoch").send_keys(Keys.HOME)
    page.until(lambda: page.text("#epoch-count") == "0")
    page.until(lambda: "100 of 100" not in page.text("#summary"))
    ActionChains(browser).move_to_element(page.one("#unit-0-1")).perform()
    page.until(lambda: page.text(".main-map h2") == "unit 1 of layer 1")
    page.picture("#regions")  # drawn, and what a drawing would load is asked for
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
