"""The widget in a real JupyterLab with a real kernel, as its users meet it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from types import SimpleNamespace

import nbformat
import pytest
from person import drawn, place_in
from selenium.common.exceptions import (
    NoSuchElementException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

import unitscope as us
from patience import PATIENCE, eventually

pytestmark = [pytest.mark.notebook, pytest.mark.slow]

MAKE = "import unitscope as us\nscope = us.Scope(us.train(us.datasets.lab()))\nscope"
RIGHT = "100 of 100 points right at epoch 200"
UNDER_WAY = ("[*]:", "[ ]:")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab's address, its notebooks' folder and its settings'; nothing of the user's."""
    root = tmp_path_factory.mktemp("jupyter")
    work, settings = root / "work", root / "JUPYTERLAB_SETTINGS_DIR"
    work.mkdir()
    own = {
        name: str(root / name)
        for name in (
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTER_RUNTIME_DIR",
            "JUPYTERLAB_SETTINGS_DIR",
            "JUPYTERLAB_WORKSPACES_DIR",
            "IPYTHONDIR",
        )
    }
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--port=0",
        "--allow-root",
        "--IdentityProvider.token=",
        "--LabApp.extension_manager=readonly",
        f"--ServerApp.root_dir={work}",
    ]
    with (root / "log").open("w") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **own}
        )
    try:

        def told() -> str:
            log = (root / "log").read_text()
            assert process.poll() is None, log
            found = re.search(r"http://(?:localhost|127\.0\.0\.1):\d+/", log)
            return found[0] if found else ""

        yield eventually(told), work, settings
    finally:
        process.terminate()
        process.wait(PATIENCE)


