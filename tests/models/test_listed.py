"""Every model that docs/models.md lists is read, or refused, as it says there."""

from __future__ import annotations

import listed
import pytest

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)
PAGE = listed.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", listed.CASES["scikit-learn"])
def test_a_model_of_scikit_learn(code: str) -> None:
    assert listed.result_of("scikit-learn", code).row(code) in PAGE


@pytest.mark.parametrize("code", listed.CASES["Keras"])
def test_a_model_of_keras(code: str) -> None:
    pytest.importorskip("keras")
    assert listed.result_of("Keras", code).row(code) in PAGE


@pytest.mark.torch
@pytest.mark.parametrize("code", listed.CASES["PyTorch"])
def test_a_model_of_pytorch(code: str) -> None:
    pytest.importorskip("torch")
    assert listed.result_of("PyTorch", code).row(code) in PAGE


def test_the_page_lists_no_others() -> None:
    count = sum(line.startswith("| `") for line in PAGE.splitlines())
    assert count == sum(map(len, listed.CASES.values()))
