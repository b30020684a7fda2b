"""The first screen: where its parts are at each width, and that nothing there moves by itself."""

from __future__ import annotations

import pytest
from person import on_plane
from selenium.webdriver.common.action_chains import ActionChains

import unitscope as us
from thorough import few

BOXES = """
const parts = ["h1", ".second", "#regions", ".stage", ".key-row", "#play", ".curve", ".chips",
  "#view", ".bars", ".first > div", ".further", ".segments", "#undo", "#learning-rate"];
return Object.fromEntries(parts.flatMap((part) => [...document.querySelectorAll(part)].map(
  (one, k) => { const b = one.getBoundingClientRect();
    return [`${part} ${k}`, [b.x, b.y + scrollY, b.width, b.height].map(Math.round)]; })));
"""
SIZES = ((1440, 900), (1280, 800), (390, 844), (1920, 1080), (900, 900), (2560, 1440))
SIZES = SIZES[:: few(2, whole=1)]
FIRST = (".area-data", ".area-network", ".area-map", ".area-words", ".area-point", ".headline")


def size(page, width: int, height: int) -> None:
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    page.driver.execute_async_script(
        "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(arguments[0], 50)))"
    )


def test_nothing_moves_while_playing_hovering_pinning_or_told_something(page):
    for width, height in SIZES:
        size(page, width, height)
        page.words()
        before = page.driver.execute_script(BOXES)
        if width < 1120:  # there the story is as high as its text, and moves what is below it
            top = page.box(".area-words")["y"] + page.driver.execute_script("return scrollY")
            before = {part: box for part, box in before.items() if box[1] < int(top)}
        assert len(before) > 12

        def still(before=before, width=width) -> None:
            now = page.driver.execute_script(BOXES)
            moved = {part: (box, now[part]) for part, box in before.items() if now[part] != box}
            assert moved == {}, width

        page.driver.execute_script("document.querySelector('#reset').click()")
        page.until(lambda: page.text("#epoch-count") == "0")
        still()
        page.driver.execute_script("document.querySelector('#play').click()")
        while page.text("#epoch-count") != "200":
            still()
        page.words()
        still()
        page.driver.execute_script(
            "scrollTo(0, 0); document.querySelector('#unit-0-1').focus({preventScroll: true})"
        )
        page.until(lambda: page.text(".main-map h2") == "unit 1 of layer 1")
        still()
        page.driver.execute_script(
            "const unit = document.querySelector('#unit-0-1'); unit.click(); unit.blur()"
        )
        page.until(lambda: page.one(".unit-detail").is_displayed())
        still()
        page.driver.execute_script("document.querySelector('#unit-0-1').click()")
        for selector in (
            "[data-tool=add]",
            "#sums",
            ".more > summary",
            "[data-tool=move]",
            "#sums",
        ):
            page.driver.execute_script("document.querySelector(arguments[0]).click()", selector)
            still()
        page.driver.execute_script("document.querySelector('.more').open = false")


def test_a_point_under_the_pointer_moves_nothing_and_shows_its_bars(page):
    size(page, 1440, 900)
    before = page.driver.execute_script(BOXES)
    canvas = page.one("#regions")
    data = us.datasets.lab()
    ActionChains(page.driver).move_to_element_with_offset(
        canvas, *on_plane(page, *data.X[3])
    ).perform()
    page.until(lambda: page.text(".point h2") == f"Point 3 of {data.class_names[data.y[3]]}")
    bars = page.driver.find_elements("css selector", ".bars .probability")
    wanted = us.lab.run().network.probabilities(data.X[3:4])[0]
    assert len(bars) == 4
    won = page.text(".bars .won .name")
    assert won == data.class_names[wanted.argmax()]
    assert page.driver.execute_script(BOXES) == before


@pytest.mark.parametrize("size_of", [(1280, 800), (1440, 900), (1920, 1080), (2560, 1440)])
def test_the_first_screen_is_one_composition(page, size_of):
    width, height = size_of
    size(page, width, height)
    page.words()
    data, network, plane, words, point, head = (page.box(part) for part in FIRST)
    end = {part: page.box(part)["y"] + page.box(part)["height"] for part in FIRST}
    assert max(end.values()) <= height
    root = "document.documentElement"
    inside, needed = page.driver.execute_script(
        f"return [{root}.clientWidth, {root}.scrollWidth]"
    )  # a scrollbar has its own room
    assert needed <= inside
    # Columns begin and end together, and the map's and the network's stay in proportion.
    assert data["y"] == network["y"] == plane["y"] and words["y"] == point["y"]
    assert data["x"] == words["x"] and network["x"] == head["x"] and plane["x"] == point["x"]
    assert data["x"] < network["x"] < plane["x"]
    assert plane["x"] + plane["width"] == pytest.approx(inside - data["x"], abs=1.5)
    assert plane["width"] / width == pytest.approx(0.382, abs=0.02)
    assert plane["height"] / height > 0.5
    # Nothing that is to be read is cut off.
    for part in (".story", ".bars", ".stage", ".key-row", ".readout", ".under", "h1"):
        low, high = page.driver.execute_script(
            "const p = document.querySelector(arguments[0]);"
            "return [p.scrollWidth - p.clientWidth, p.scrollHeight - p.clientHeight]",
            part,
        )
        assert (low, high) <= (1, 1), part
    assert end[".area-words"] >= page.box(".story")["y"] + page.box(".story")["height"]
    assert page.box(".key-row")["height"] < 0.05 * height  # in one row


