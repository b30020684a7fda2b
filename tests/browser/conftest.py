"""A headless Chromium and a server for the tests of the page."""

from __future__ import annotations

import re
import shutil
import signal
import sys
from pathlib import Path

import pytest

from patience import PATIENCE
from serving import played

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
    "--force-prefers-reduced-motion",  # else a first visit plays
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def address():
    """Where a live page is served."""
    process, port = played()
    yield f"http://127.0.0.1:{port}/"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in errors, errors


# JupyterLab warns where its own plugins take long to start, as they do on a busy machine.
JUPYTERS_OWN = re.compile(
    r"/jlab_core\.\w+\.js.* (took [\d.]+ms to activate|is taking too long to activate)"
)


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


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """One Chromium for all tests: to start one takes longer than most of them."""
    driver = started(tmp_path_factory.mktemp("chromium"))
    yield driver
    driver.quit()


@pytest.fixture
def browser(chromium):
    """A new window with nothing kept; at the end of a test nothing may be in its console."""
    first = chromium.current_window_handle
    chromium.switch_to.new_window("window")
    chromium.set_window_size(1280, 1100)
    chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})
    chromium.get_log("browser")  # what an earlier test's page said while it was closed
    chromium.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})
    yield chromium
    told = [
        entry["message"]
        for entry in chromium.get_log("browser")
        if entry["level"] in ("SEVERE", "WARNING") and not JUPYTERS_OWN.search(entry["message"])
    ]
    kept = {"origin": "*", "storageTypes": "all"}
    chromium.execute_cdp_cmd("Storage.clearDataForOrigin", kept)
    for handle in set(chromium.window_handles) - {first}:
        chromium.switch_to.window(handle)
        chromium.close()
    chromium.switch_to.window(first)
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
        (folder / name).unlink(missing_ok=True)
        if not page.driver.find_elements("css selector", "dialog[open]"):
            page.one("#export").click()
        page.one(f"dialog[open] {selector}").click()
        page.until(lambda: name in page.text("dialog[open] .note"))
        page.until(lambda: (folder / name).exists() and not list(folder.glob("*.crdownload")))
        return (folder / name).read_bytes()

    return get