class Notebook:
    """A notebook as a person uses it."""

    def __init__(self, driver, lab, name: str) -> None:
        self.driver, (self.server, folder, self.settings) = driver, lab
        self.path, self.address = folder / name, f"{self.server}doc/tree/{name}"
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("")])
        made.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(made, self.path)

    def open(self) -> None:
        self.driver.get(self.address)
        self.until(self.idle)

    def idle(self) -> bool:
        """Whether the kernel has told that it has nothing to do: it tells so after all outputs."""
        status = "return document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status"
        return self.js(status) == "idle"

    def make(self) -> View:
        """Open it and make the widget in its first cell."""
        self.open()
        self.run(MAKE)
        return self.view()

    def open_saved(self) -> View:
        """Open it with the views that are saved in it.

        JupyterLab restores them from the kernel and from the file, and where it asks for one
        between the two it gives it up for good: a person opens the notebook once more.
        """
        for _ in range(5):
            self.open()
            self.until(lambda: self.views() or self.given_up())
            if not self.given_up():
                break
            self.driver.get_log("browser")
        return self.view()

    def given_up(self) -> bool:
        """Whether JupyterLab says that it does not know a widget."""
        said = "return document.querySelector('.jp-OutputArea')?.textContent ?? ''"
        return "model not found" in self.js(said)

    def set(self, name: str, plugin: str = "@jupyterlab/apputils-extension", **settings) -> None:
        """A setting of JupyterLab's, for the next time that the notebook is opened."""
        folder = self.settings / plugin
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.jupyterlab-settings").write_text(json.dumps(settings))

    def saved(self) -> nbformat.NotebookNode:
        """The notebook as it is on disk."""

        def whole() -> str:
            text = self.path.read_text(encoding="utf-8")
            return text if text.endswith("}\n") else ""  # it is being written

        return nbformat.reads(eventually(whole), 4)

    def stop_kernel(self) -> None:
        with urllib.request.urlopen(f"{self.server}api/sessions") as answer:
            (kernel,) = {
                one["kernel"]["id"] for one in json.load(answer) if one["path"] == self.path.name
            }
        cookie = self.driver.get_cookie("_xsrf")["value"]
        stop = urllib.request.Request(
            f"{self.server}api/kernels/{kernel}",
            method="DELETE",
            headers={"X-XSRFToken": cookie, "Cookie": f"_xsrf={cookie}"},
        )
        urllib.request.urlopen(stop).close()

    def js(self, script: str, *arguments):
        return self.driver.execute_script(script, *arguments)

    def until(self, condition):
        """Look until it's so; what is not there yet, or was just drawn anew, is looked at again."""
        passing = NoSuchElementException, StaleElementReferenceException
        return WebDriverWait(self.driver, PATIENCE, 0.05, passing).until(
            lambda _driver: condition()
        )

    def cells(self) -> list:
        return self.driver.find_elements(By.CSS_SELECTOR, ".jp-Notebook .jp-Cell")

    def press(self, *keys: str, held: str = "") -> None:
        chain = ActionChains(self.driver)
        if held:
            chain.key_down(held)
        chain.send_keys(*keys)
        if held:
            chain.key_up(held)
        chain.perform()

    def edit(self, at: int) -> None:
        """Put the cursor into a cell."""

        def clicked() -> bool:
            try:
                cell = self.cells()[at]
                self.js("arguments[0].scrollIntoView({block: 'center'})", cell)
                cell.find_element(By.CSS_SELECTOR, ".cm-content").click()
                return self.js("return arguments[0].contains(document.activeElement)", cell)
            except WebDriverException:  # not drawn yet, or drawn anew
                return False

        self.until(clicked)

    def write(self, at: int, code: str) -> None:
        self.edit(at)
        self.press("a", held=Keys.CONTROL)
        self.driver.execute_cdp_cmd("Input.insertText", {"text": code})

    def run(self, code: str, at: int | None = None) -> str:
        """Write code into a cell, the last one, and run it; its output's text."""
        at = len(self.cells()) - 1 if at is None else at
        self.write(at, code)
        return self.run_again(at)

    def run_again(self, at: int) -> str:
        before = self.count(at)
        self.edit(at)
        self.press(Keys.ENTER, held=Keys.SHIFT)
        self.until(lambda: self.count(at) not in (before, *UNDER_WAY))
        self.until(self.idle)  # the cell's number may come before its output
        return self.js(
            "return arguments[0].querySelector('.jp-Cell-outputArea')?.textContent ?? ''",
            self.cells()[at],
        )

    def count(self, at: int) -> str:
        return self.js(
            "return arguments[0].querySelector('.jp-InputPrompt')?.textContent", self.cells()[at]
        )

    def value(self, code: str):
        """What an expression of numbers is in the kernel."""
        return eval(re.sub(r"^\[\d+\]:", "", self.run(code)))

    def becomes(self, code: str, expected) -> None:
        """Wait until an expression is this: what a view does reaches the kernel a little later."""
        self.until(lambda: self.value(code) == expected)

    def views(self) -> list[View]:
        return [
            View(self, root) for root in self.driver.find_elements(By.CSS_SELECTOR, ".unitscope")
        ]

    def view(self, at: int = 0) -> View:
        self.until(lambda: len(self.views()) > at and self.views()[at].text("#summary"))
        return self.views()[at]


class View:
    """One view of the widget."""

    def __init__(self, notebook: Notebook, root) -> None:
        self.notebook, self.root = notebook, root

    def one(self, selector: str):
        found = self.root.find_element(By.CSS_SELECTOR, selector)
        self.notebook.js("arguments[0].scrollIntoView({block: 'center'})", found)
        return found

    def text(self, selector: str) -> str:
        return self.notebook.js(
            "return arguments[0].querySelector(arguments[1])?.textContent ?? ''",
            self.root,
            selector,
        )

    def picture(self, selector: str = "#regions") -> str:
        return drawn(self.notebook.driver, self.one(selector))

    def colors(self, selector: str) -> int:
        """How many colours a canvas shows."""
        return self.notebook.js(
            "const c = arguments[0].querySelector(arguments[1]);"
            "const image = c.getContext('2d').getImageData(0, 0, c.width, c.height);"
            "return new Set(new Uint32Array(image.data.buffer)).size",
            self.root,
            selector,
        )

    def drag(self, start, end, *, steps: int = 8) -> None:
        canvas = self.one("#regions")
        (a, b), (c, d) = place_in(canvas.rect, *start), place_in(canvas.rect, *end)
        chain = ActionChains(self.notebook.driver, duration=20).move_to_element_with_offset(
            canvas, a, b
        )
        chain.click_and_hold()
        for step in range(1, steps + 1):
            chain.move_to_element_with_offset(
                canvas, a + (c - a) * step // steps, b + (d - b) * step // steps
            )
        chain.release().perform()


