"""What the server says when it refuses, as a page or in a line, and the headers of all answers."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, Response

NOBODY = "'none'"
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; "
    "style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    # No other site learns the address, which has the token when it is opened first.
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-cache",
}


def headers_for(embedders: Iterable[str]) -> dict[str, str]:
    """The headers of all answers where pages of these origins may have ours in a frame."""
    ancestors = f"frame-ancestors {' '.join(embedders) or NOBODY}"
    rules = HEADERS["content-security-policy"].replace(f"frame-ancestors {NOBODY}", ancestors)
    return HEADERS | {"content-security-policy": rules}


_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 34rem; margin: 12vh auto 0; padding: 0 1.25rem; }
h1 { font-size: 1.35rem; line-height: 1.25; }
p { overflow-wrap: anywhere; }
form { display: flex; flex-wrap: wrap; gap: 0.5rem; }
input { flex: 1 1 16rem; min-width: 0; }
input, button { font: inherit; padding: 0.4rem 0.6rem; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – unitscope</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{text}</p>
{form}</main>
</body>
</html>
"""
# Without an action it goes to the page's own address, with what a link has after its #.
_FORM = """<form>
<input type="password" name="token" aria-label="Token" autocomplete="off" required autofocus>
<button>Open</button>
</form>
"""
_TITLES = {
    400: "This request cannot be read",
    401: "This server asks for its token",
    403: "This server does not answer to that",
    404: "There is no such page",
    405: "There is nothing to send here",
    500: "The server failed at this request",
    503: "The server is not well",
}


def refused(status: int, text: str, asked: HTTPConnection) -> Response:
    """The answer that says why there is no other, a page where the request's headers want one."""
    title = _TITLES.get(status, "This request is refused")
    if "text/html" not in asked.headers.get("accept", ""):
        return PlainTextResponse(f"{title}. {text}\n", status, _headers_of_refusals(status))
    page = _PAGE.format(
        title=html.escape(title),
        text=html.escape(text),
        style=_STYLE,
        form=_FORM if status == 401 else "",
    )
    return HTMLResponse(page, status, _headers_of_refusals(status))


def _headers_of_refusals(status: int) -> dict[str, str]:
    forms = "'self'" if status == 401 else "'none'"
    rules = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; base-uri 'none'; "
        f"form-action {forms}; frame-ancestors 'none'"
    )
    headers = {"content-security-policy": rules, "cache-control": "no-store"}
    return headers | ({"www-authenticate": "Bearer"} if status == 401 else {})
