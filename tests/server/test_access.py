"""Names, origins and tokens: what is let in, without a server."""

from __future__ import annotations

import idna
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from unitscope.errors import InvalidInput
from unitscope.server.access import (
    Access,
    Place,
    allowed_name,
    allowed_names,
    checked_token,
    fresh_token,
    household,
    place,
    same_place,
)

labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
names = st.lists(labels, min_size=1, max_size=4).map(".".join)
ports = st.none() | st.integers(1, 65535)
addresses = st.ip_addresses(v=6).map(lambda address: address.compressed)


def written(name: str, port: int | None) -> str:
    name = f"[{name}]" if ":" in name else name
    return name if port is None else f"{name}:{port}"


@given(names | addresses, ports)
def test_a_place_is_read_as_it_is_written_in_any_case(name, port):
    for text in (written(name, port), written(name, port).upper()):
        assert place(text) == Place(name, port)
    assert place(f"{written(name, None)}:") == Place(name, None)  # which RFC 9110 allows


MALFORMED = [
    "", " ", ".", "..", "a..b", ".a", "[", "]", "[]", "[::1", "::1", "[::1]]", "[::g]",
    "[1.2.3.4]", "[::1%25eth0]", "[v1.x]", "a b", "a\tb", "a\n", "\na", "a\0", "a/", "a?b",
    "a#b", "a\\b", "a@b", "u:p@a", "a:b", "a:-1", "a:+1", "a:0", "a:65536", "a:99999", "a:000000",
    "a:1:2", "a:１", "a: 1", "%61", "a%", "*", "*.a", "a,b", "é", "ａ", "\u212a", "http://b",
    "//a", "a" * 301, "'", '"', "<a>", "a;b", "~",
]  # fmt: skip


@pytest.mark.parametrize("text", MALFORMED)
def test_what_is_no_place_is_none(text):
    assert place(text) is None
    assert not same_place(f"http://{text}", Place("a", None))
    assert not same_place(text, Place("a", None))


@given(names | addresses, ports, names | addresses, ports, st.sampled_from(["http", "https"]))
def test_an_origin_is_of_a_host_where_name_and_port_are(name, port, other, second, scheme):
    origin = f"{scheme}://{written(name, port)}"
    assert same_place(origin, Place(name, port))
    default = {"http": 80, "https": 443}[scheme]
    alike = name == other and (port or default) == (second or default)
    assert same_place(origin, Place(other, second)) == alike
    for wrong in (f"ftp://{name}", f"{origin}/", f"{scheme}:{name}", f"{scheme}://u@{name}", name):
        assert not same_place(wrong, Place(name, port))


@given(st.text(max_size=40))
def test_no_text_is_too_strange_to_judge(text):
    place(text)
    same_place(text, Place("a", 1))
    same_place(f"http://{text}", Place("a", 1))
    household(text)
    Access(token="12345678").opens(text)


@pytest.mark.parametrize(
    "name",
    ["bücher.example", "München.de", "пример.рф", "例え.jp", "ÉCOLE.fr", "café.example:8443"],
)
def test_a_name_beyond_ascii_is_that_which_browsers_send(name):
    plain, _, port = name.partition(":")
    sent = idna.encode(plain, uts46=True).decode()
    kept = allowed_name(name)
    assert kept == (f"{sent}:{port}" if port else sent)
    assert Access(frozenset([kept])).answers_to(Place(sent, int(port or 8600)), None)


@pytest.mark.parametrize(
    "name",
    ["", " ", "http://a", "a/b", "a:", "a:x", "a:0", "a:70000", "a b", "*.a", "a,b", "a@b", "[::g]",
     "straße.de", "ὀδός.gr", "x" * 64 + "é.de", "a..b", "\u200d", "é" * 400],
)  # fmt: skip
def test_a_name_that_no_browser_sends_is_refused_in_words(name):
    with pytest.raises(InvalidInput, match=r"^--allow-host must be a .* instead\."):
        allowed_name(name, "--allow-host")


