"""What the page gives away: pictures of every panel, words, tables, code, files; and links."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import struct
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from person import Page, drag
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import unitscope as us

SVG = "{http://www.w3.org/2000/svg}"
PICTURES = ("data", "network", "regions", "hidden-space", "curves", "seeds")


def test_every_picture_comes_as_svg_and_png(page, downloads):
    page.one("#train-seeds").click()
    page.until(lambda: len(page.driver.find_elements(By.CSS_SELECTOR, ".tile")) == 64)
    for name in PICTURES:
        svg = ET.fromstring(downloads(f"[data-file='{name}.svg']", f"{name}.svg"))
        width, height = float(svg.get("width")), float(svg.get("height"))
        assert svg.tag == f"{SVG}svg" and width > 100 and height > 60
        assert {child.tag.removeprefix(SVG) for child in svg.iter()} <= {
            "svg",
            "g",
            "rect",
            "path",
            "text",
            "image",
            "clipPath",
        }
        png = downloads(f"[data-file='{name}.png']", f"{name}.png")
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", png[16:24]) == pytest.approx((2 * width, 2 * height), abs=1.5)


def test_the_picture_of_the_regions_has_the_exact_boundary(page, downloads):
    """The thick lines of the SVG are as long as the boundary that Python computes."""
    svg = ET.fromstring(downloads("[data-file='regions.svg']", "regions.svg"))
    lines = [path.get("d") for path in svg.iter(f"{SVG}path") if path.get("stroke-width") == "2"]
    pixels = 0.0
    for piece in "".join(lines).split("M")[1:]:
        (x0, y0), (x1, y1) = (map(float, end.split()) for end in piece.split("L"))
        pixels += np.hypot(x1 - x0, y1 - y0)
    run = us.lab.run()
    part = us.partition(run.network, run.data)
    box, (across, up) = page.box("#regions"), part.window
    scale = np.array(
        [(box["width"] - 54) / (across[1] - across[0]), (box["height"] - 36) / (up[1] - up[0])]
    )
    known = np.linalg.norm(
        (part.boundary.segments[:, 1] - part.boundary.segments[:, 0]) * scale, axis=1
    ).sum()
    assert pixels == pytest.approx(known, rel=2e-3)


def test_the_words_and_the_confusion_matrix_come_as_files(page, downloads):
    page.words()
    text = downloads("[data-file='explanation.md']", "explanation.md").decode()
    assert (
        "## What the network gets right\n\n"
        "- The network classifies all 100 points right \\(100%\\).\n" in text
    )
    rows = list(
        csv.reader(io.StringIO(downloads("[data-file='confusion.csv']", "confusion.csv").decode()))
    )
    assert rows[0] == ["true \\ predicted", "c0", "c1", "c2", "c3"]
    assert rows[1:] == [[f"c{k}", *("25" if j == k else "0" for j in range(4))] for k in range(4)]


def test_the_run_file_and_the_code_are_those_of_the_page(page, downloads, tmp_path):
    content = downloads("[data-what=run]", "run.npz")
    run = us.Run.load(io.BytesIO(content))
    assert np.array_equal(run.weights, us.lab.run().weights)
    names: dict = {"__name__": "exported"}
    exec(
        compile(downloads("[data-what=numpy]", "network_numpy.py"), "network_numpy.py", "exec"),
        names,
    )
    X = us.datasets.lab().X
    assert names["logits"](X) == pytest.approx(us.lab.run().network.logits(X), abs=1e-5)


def test_the_file_has_the_test_points_too(page, downloads):
    page.driver.execute_script(
        "const s = document.querySelector('#percTrainData'); s.value = 30;"
        "s.dispatchEvent(new Event('input'))"
    )
    page.until(lambda: "test accuracy" in page.text("#numbers"))
    numbers = page.text("#numbers")
    html = downloads("[data-what=html]", "unitscope.html").decode()
    content = json.loads(html.split('id="unitscope-data">')[1].split("</script>")[0])
    assert content["first"]["data"]["held_out"] is not None
    words = content["claims_by_epoch"][-1][1][0]["text"]
    assert re.match(r"(All|\d+ of) 70 points are right", words)
    accuracy = np.frombuffer(base64.b64decode(content["first"]["run"]["test_accuracy"]), "<f4")[-1]
    shown = float(re.search(r"test accuracy ([\d.]+)%", numbers)[1])
    assert 100 * accuracy == pytest.approx(shown, abs=0.06)


def test_a_link_shows_all_again(page, address):
    """Own points, test points, a weight changed by hand, the epoch, unit and point looked at."""
    drag(page, tuple(us.datasets.lab().X[3]), (2.0, -3.0))
    page.until(lambda: page.one("#undo").is_enabled())
    page.driver.execute_script(
        "const s = document.querySelector('#percTrainData'); s.value = 20;"
        "s.dispatchEvent(new Event('input'))"
    )
    page.until(lambda: "20 of them for testing" in page.text("[aria-label='Data'] .note"))
    page.until(lambda: "test accuracy" in page.text("#numbers"))
    page.one("#regions").send_keys("..")
    page.one("#epoch").send_keys(Keys.PAGE_DOWN)
    page.until(lambda: page.text("#epoch-count") != "200")
    page.one("#unit-0-1").click()
    field = page.until(lambda: page.one(".weights input"))
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("-1.25", Keys.ENTER)
    page.until(lambda: "changed by hand" in page.text("#summary"))
    page.until(
        lambda: all(
            part in page.driver.current_url for part in ("weights=", "unit=", "point=", "epoch=")
        )
    )
    link, summary, words = page.driver.current_url, page.text("#summary"), page.words()
    before = {
        name: page.picture(name) for name in ("#regions", "#hidden-space", "#unit-1-0 canvas")
    }
    page.driver.get("about:blank")
    again = Page(page.driver, link)
    again.until(lambda: again.text("#summary") == summary)
    again.until(lambda: again.words() == words)
    page.driver.execute_script("document.activeElement.blur()")
    for name, picture in before.items():
        again.until(lambda name=name, picture=picture: again.picture(name) == picture)


def test_where_a_link_has_no_room_a_file_has_the_points(page, tmp_path):
    path, rows = tmp_path / "many.csv", np.random.default_rng(0).normal(size=(4000, 3))
    lines = (f"{a:.6f},{b:.6f},{c:.6f},{'xy'[int(a > 0)]}\n" for a, b, c in rows)
    path.write_text("a,b,c,kind\n" + "".join(lines), encoding="utf-8")
    script = page.driver.execute_script
    script("document.querySelector('#file').style.display = 'block'")
    page.one("#file").send_keys(str(path))
    page.until(lambda: "of 4,000 points" in page.text("#summary"))
    summary, folder = page.text("#summary"), tmp_path / "saved"
    page.driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)}
    )
    page.one("#share").click()
    page.until(lambda: "no room for these points" in page.text("#share-box"))
    page.one("#save-page").click()
    file = page.until(lambda: [one for one in folder.glob("*.json") if one.stat().st_size])[0]
    script("document.querySelector('#share-box').close()")
    page.choose_set("lab")
    page.until(lambda: "of 100 points" in page.text("#summary"))
    page.one("#lessons").click()
    page.until(lambda: page.one("#lessons-box").is_displayed())
    script("document.querySelector('#lesson-file').style.display = 'block'")
    page.one("#lesson-file").send_keys(str(file))
    page.until(lambda: page.text("#summary") == summary)
