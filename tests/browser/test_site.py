"""The page as a folder, on a server that only has files: all that it does without Python."""

from __future__ import annotations

import functools
import http.server
import threading

import pytest
from person import Page, drag
from selenium.webdriver.common.by import By

import unitscope as us

RIGHT_AT_FIRST = "100 of 100 points right at epoch 200"


class Files(http.server.SimpleHTTPRequestHandler):
    """Python's own server of files, which notes what it is asked for."""

    def log_message(self, format: str, *words: object) -> None:
        ASKED.append(self.path)


ASKED: list[str] = []


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Where the folder is served: below another one."""
    folder = tmp_path_factory.mktemp("site")
    us.export_page(folder / "school" / "page")
    handler = functools.partial(Files, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/school/page/"
        server.shutdown()
        serving.join()


FETCHED = "return performance.getEntriesByType('resource').map(({ name }) => name)"


@pytest.fixture
def site(browser, place):
    """Opens the page; at the end nothing but its folder may have been asked for."""
    ASKED.clear()
    yield lambda rest="": Page(browser, place + rest)
    asked = browser.execute_script(FETCHED)
    assert place + "page.js" in asked and all(one.startswith(place) for one in asked), asked
    assert all(path.startswith("/school/page/") for path in ASKED), ASKED


def shown(run: us.Run) -> str:
    """What the page says of a run at its end."""
    right = int((run.network.predict(run.data.X) == run.data.y).sum())
    return f"{right} of {run.data.n_points} points right at epoch {run.epochs}"


def has(page: Page, run: us.Run) -> bool:
    words = us.explain(run, length="brief", advice=False).claims[0].text
    return page.text("#summary") == shown(run) and page.text("#explanation").startswith(words)


def as_sent(data: us.Dataset) -> us.Dataset:
    """The points as the page has them, in float32."""
    return us.Dataset(data.X.astype("<f4"), data.y, data.class_names, fixed_scale=True)


def test_sets_are_drawn_and_trained_on_as_in_python(site):
    page = site()
    assert page.text("#summary") == RIGHT_AT_FIRST and not page.text("#status")
    drag(page, tuple(us.datasets.lab().X[3]), (2.0, -3.0))
    page.until(lambda: page.text("#summary") not in ("", RIGHT_AT_FIRST))
    page.choose_set("moons")
    page.until(lambda: has(page, us.train(as_sent(us.datasets.moons()), hidden=(2,))))
    page.one("#new-sample").click()
    page.until(lambda: has(page, us.train(as_sent(us.datasets.moons(seed=1)), hidden=(2,))))
    page.choose_set("iris")
    iris = us.datasets.iris()
    page.until(lambda: has(page, us.train(iris, hidden=(2,))))
    page.reached("#train-seeds").click()
    page.until(lambda: len(page.driver.find_elements(By.CSS_SELECTOR, ".tile")) == 64)
    assert not page.text("#status")


def test_a_link_and_a_lesson_open_as_on_the_served_page(site):
    page = site("#dataset=circles&classes=3&noise=0.1&sample=5&networkShape=4&epochs=50")
    data = us.datasets.circles(classes=3, noise=0.1, seed=5)
    page.until(lambda: has(page, us.train(as_sent(data), hidden=(4,), epochs=50)))
    page.one("#lessons").click()
    page.until(lambda: page.one("[data-lesson='1']").is_displayed())
    page.one("[data-lesson='2']").click()
    page.until(lambda: page.text(".crumb") and "lesson=2" in page.driver.current_url)
    page = site("#lesson=1&step=2")
    page.until(lambda: page.text(".crumb"))


def test_without_webassembly_it_shows_the_run_that_it_opens_with_and_says_so(site, browser):
    call = "Page.addScriptToEvaluateOnNewDocument"
    script = browser.execute_cdp_cmd(call, {"source": "delete globalThis.WebAssembly;"})
    page = site()
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
    assert "The page shows the run that it opens with." in page.text("#status")
    assert page.text("#summary") == RIGHT_AT_FIRST and not page.one("#undo").is_displayed()


def test_opened_from_disk_it_says_what_to_do(browser, tmp_path):
    folder = us.export_page(tmp_path / "page")
    browser.get((folder / "index.html").as_uri())
    page = Page.__new__(Page)
    page.driver = browser
    page.until(lambda: "us.export_html(run, path)" in page.text("#scope"))
    refused = browser.get_log("browser")  # the browser's own words, which a console has
    assert refused and all("page.js" in entry["message"] for entry in refused)


def test_a_plain_table_is_read_and_another_is_left_to_python(site, tmp_path):
    page = site()
    iris, table = us.datasets.iris(), tmp_path / "mine.csv"
    iris.frame().to_csv(table, index=False)
    page.one("#file").send_keys(str(table))
    page.until(lambda: has(page, us.train(us.read_table(table), hidden=(2,))))
    table.write_text("length,town,kind\n1,Oslo,a\n2,Bergen,b\n3,Oslo,a\n")
    page.one("#file").send_keys(str(table))
    page.until(lambda: "unitscope play FILE reads all tables." in page.text("#status"))
    assert "150 points" in page.text("#count")