@pytest.fixture
def notebook(browser, lab, request):
    browser.set_window_size(1300, 1000)
    shutil.rmtree(lab[2], ignore_errors=True)
    Notebook.set(
        SimpleNamespace(settings=lab[2]), "notification", fetchNews="false", checkForUpdates=False
    )
    return Notebook(browser, lab, re.sub(r"\W+", "-", request.node.name) + ".ipynb")


def test_it_shows_reacts_and_tells_python(notebook):
    view = notebook.make()
    assert view.text("#summary") == RIGHT
    for canvas in ("#regions", "#unit-1-0 canvas", "#unit-0-0 canvas"):
        view.one(canvas)  # what is not in sight is not drawn
        notebook.until(lambda canvas=canvas: view.colors(canvas) > 20)
    assert notebook.value("scope.selected is None, scope.run.recipe.seed") == (True, 0)
    notebook.run("first = scope.run")
    before, X = view.picture(), us.datasets.lab().X
    view.drag(X[23], X[23] + [1.5, -1.0])
    notebook.until(lambda: view.picture() != before)
    end = pytest.approx(X[23] + [1.5, -1.0], abs=0.1)
    notebook.becomes("scope.data.X[23].tolist()", end)
    assert notebook.value("scope.run is first, scope.selected") == (False, 23)
    assert notebook.value("float(abs(first.data.X - us.datasets.lab().X).max())") == 0
    # The picture is of the run that Python has.
    right = round(100 * notebook.value("float(scope.run.accuracy[-1])"))
    notebook.until(lambda: view.text("#summary") == f"{right} of 100 points right at epoch 200")
    Select(view.one("#activation")).select_by_value("tanh")
    notebook.until(lambda: view.text(".main-map .note").startswith("Sampled"))
    notebook.until(lambda: notebook.run("scope.run.recipe.activation").endswith("'tanh'"))


def test_python_chooses_the_point_the_run_and_the_theme(notebook):
    view = notebook.make()
    notebook.run("scope.selected = 5")
    notebook.until(lambda: view.text(".point .note").startswith("Point 5, "))
    notebook.run("scope.run = us.train(us.datasets.moons(), hidden=(5,), epochs=30)")
    notebook.until(lambda: view.text("#summary").endswith("at epoch 30"))
    assert notebook.value(
        "scope.selected is None, scope.data.n_classes, len(scope._first['data']['class_names'])"
    ) == (True, 2, 2)
    notebook.until(lambda: len(view.root.find_elements(By.CSS_SELECTOR, "[id^=unit-0-]")) == 5)
    notebook.until(lambda: view.one("#epochs").get_attribute("value") == "30")
    view.one(
        "[aria-label='Add a unit to layer 1']"
    ).click()  # the next training is of this run's data and settings
    notebook.until(lambda: len(view.root.find_elements(By.CSS_SELECTOR, "[id^=unit-0-]")) == 6)
    notebook.becomes(
        "scope.run.data.n_classes, scope.run.epochs, *scope.run.recipe.hidden", (2, 30, 6)
    )
    said = notebook.run("scope.run = 3")
    assert "run must be a Run. Got int instead." in said
    assert view.root.get_attribute("data-theme") == "light"  # JupyterLab's own
    notebook.run("scope.theme = 'dark'")
    notebook.until(lambda: view.root.get_attribute("data-theme") == "dark")
    notebook.run("scope.theme = 'light'")
    notebook.until(lambda: view.root.get_attribute("data-theme") == "light")


def test_auto_is_the_theme_of_jupyterlab(notebook):
    notebook.set("themes", theme="JupyterLab Dark")
    view = notebook.make()
    assert notebook.js("return document.body.dataset.jpThemeLight") == "false"
    notebook.until(lambda: view.root.get_attribute("data-theme") == "dark")
    notebook.run("us.Scope(scope.run, theme='light')")
    notebook.until(lambda: notebook.view(1).root.get_attribute("data-theme") == "light")
    assert notebook.view(0).root.get_attribute("data-theme") == "dark"


