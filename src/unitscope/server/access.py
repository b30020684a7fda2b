"""Who may use the served page: the names it answers to, the origin it trusts, and its token."""

from __future__ import annotations

import contextlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from unitscope.errors import refusal, said

OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
ANY_NAME = "*"
_TOKEN = re.compile(r"[A-Za-z0-9._~-]{8,200}")
# A name as browsers send it, or an address of IPv4; an address of IPv6 stands in brackets.
_NAMED = re.compile(r"(?:([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?|\[([0-9a-f:.]+)\])(?::([0-9]{0,5}))?")
_ORIGIN = re.compile(r"(https?)://(.+)", re.DOTALL)
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Letters of which browsers and Python's "idna" make different names.
_DISPUTED = frozenset("ßς\u200c\u200d")


class Place(NamedTuple):
    """A host's name, in lower case and without brackets, and its port if one is said."""

    name: str
    port: int | None


def place(text: str) -> Place | None:
    """What a Host header or the end of an origin names; None where that is no name and port."""
    found = _NAMED.fullmatch(text.lower()) if text.isascii() and len(text) <= 300 else None
    if found is None:
        return None
    name, address, port = found.groups()
    if address is not None:
        try:
            name = ipaddress.IPv6Address(address).compressed
        except ValueError:
            return None
    number = int(port) if port else None
    return Place(name, number) if number is None or 0 < number <= 65535 else None


def _origin(text: str) -> tuple[str, Place] | None:
    """An origin's scheme and place; None where it is none."""
    found = _ORIGIN.fullmatch(text)
    there = place(found[2]) if found else None
    return None if found is None or there is None else (found[1], there)


def same_place(origin: str, host: Place) -> bool:
    """Whether an Origin header is that of a page which came from `host`."""
    found = _origin(origin)
    if found is None:
        return False
    scheme, theirs = found
    default = _DEFAULT_PORTS[scheme]
    return (theirs.name, theirs.port or default) == (host.name, host.port or default)


def allowed_name(text: str, argument: str = "allowed_hosts") -> str:
    """A name to answer to as it is compared: NAME, NAME:PORT or "*"; or the refusal that says why.

    Names beyond ASCII are written as browsers send them: "bücher.example" is
    "xn--bcher-kva.example".
    """
    given = text.strip()
    if given == ANY_NAME:
        return given
    if _DISPUTED & set(given.lower()):
        raise refusal(argument, "a name as browsers send it: xn--…", text)
    try:
        plain = given.encode("idna").decode() if not given.isascii() else given
    except UnicodeError:
        plain = ""
    with contextlib.suppress(ValueError):  # an address of IPv6 without its brackets
        plain = f"[{ipaddress.IPv6Address(plain)}]"
    found = place(plain)
    if found is None or plain.endswith(":"):
        remedy = "Leave out http:// and what comes after the name." if "/" in given else ""
        remedy = "Give every name by itself, or * for any." if "*" in given else remedy
        raise refusal(argument, "a host's name, NAME:PORT or *", text, remedy)
    name = _in_url(found.name)
    return name if found.port is None else f"{name}:{found.port}"


def allowed_names(given: Iterable[str], token: str) -> frozenset[str]:
    """Names to answer to; "*" answers to any, which only a token makes safe."""
    names = frozenset(allowed_name(name) for name in given)
    if ANY_NAME in names and not token:
        raise refusal("allowed_hosts", "names, where no token is asked for", ANY_NAME)
    return names


def embedder(text: str, argument: str = "embedders") -> str:
    """An origin whose pages may have ours in a frame, as browsers compare it: https://NAME:PORT.

    **Raises** `InvalidInput` for what is none; for *, too, which would be every site.
    """
    given = text.strip().lower()
    found = _origin(given)
    if found is None or given.endswith(":"):
        remedy = "Leave out what comes after the name and port." if text.count("/") > 2 else ""
        raise refusal(argument, "an origin, such as https://moodle.example.org", text, remedy)
    scheme, where = found
    port = "" if where.port in (None, _DEFAULT_PORTS[scheme]) else f":{where.port}"
    return f"{scheme}://{_in_url(where.name)}{port}"


def fresh_token() -> str:
    """A token that nobody guesses: 128 bits."""
    return secrets.token_hex(16)


def checked_token(text: str, argument: str = "token") -> str:
    """A token that a user chose, or "" for none; or the refusal that says what it may be."""
    if text and not _TOKEN.fullmatch(text):
        # The value is not shown: it may be a secret with a slip in it.
        rule = "8 to 200 letters, digits, or any of . _ ~ -, or '' for none"
        raise refusal(argument, rule, said(f"another, of length {len(text)}"))
    return text


@dataclass(frozen=True)
class Access:
    """Who may use the server.

    - `names`: answered to beside `OWN_NAMES`, as `allowed_name` gives them.
    - `token`: without one ("") whoever reaches the server may use it.
    - `private`: nothing is answered but what comes from this computer.
    """

    names: frozenset[str] = frozenset()
    token: str = ""
    private: bool = False

    def answers_to(self, host: Place, reached: str | None) -> bool:
        """Whether it does; `reached` is the address of this computer that the request came to.

        Where others can reach it, any address will do, which may be that of a router in between:
        it is a name that no other site can take (DNS rebinding).
        """
        name = _in_url(host.name)
        if host.name in OWN_NAMES or {ANY_NAME, name, f"{name}:{host.port}"} & self.names:
            return True
        ours = _address(reached or "")
        return ours is not None and not ours.is_loopback and _address(host.name) is not None

    def trusts(self, origin: str) -> bool:
        """Whether an Origin header is that of a name to answer to, or of NAME:PORT exactly.

        A forwarder may have changed the Host. A name's other ports, and this computer's own names,
        may be other sites.
        """
        found = _origin(origin)
        if found is None:
            return False
        theirs = found[1]
        if theirs.name in OWN_NAMES and theirs.port is None:
            return False
        name = _in_url(theirs.name)
        return (name if theirs.port is None else f"{name}:{theirs.port}") in self.names

    def is_closed_at(self, reached: str | None) -> bool:
        """Whether nothing is answered at this address of this computer."""
        address = _address(reached or "")
        return self.private and address is not None and not address.is_loopback

    def opens(self, given: str) -> bool:
        """Whether a token is the right one; takes as long for any."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode())

    def cookie(self) -> str:
        """What the browser keeps instead of the token: neither tells the other."""
        return hmac.new(self.token.encode(), b"unitscope's page", "sha256").hexdigest()

    def lets_in(self, headers: Mapping[str, str], cookies: Mapping[str, str], host: Place) -> bool:
        """Whether a request has the token, in its Authorization header or as a cookie."""
        if not self.token:
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() in ("bearer", "token") and self.opens(given.strip()):
            return True
        kept = cookies.get(cookie_name(host), "")
        return hmac.compare_digest(kept.encode("utf-8", "replace"), self.cookie().encode())


def cookie_name(host: Place) -> str:
    """The cookie's; browsers send the cookies of one port to all ports of a computer."""
    return "unitscope" if host.port is None else f"unitscope-{host.port}"


def _in_url(name: str) -> str:
    return f"[{name}]" if ":" in name else name


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An IP address, that of IPv4 where one of IPv6 stands for it; None for a name."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def household(client: str | None) -> str | None:
    """Whom an address counts for: itself, or of IPv6 the network of 2⁶⁴ addresses that it is in.

    None for this computer, where a web server in front may stand for many.
    """
    found = _address(client or "")
    if found is None:
        return client
    if found.is_loopback:
        return None
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
