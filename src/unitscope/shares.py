"""Shares: what is not all is never rounded to all, nor what is some to none.

Words, pictures, tables, reprs and the page (`percentage` in its JavaScript) keep to this.
"""

from __future__ import annotations

DIGITS = 3  # significant digits of a printed share

Share = float | tuple[str, float]  # or "over" or "under" so much


def share_told(share: float, digits: int = DIGITS, least: float = 10.0**-DIGITS) -> Share:
    """A share as it is told: itself, or ("over", 0.999), or ("under", 0.001)."""
    most = 1 - 10.0**-digits
    if most < share < 1:
        return "over", most
    return ("under", least) if 0 < share < least else float(share)


def percent(share: float, decimals: int = 1) -> str:
    """A share as tables and pictures have it: 43.2%, >99.9%, <0.1%; a dash for NaN."""
    if share != share:
        return "-"
    digits = decimals + 2
    told = share_told(share, digits, 10.0**-digits)
    if isinstance(told, float):
        return f"{told:.{decimals}%}"
    return f"{'>' if told[0] == 'over' else '<'}{told[1]:.{decimals}%}"