def test_keys_in_the_view_are_the_views_and_the_notebooks_stay_the_notebooks(notebook):
    view = notebook.make()
    cells = len(notebook.cells())
    view.one("#unit-0-0").click()
    field = notebook.until(lambda: view.one(".weights input"))
    field.click()
    notebook.press("a", held=Keys.CONTROL)
    notebook.press("ddxab")  # of a number field, only figures are taken
    notebook.press("-3", Keys.ENTER)
    notebook.until(lambda: "changed by hand" in view.text("#summary"))
    canvas = view.one("#regions")
    ActionChains(notebook.driver).move_to_element_with_offset(
        canvas, 0, canvas.size["height"] // 2 - 2
    ).click()
    notebook.js("arguments[0].focus({preventScroll: true})", canvas)
    notebook.press(".", ".", "d", "d", "x", "b", "m", "y", "r")
    notebook.until(lambda: view.text(".point .note").startswith("Point 1, "))
    notebook.until(lambda: "at epoch 0" in view.text("#summary"))  # R: reset
    notebook.press("2")  # relabels the point; in a notebook, makes the cell a heading
    notebook.until(lambda: view.text(".point .note").startswith("Point 1, c2"))
    notebook.press("z", held=Keys.CONTROL)
    notebook.until(lambda: not view.text(".point .note").startswith("Point 1, c2"))
    assert len(notebook.cells()) == cells
    assert (
        notebook.js("return document.querySelectorAll('.jp-MarkdownCell, .jp-RawCell').length") == 0
    )
    notebook.press("s", held=Keys.CONTROL)
    notebook.until(lambda: notebook.saved().cells[0].source == MAKE)
    count = notebook.count(0)
    notebook.press(Keys.ENTER, held=Keys.SHIFT)
    notebook.until(lambda: notebook.count(0) not in (count, *UNDER_WAY))
    notebook.until(lambda: notebook.view().text("#summary") == RIGHT)


def test_two_views_show_one_run_and_a_closed_one_opens_again(notebook):
    notebook.make()
    notebook.run("scope")
    one, two = notebook.view(0), notebook.view(1)
    Select(one.one("#learning-rate")).select_by_value("0.03")
    one.one("#add-class").click()
    notebook.until(lambda: "of 112 points" in two.text("#summary"))
    notebook.until(lambda: two.text("#summary") == one.text("#summary"))
    notebook.until(lambda: two.one("#learning-rate").get_attribute("value") == "0.03")
    two.one("#unit-0-0")
    two.one("[aria-label='Add a unit to layer 1']").click()
    notebook.until(lambda: len(one.root.find_elements(By.CSS_SELECTOR, "[id^=unit-0-]")) == 3)
    notebook.becomes("scope.data.n_points, *scope.run.recipe.hidden", (112, 3))
    notebook.run("scope.selected = 101")
    for view in (one, two):
        notebook.until(lambda view=view: view.text(".point .note").startswith("Point 101, c4"))
    assert notebook.run("print(scope.selected)", at=1).strip() == "101"
    notebook.until(lambda: len(notebook.views()) == 1)
    notebook.run("scope")
    again = notebook.view(1)
    notebook.until(lambda: again.text("#summary") == one.text("#summary"))
    notebook.until(lambda: again.text(".point .note").startswith("Point 101, c4"))


def listeners(notebook) -> int:
    """How many listeners to keys the window has: each view has one."""
    driver = notebook.driver
    window = driver.execute_cdp_cmd("Runtime.evaluate", {"expression": "window"})["result"][
        "objectId"
    ]
    found = driver.execute_cdp_cmd("DOMDebugger.getEventListeners", {"objectId": window})[
        "listeners"
    ]
    return sum(one["type"] == "keydown" for one in found)


def alive(notebook) -> int:
    """How many views are in memory, shown or not, after all garbage is collected."""

    def call(name: str, **arguments):
        return notebook.driver.execute_cdp_cmd(name, arguments)

    call("HeapProfiler.collectGarbage")
    kind = call("Runtime.evaluate", expression="HTMLDivElement.prototype")["result"]["objectId"]
    found = call("Runtime.queryObjects", prototypeObjectId=kind)["objects"]["objectId"]
    counted = (
        "function () { return this.filter((one) => one.classList.contains('unitscope')).length }"
    )
    count = call(
        "Runtime.callFunctionOn", objectId=found, functionDeclaration=counted, returnByValue=True
    )
    call("Runtime.releaseObject", objectId=found)
    return count["result"]["value"]


