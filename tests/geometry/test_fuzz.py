"""A short run of the fuzz, and that it notices what is wrong."""

from __future__ import annotations

import fuzz
import pytest
import random_networks

from thorough import few


@pytest.mark.slow
def test_two_hundred_hostile_networks_keep_the_laws():
    found = list(fuzz.outcomes(range(200)))
    assert [one for one in found if one.raised or one.faults] == []
    assert {one.kind for one in found} == set(random_networks.KINDS)
    assert sum(one.regions for one in found) > 10_000


@pytest.mark.slow
def test_two_thousand_more():
    found = list(fuzz.outcomes(range(200, few(350, whole=2200))))
    assert [one for one in found if one.raised or one.faults] == []


def test_the_script_writes_its_table(tmp_path, capsys):
    assert fuzz.main(["--networks", "12", "--first", "6", "--out", str(tmp_path / "fuzz.md")]) == 0
    text = (tmp_path / "fuzz.md").read_text(encoding="utf-8")
    assert text == capsys.readouterr().out
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| ")]
    assert [(kind.strip(), count.strip()) for kind, count in rows[2:]] == [
        *((kind, "2") for kind in random_networks.KINDS),
        ("all", "12"),
    ]
    assert text.startswith("Networks 6 to 17, ")


def test_the_fuzz_notices_exceptions_and_broken_laws(monkeypatch, capsys):
    def broken(*_):
        raise FloatingPointError("rounding left a face that is not convex")

    with monkeypatch.context() as patch:
        patch.setattr("unitscope.partition", broken)
        assert (
            fuzz.checked(3).raised == "FloatingPointError: rounding left a face that is not convex"
        )
        assert fuzz.main(["--networks", "2"]) == 1
    assert "- random 0: FloatingPointError: rounding left a face" in capsys.readouterr().out
    # Another network's maps and classes, over the same window.
    whole = fuzz.us.partition
    monkeypatch.setattr(
        "unitscope.partition",
        lambda net, window: whole(random_networks.adversarial(6)[1].net, window),
    )
    faults = " ".join(fuzz.checked(0).faults)
    assert "affine maps" in faults
