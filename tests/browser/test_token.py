"""A server that others can reach: its token leaves the address, and refusals are said."""

from __future__ import annotations

from patience import eventually
from serving import served
from unitscope.server import app as server_module

TOKEN = "a-token.of_ours~1"


def said(browser) -> str:
    return browser.find_element("css selector", "body").text


def test_the_printed_address_opens_and_the_address_that_is_shared_lacks_the_token(browser):
    with served((), TOKEN) as server:
        browser.get(f"http://127.0.0.1:{server.port}/?token={TOKEN}#seed=7")
        eventually(lambda: browser.find_elements("css selector", "html[data-ready]"))
        address = browser.current_url
        assert address.startswith(f"http://127.0.0.1:{server.port}/#") and "seed=7" in address
        assert TOKEN not in browser.page_source
        assert browser.execute_script("return [document.cookie, document.referrer]") == ["", ""]
        browser.refresh()
        eventually(lambda: browser.find_elements("css selector", "html[data-ready]"))
        browser.get("about:blank")  # before the server goes


def test_a_page_that_is_one_too_many_says_so_and_comes_in_later(browser, monkeypatch):
    monkeypatch.setattr(server_module, "MOST_PAGES", 0)
    with served() as server:
        browser.get(f"http://127.0.0.1:{server.port}/")
        eventually(lambda: "This server has as many pages as it takes (0)." in said(browser))
        monkeypatch.setattr(server_module, "MOST_PAGES", 1)
        eventually(lambda: browser.find_elements("css selector", "html[data-ready]"))
        assert "Connecting" not in said(browser)
        browser.get("about:blank")  # before the server goes