def test_a_cell_that_is_run_again_leaves_nothing_of_its_old_view(notebook):
    # no handle that would hold a view
    summary = "return document.querySelector('.unitscope #summary')?.textContent"
    notebook.make()
    counts = []
    for _ in range(4):
        notebook.until(lambda: notebook.js(summary) == RIGHT)
        notebook.js("document.querySelector('.unitscope').dataset.old = 'true'")
        notebook.run_again(0)
        notebook.until(lambda: not notebook.js("return document.querySelector('[data-old]')"))
        notebook.until(lambda: notebook.js(summary) == RIGHT)
        counts.append((listeners(notebook), alive(notebook)))
    assert {keys for keys, _ in counts} == {counts[0][0]}
    assert all(
        views <= 2 for _, views in counts
    )  # JupyterLab may hold the last output that it took away
    notebook.view().one("#add-class").click()
    notebook.until(lambda: "of 112 points" in notebook.js(summary))
    notebook.becomes("scope.data.n_points", 112)


@pytest.mark.parametrize("threads", ["perCommTarget", "disabled"])
def test_a_drag_during_a_long_cell_ends_with_its_last_place(notebook, threads):
    """Newer kernels take a widget's messages in their own thread, older ones after the cell."""
    notebook.set("kernels-settings", commsOverSubshells=threads)
    view, X = notebook.make(), us.datasets.lab().X
    notebook.write(1, "import time; time.sleep(4)")
    notebook.press(Keys.ENTER, held=Keys.SHIFT)
    notebook.until(lambda: notebook.count(1) == "[*]:")
    view.drag(X[0], (1.0, -2.0), steps=60)
    notebook.until(lambda: notebook.count(1) not in UNDER_WAY)
    note = notebook.until(
        lambda: re.match(
            r"Point 0, c3: x0 (\S+), x1 (\S+);",
            view.text(".point .note").replace("−", "-"),
        )
    )
    notebook.until(lambda: view.text("#status") == "")
    shown = [float(note[1]), float(note[2])]
    assert shown == pytest.approx([1.0, -2.0], abs=0.1)
    notebook.becomes("scope.run.data.X[0].tolist()", pytest.approx(shown, abs=0.006))


def test_a_saved_notebook_is_opened_again(notebook):
    view = notebook.make()
    view.one("#add-class").click()
    notebook.until(lambda: "of 112 points" in view.text("#summary"))
    notebook.becomes("scope.data.n_points", 112)
    notebook.press("s", held=Keys.CONTROL)
    notebook.until(lambda: notebook.saved().cells[0].get("outputs"))
    shown = notebook.saved().cells[0].outputs[0].data
    assert re.fullmatch(
        r"Scope\(Run\(.*\); us\.export_html\(run, path\) makes a page of it\.", shown["text/plain"]
    )
    again = notebook.open_saved()  # the kernel is alive
    notebook.until(lambda: "of 112 points" in again.text("#summary"))
    Select(again.one("#learning-rate")).select_by_value("0.03")
    notebook.becomes("scope.run.recipe.learning_rate", 0.03)


def test_without_its_kernel_it_says_so_and_a_saved_state_is_still_looked_at(notebook):
    notebook.set("plugin", "@jupyter-widgets/jupyterlab-manager", saveState=True)
    notebook.make()
    notebook.press("s", held=Keys.CONTROL)
    notebook.until(lambda: notebook.saved().metadata.get("widgets"))
    notebook.stop_kernel()
    view = notebook.view()
    view.one("#add-class").click()
    notebook.until(
        lambda: view.text("#status").startswith(
            "Waiting for the notebook's kernel. Where it was stopped"
        )
    )
    again = notebook.open_saved()  # with a new kernel, which knows nothing of the widget
    assert again.text("#summary") == RIGHT
    end = again.picture()
    again.one("#epoch").send_keys(Keys.HOME)
    notebook.until(lambda: again.text("#epoch-count") == "0")
    assert again.picture() != end