def test_names_are_answered_to_at_their_port():
    access = Access(allowed_names([" Lab.Example. ", "other:8443", "::2", "[::3]:80"], ""))
    for name, port, answered in [
        ("lab.example", 1, True), ("lab.example", None, True), ("x.lab.example", None, False),
        ("other", 8443, True), ("other", None, False), ("other", 80, False), ("::2", 5, True),
        ("::3", 80, True), ("::3", 81, False), ("localhost", 9, True), ("127.0.0.1", None, True),
        ("::1", None, True), ("127.0.0.2", None, False),
    ]:  # fmt: skip
        assert access.answers_to(Place(name, port), "127.0.0.1") == answered, (name, port)


@given(addresses | st.ip_addresses(v=4).map(str), names)
def test_where_others_reach_it_addresses_are_answered_to_and_no_names(address, name):
    assume(not name.replace(".", "").isdigit() and name != "localhost")
    for reached in ("192.0.2.1", "2001:db8::1", "fe80::1%eth0", "::ffff:192.0.2.1"):
        assert Access().answers_to(Place(address, 8600), reached)
        assert not Access().answers_to(Place(name, 8600), reached)
    assume(address not in ("127.0.0.1", "::1"))
    for reached in ("127.0.0.1", "::1", "127.0.0.9", "::ffff:127.0.0.1", None, "unix:/socket"):
        assert not Access().answers_to(Place(address, 8600), reached)
        assert not Access().answers_to(Place(name, 8600), reached)


def test_behind_a_forwarder_the_origin_may_be_a_name_that_was_given():
    access = Access(allowed_names(["hub.example", "lab.example:8443", "127.0.0.1"], ""))
    for trusted in ("https://hub.example", "http://hub.example", "https://lab.example:8443"):
        assert access.trusts(trusted)
    for other in (
        "https://hub.example:8443",  # another server there
        "https://lab.example",
        "http://127.0.0.1",
        "http://127.0.0.1:3000",
        "https://evil.example",
        "null",
        "hub.example",
        "https://hub.example/",
    ):
        assert not access.trusts(other)
    assert not Access(allowed_names(["*"], fresh_token())).trusts("https://evil.example")


def test_any_name_needs_a_token():
    with pytest.raises(InvalidInput, match="must be names, where no token is asked for"):
        allowed_names(["*"], "")
    everywhere = Access(allowed_names(["*"], "12345678"), "12345678")
    assert everywhere.answers_to(Place("evil.example", 1), None)


@pytest.mark.parametrize(
    "text", ["short", "with space", "a/b/c/d/e", "äöüäöüäöü", "x" * 201, "12345678\n"]
)
def test_a_token_that_could_not_stand_in_an_address_is_refused_and_not_shown(text):
    with pytest.raises(InvalidInput, match=r"^--token must be 8 to 200 letters") as refused:
        checked_token(text, "--token")
    assert text not in str(refused.value)


def test_a_token_opens_and_its_cookie_does_not_tell_it():
    tokens = {fresh_token() for _ in range(50)}
    assert len(tokens) == 50
    for token in tokens:
        assert checked_token(token) == token and len(token) == 32
        access, host = Access(token=token), Place("a", 8600)
        assert access.opens(token) and not access.opens(token[:-1]) and not access.opens("")
        cookie = access.cookie()
        assert token not in cookie and not access.opens(cookie)
        assert access.lets_in({}, {"unitscope-8600": cookie}, host)
        assert not access.lets_in({}, {"unitscope-8600": token}, host)
        assert not access.lets_in({}, {"unitscope-8601": cookie}, host)
        for scheme in ("Bearer", "bearer", "token"):
            assert access.lets_in({"authorization": f"{scheme} {token}"}, {}, host)
        for wrong in ("", token, f"Basic {token}", f"Bearer {cookie}", "Bearer", "Bearer ä"):
            assert not access.lets_in({"authorization": wrong}, {}, host)
    assert Access().lets_in({}, {}, host)


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("127.0.0.1", None),
        ("::1", None), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"), (None, None), ("unknown", "unknown"),
    ],
)  # fmt: skip
def test_whom_an_address_counts_for(client, counted):
    assert household(client) == counted
