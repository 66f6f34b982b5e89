"""Colours that can be read: the contrast of two, by WCAG 2.2 (1.4.3)."""

from collections.abc import Sequence
from typing import NamedTuple

LEAST = 4.5
"""What text needs before its background."""
_LINEAR = 0.04045


class Ground(NamedTuple):
    """What an accent stands before, and what is written on it, in one scheme."""

    scheme: str
    behind: Sequence[str]
    on: Sequence[str]


LIGHT = Ground("light", ("#f6f7f9", "#ffffff", "#eef1f5"), ("#ffffff", "#0c1a30"))
DARK = Ground("dark", ("#0e1116", "#161a21", "#1f252e"), ("#0c1a30", "#ffffff"))
"""As `static/style.css` has them; a test compares."""


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white); both as `#rrggbb`."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def refused(accent: str, ground: Ground) -> str:
    """Why text in this colour could not be read; empty if it can be."""
    worst = min(ground.behind, key=lambda behind: contrast(accent, behind))
    found = contrast(accent, worst)
    if found >= LEAST:
        return ""
    other = "darker" if ground is LIGHT else "lighter"
    return (
        f"{accent} before {worst} has a contrast of {found:.1f}, and text needs "
        f"{LEAST}: choose a {other} one"
    )


def written_on(accent: str, ground: Ground) -> str:
    """The colour of what is written on it: the one that is read best."""
    return max(ground.on, key=lambda on: contrast(on, accent))


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * _line(red) + 0.7152 * _line(green) + 0.0722 * _line(blue)


def _line(share: float) -> float:
    return share / 12.92 if share <= _LINEAR else ((share + 0.055) / 1.055) ** 2.4