def test_a_first_visit_plays_once_and_a_link_or_a_later_visit_does_not(page, address):
    def opened(place: str) -> str:
        page.driver.get("about:blank")
        page.driver.get(place)
        page.until(lambda: page.text("#epoch-count"))
        return page.text("#epoch-count")

    moves = {"features": [{"name": "prefers-reduced-motion", "value": "no-preference"}]}
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", moves)
    page.driver.execute_script("localStorage.clear()")
    assert opened(address + "#seed=3&course=false") == "200"
    assert int(opened(address)) < 200
    page.until(lambda: page.text("#epoch-count") == "200")
    assert opened(address) == "200"
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    page.driver.execute_script("localStorage.clear()")
    assert opened(address) == "200"  # the browser is one that asks for less motion


def test_what_was_tried_for_a_failing_network_are_buttons_that_do_it(page, address):
    page.driver.get(f"{address}#seed=36&course=false")
    page.until(lambda: page.text("#summary") == "69 of 100 points right at epoch 200")
    page.words()
    tried = page.driver.find_elements("css selector", ".remedy")
    assert [row.text.split("\n")[0] for row in tried] == [
        "3 units instead of 2",
        "Another start",
        "200 more epochs",
    ]
    tried[1].find_element("css selector", "button").click()
    page.until(lambda: page.text("#summary") == "100 of 100 points right at epoch 200")
    page.until(lambda: not page.one(".remedies").is_displayed())
    assert "weights of seed 1" in page.text(".playing .note")


NAMES = ("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk", "長" * 20, "الطيور الجارحة " * 3)
FEATURES = ("Längenausdehnungskoeffizientenmessgerätebezeichnung", "身長" * 9, "الطول (سم)")
ASTRAY = """
const astray = [], wide = document.documentElement.clientWidth;
const box = (part) => part.getBoundingClientRect();
if (document.documentElement.scrollWidth > wide) astray.push("the page is too wide");
for (const part of document.querySelectorAll(".area-data *, .of-output, .probability")) {
  if (box(part).right > wide + 1) astray.push(part.className + part.textContent);
}
const stage = document.querySelector(".stage"), note = document.querySelector(".main-map .note");
if (stage.scrollWidth > stage.clientWidth + 1) astray.push("the network is cut off");
if (note.scrollHeight > note.clientHeight + 1) astray.push(note.textContent);
const heads = [...document.querySelectorAll(".column:not(.depth) > .head")].map(box);
heads.slice(1).forEach((head, k) => {
  if (head.left < heads[k].right) astray.push("head " + k);
});
return astray;"""


def test_names_of_any_length_and_script_and_many_layers_keep_their_places(page, address):
    rows = "".join(f"{k % 7},{k % 5},{k % 3},{NAMES[k % 3]}\n" for k in range(45))
    page.driver.execute_script(
        "const given = new DataTransfer(); given.setData('text', arguments[0]);"
        "document.querySelector('#scope').dispatchEvent("
        "new ClipboardEvent('paste', {clipboardData: given, bubbles: true}))",
        f"{','.join(FEATURES)},kind\n{rows}",
    )
    page.until(lambda: "of 45 points right" in page.text("#summary"))
    page.words()
    for width, height in ((390, 844), (1280, 800)):
        size(page, width, height)
        page.until(lambda: page.driver.execute_script(ASTRAY) == [])
    assert "agrees with the network at" in page.text(".main-map .note")
    # What is read from right to left is apart from the numbers beside it.
    assert f"\u2068{NAMES[2].strip()}\u2069" in page.text(".point") or (
        "الطيور" not in page.text(".point .note")
    )
    page.driver.get("about:blank")
    layers = ",".join("6" * 8)
    page.driver.get(f"{address}#dataset=blobs&classes=20&networkShape={layers}&epochs=3")
    page.until(lambda: page.text("#summary").endswith("at epoch 3"))
    for width, height in ((1280, 800), (1440, 900)):
        size(page, width, height)
        page.until(lambda: page.driver.execute_script(ASTRAY) == [])


def test_a_table_pasted_or_dropped_is_read(page):
    table = "a,b,kind\n" + "".join(f"{k % 7},{k % 5},{'xy'[k % 2]}\n" for k in range(40))
    for event, where in (("paste", "clipboardData"), ("drop", "dataTransfer")):
        page.driver.execute_script(
            """
            const [text, name, where] = arguments, given = new DataTransfer();
            if (name === "paste") given.setData("text", text);
            else given.items.add(new File([text], "dropped.csv"));
            const made = name === "paste"
              ? new ClipboardEvent(name, { clipboardData: given, bubbles: true })
              : new DragEvent(name, { dataTransfer: given, bubbles: true, cancelable: true });
            document.querySelector("#scope").dispatchEvent(made);""",
            table,
            event,
            where,
        )
        name = "pasted.csv" if event == "paste" else "dropped.csv"
        page.until(lambda name=name: page.text("[aria-label='Data'] h2") == name)
        page.until(lambda: "of 40 points right" in page.text("#summary"))


def test_a_control_changed_and_changed_back_gives_the_same_network(page):
    """The lab's own start too, which no seed has."""
    start = page.text("#numbers")
    assert "Started from the lab's own weights." in start
    page.one("[aria-label='Add a unit to layer 1']").click()
    page.until(lambda: "weights of seed 0" in page.text(".playing .note"))
    page.one("[aria-label='Remove a unit of layer 1']").click()
    page.until(lambda: page.text("#numbers") == start)
    page.choose_set("moons")
    page.until(lambda: page.text(".chips") == "c0c1")
    page.choose_set("lab")
    page.until(lambda: page.text("#numbers") == start)
