"""What goes wrong in a class: a laptop closed, a server started again, a user who clicks on all."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    InvalidElementStateException,
    MoveTargetOutOfBoundsException,
    NoSuchElementException,
    StaleElementReferenceException,
)
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from websockets.sync.client import connect

from patience import CONNECTING, PATIENCE, eventually

SECONDS = float(os.environ.get("UNITSCOPE_RANDOM_SECONDS", "20"))  # of random actions
SEED = int(os.environ.get("UNITSCOPE_RANDOM_SEED", "1"))


class Server:
    """A server that is stopped and started again on the same port."""

    def __init__(self) -> None:
        self.port, self.told = 0, ""
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "unitscope", "play", "--port", str(self.port), "--no-browser"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.port = int(re.search(r":(\d+)/", self.process.stdout.readline())[1])

    def stop(self, how: int = signal.SIGINT) -> None:
        self.process.send_signal(how)
        self.told += self.process.communicate(timeout=PATIENCE)[1]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def seconds(self) -> float:
        """Of the processor, spent by the server."""
        fields = (
            Path(f"/proc/{self.process.pid}/stat")
            .read_text(encoding="ascii")
            .rpartition(")")[2]
            .split()
        )
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def asked(self, message: dict) -> dict:
        """The answer to another page's request."""
        with connect(
            f"ws://127.0.0.1:{self.port}/live", origin=self.address.rstrip("/"), **CONNECTING
        ) as made:
            made.recv()
            made.send(json.dumps(message))
            return json.loads(made.recv(PATIENCE))


@pytest.fixture
def server():
    made = Server()
    yield made
    if made.process.poll() is None:
        made.stop()
    assert "Traceback" not in made.told and "Exception" not in made.told, made.told


def until(driver, condition):
    """Look until it's so; what is not there yet, or was just drawn anew, is looked at again."""
    passing = NoSuchElementException, StaleElementReferenceException
    return WebDriverWait(driver, PATIENCE, 0.05, passing).until(lambda _driver: condition())


def text(driver, selector: str) -> str:
    return driver.execute_script(
        "return document.querySelector(arguments[0])?.textContent ?? ''", selector
    )


def words(driver) -> str:
    """The explanation, once it's that of the picture."""
    until(driver, lambda: text(driver, ".claims") and text(driver, ".explanation:not(.stale)"))
    return text(driver, ".claims")


def opened(driver, address: str) -> None:
    driver.get(address)
    until(
        driver,
        lambda: driver.execute_script("return document.documentElement.dataset.ready === 'true'"),
    )
    until(driver, lambda: text(driver, "#summary"))


def move_points(driver, *presses: str) -> None:
    """Choose the next point of the data and move it with keys."""
    driver.find_element(By.ID, "regions").send_keys(".", *presses)


def idle(server: Server) -> bool:
    """Whether the server has nothing to do for a second."""
    before = server.seconds()
    time.sleep(1)
    return server.seconds() - before < 0.05


def test_a_browser_killed_in_the_middle_of_a_training_frees_the_server(
    server, start_browser, tmp_path
):
    if not sys.platform.startswith("linux"):
        pytest.skip("reads /proc")
    driver = start_browser(tmp_path)
    # nothing of it is shown before it's trained
    driver.get(server.address + "#dataset=blobs&n=5000&networkShape=64,64,64&epochs=900")
    until(driver, lambda: "Training blobs: epoch" in text(driver, "#status"))
    driver.service.process.kill()  # the driver first, which would mourn its browser
    profile = f"--user-data-dir={tmp_path / 'profile'}\0".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if profile in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)
    before = server.seconds()
    eventually(lambda: idle(server))
    assert server.seconds() - before < 3, "the training goes on"
    assert server.asked({"id": 1, "kind": "dataset", "name": "lab"})["kind"] == "data"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_what_was_changed_while_the_server_was_away_is_trained_when_it_is_back(
    server, browser, how
):
    opened(browser, server.address)
    browser.find_element(By.CSS_SELECTOR, "[aria-label='Add a unit to layer 1']").click()
    move_points(browser, Keys.ARROW_UP * 3)
    before = words(browser)
    server.stop(how)
    until(browser, lambda: "server is away" in text(browser, "#status"))
    move_points(browser, Keys.ARROW_LEFT * 60)  # over to another class
    browser.find_element(By.ID, "add-class").click()
    server.start()
    until(
        browser,
        lambda: "of 112 points" in text(browser, "#summary") and text(browser, "#status") == "",
    )
    assert words(browser) != before
    assert len(browser.find_elements(By.CSS_SELECTOR, "[id^=unit-0-]")) == 3
    until(browser, lambda: "points=" in browser.current_url)
    now, link = words(browser), browser.current_url
    browser.find_element(By.ID, "undo").click()
    until(browser, lambda: "of 100 points" in text(browser, "#summary"))
    browser.get_log("browser")  # that the connection was refused meanwhile is told there
    browser.get("about:blank")
    opened(browser, link)
    until(browser, lambda: words(browser) == now)


