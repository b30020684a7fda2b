"""A headless Chromium and a server for the tests of the page."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from patience import PATIENCE

sys.path.insert(0, str(Path(__file__).parent))

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def address():
    """Where a live page is served."""
    process = subprocess.Popen(
        [sys.executable, "-m", "unitscope", "play", "--port", "0", "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield re.search(r"http://\S+", process.stdout.readline())[0]
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in errors, errors


def started(folder):
    """A fresh Chromium with an empty profile in a folder, and with its driver."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}", "--window-size=1280,900"):
        options.add_argument(flag)
    options.add_experimental_option(
        "prefs", {"download.default_directory": str(folder / "downloads")}
    )
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_window_size(1280, 1100)
    driver.set_script_timeout(PATIENCE)
    return driver


@pytest.fixture
def start_browser():
    """The function that starts a Chromium in a folder."""
    return started


@pytest.fixture
def browser(tmp_path):
    """A fresh Chromium; at the end of a test nothing may be in its console."""
    driver = started(tmp_path)
    yield driver
    told = [
        entry["message"]
        for entry in driver.get_log("browser")
        if entry["level"] in ("SEVERE", "WARNING")
    ]
    driver.quit()
    assert told == []


@pytest.fixture
def page(browser, address):
    """The page, opened."""
    from person import Page

    return Page(browser, address)


@pytest.fixture
def downloads(page, tmp_path):
    """Presses a button of the export dialog and gives the file's content."""
    folder = tmp_path / "downloads"
    page.driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)}
    )

    def get(selector: str, name: str) -> bytes:
        if not page.driver.find_elements("css selector", "dialog[open]"):
            page.one("#export").click()
        page.one(f"dialog[open] {selector}").click()
        page.until(lambda: name in page.text("dialog[open] .note"))
        page.until(lambda: (folder / name).exists() and not list(folder.glob("*.crdownload")))
        return (folder / name).read_bytes()

    return get
