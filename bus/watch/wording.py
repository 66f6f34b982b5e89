"""Spans and shares in a few characters, for evidence that people read."""


def span(seconds: float) -> str:
    """`40 s`, `12 min`, `3.5 h`, `9 days`."""
    if seconds < 120:  # noqa: PLR2004 - from two on the larger unit is said
        return f"{seconds:.0f} s"
    if seconds < 2 * 3_600:
        return f"{seconds / 60:.0f} min"
    if seconds < 2 * 86_400:
        return f"{seconds / 3_600:.1f} h"
    return f"{seconds / 86_400:.0f} days"


def percent(ratio: float) -> str:
    """`7.2 %`."""
    return f"{ratio * 100:.2g} %" if ratio < 0.1 else f"{ratio * 100:.0f} %"  # noqa: PLR2004 - two digits either way


def count(number: int, word: str) -> str:
    """`1 record`, `12 records`."""
    return f"{number} {word}{'' if number == 1 else 's'}"