def test_data_and_seeds_asked_for_while_the_server_is_away_come_when_it_is_back(server, browser):
    opened(browser, server.address)
    server.stop()
    until(browser, lambda: "server is away" in text(browser, "#status"))
    browser.execute_script(
        "for (const name of ['moons', 'circles'])"
        "document.querySelector(`[data-set=${name}]`).click();"
    )
    browser.find_element(By.ID, "train-seeds").click()
    server.start()
    until(browser, lambda: len(browser.find_elements(By.CSS_SELECTOR, ".tile")) == 64)
    until(browser, lambda: len(browser.find_elements(By.CSS_SELECTOR, ".confusion tbody tr")) == 2)
    until(browser, lambda: "dataset=circles" in browser.current_url)
    browser.get_log("browser")


GONE = (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    InvalidElementStateException,
    MoveTargetOutOfBoundsException,
    NoSuchElementException,
    StaleElementReferenceException,
)
KEYS = [
    " ",
    Keys.ARROW_LEFT,
    Keys.ARROW_RIGHT,
    Keys.ARROW_UP,
    Keys.ARROW_DOWN,
    Keys.HOME,
    Keys.END,
    "r",
    "?",
    ".",
    ",",
    "0",
    "3",
    "9",
    Keys.DELETE,
    Keys.ENTER,
    Keys.ESCAPE,
    Keys.TAB,
    Keys.SHIFT + Keys.TAB,
]
TABLES = {
    "pets.csv": "a,b,kind\n"
    + "".join(f"{k % 7},{k % 5},{('cat', 'dog', '<b>')[k % 3]}\n" for k in range(60)),
    "wide.csv": "a;b;c;d;k\n" + "".join(f"{k};{k % 3};{k % 5};1;{k % 4}\n" for k in range(40)),
    "broken.csv": "a,b,k\n1,oops,x\n2,3,y\n",
    "empty.csv": "",
    "binary.csv": "\0\1\2",
}
HASHES = [
    "",
    "#seed=7&networkShape=3,3&activation=tanh",
    "#epoch=10",
    "#dataset=spirals&n=150&classes=3",
    "#networkShape=",
    "#networkShape=99&epochs=-3&activation=nonsense",
    "#points=AAAA",
    "#dataset=iris&percTrainData=70&view=probability",
]


class Monkey:
    """A user who does anything; each `do_` is one thing."""

    def __init__(self, driver, rng: random.Random, folder: Path) -> None:
        self.driver, self.rng, self.done = driver, rng, []
        for name, content in TABLES.items():
            (folder / name).write_text(content, encoding="utf-8")
        self.folder = folder

    def one(self, selector: str):
        found = self.driver.find_elements(By.CSS_SELECTOR, selector)
        if not found:
            raise NoSuchElementException
        chosen = self.rng.choice(found)
        self.note(
            selector,
            self.driver.execute_script(
                "arguments[0].scrollIntoView({block: 'center'});"
                "return arguments[0].id || arguments[0].ariaLabel || arguments[0].textContent",
                chosen,
            ),
        )
        return chosen

    def note(self, *what: object) -> None:
        self.done.append(" ".join(map(str, what)))

    def do_click(self) -> None:
        self.one("dialog[open] button, :not(dialog) > * button:not(:disabled)").click()

    def do_control(self) -> None:
        self.one("main button:not(:disabled)").click()

    def do_select(self) -> None:
        select = self.one("select")
        self.driver.execute_script(
            "const [s, at] = arguments; s.selectedIndex = Math.floor(at * s.options.length);"
            "s.dispatchEvent(new Event('change', {bubbles: true}))",
            select,
            self.rng.random(),
        )

    def do_number(self) -> None:
        field = self.one("input[type=number], input:not([type])")
        value = self.rng.choice(
            ["1", "2", "3", "7", "30", "150", "0", "-1", "0.5", "", "abc", "1e9", "99999"]
        )
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(value, Keys.ENTER)

    def do_slide(self) -> None:
        self.driver.execute_script(
            "const [s, at] = arguments; s.value = +s.min + at * (s.max - s.min);"
            "for (const name of ['input', 'change'])"
            "  s.dispatchEvent(new Event(name, {bubbles: true}))",
            self.one("input[type=range]"),
            self.rng.random(),
        )

    def do_tick(self) -> None:
        self.one("input[type=checkbox]").click()

    def do_keys(self) -> None:
        keys = [self.rng.choice(KEYS) for _ in range(self.rng.randrange(1, 6))]
        self.note(*map(repr, keys))
        self.driver.switch_to.active_element.send_keys(*keys)

    def do_undo(self) -> None:
        self.one("body").send_keys(Keys.CONTROL + self.rng.choice(["z", "Z"]))

    def do_drag(self) -> None:
        canvas = self.one("canvas")
        half = [size // 2 - 2 for size in (canvas.size["width"], canvas.size["height"])]
        if min(half) < 1:  # out of the page, or going
            return
        chain = ActionChains(self.driver, duration=15)
        for step in range(self.rng.randrange(2, 7)):
            chain.move_to_element_with_offset(
                canvas, *[self.rng.randint(-side, side) for side in half]
            )
            if step == 0:
                chain.click_and_hold()
        chain.release().perform()

    def do_hover(self) -> None:
        place = self.one("canvas, .claims .about, .tile, button, td")
        ActionChains(self.driver, duration=15).move_to_element(place).perform()

    def do_table(self) -> None:
        self.driver.execute_script("document.querySelector('#file').style.display = 'block'")
        name = self.rng.choice(list(TABLES))
        self.one("#file").send_keys(str(self.folder / name))
        self.note(name)

    def do_address(self) -> None:
        address = self.rng.choice(HASHES)
        self.note(address)
        self.driver.execute_script("location.hash = arguments[0]", address)

    def do_window(self) -> None:
        self.driver.set_window_size(
            self.rng.choice([500, 800, 1280, 2000]), self.rng.choice([500, 900, 1300])
        )

    def do_close(self) -> None:
        self.driver.execute_script("document.querySelector('dialog[open]')?.close()")

    def do_reload(self) -> None:
        self.driver.refresh()
        until(
            self.driver,
            lambda: self.driver.execute_script("return document.documentElement.dataset.ready"),
        )


def test_a_user_who_does_anything_breaks_nothing(server, browser, tmp_path):
    """UNITSCOPE_RANDOM_SECONDS=300 is what was run by hand."""
    rng = random.Random(SEED)
    opened(browser, server.address)
    monkey = Monkey(browser, rng, tmp_path)
    weights = {
        "click": 4,
        "control": 6,
        "select": 5,
        "number": 4,
        "slide": 4,
        "tick": 1,
        "keys": 6,
        "undo": 2,
        "drag": 8,
        "hover": 4,
        "table": 1,
        "address": 1,
        "window": 1,
        "close": 3,
        "reload": 0.3,
    }
    done, began = 0, time.monotonic()
    # On a busy machine until as much was done as a quick one does in a part of the time.
    while (passed := time.monotonic() - began) < SECONDS or (done <= SECONDS and passed < PATIENCE):
        name = rng.choices(list(weights), list(weights.values()))[0]
        with contextlib.suppress(*GONE):
            getattr(monkey, f"do_{name}")()
            done += 1
        if done % 20 == 0:
            told = [
                entry
                for entry in browser.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING")
            ]
            assert told == [], (told, monkey.done[-60:])
    assert done > SECONDS, "hardly anything was done"
    assert server.process.poll() is None
    opened(browser, server.address + "?")
    until(browser, lambda: text(browser, "#summary") == "100 of 100 points right at epoch 200")
    print(f"{done} actions with seed {SEED}")
