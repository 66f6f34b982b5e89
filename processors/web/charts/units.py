"""Numbers as people read them: `12.3/s`, `1.5 s`, `1 m 20 s`, `99.95 %`, `3.2 MiB`."""

import math
from collections.abc import Callable, Mapping
from enum import StrEnum

MOST = 1e18
"""Beyond it a value is drawn at the edge; what is said of it stays true."""
_KIBI = 1024.0
_AGES = 86_400_000.0
_LARGE = ("", " k", " M", " G", " T")
_BYTES = (" B", " KiB", " MiB", " GiB", " TiB", " PiB")
_SPANS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))


class Unit(StrEnum):
    """What a number counts; `SHARE` is 0 to 1 and said in percent."""

    COUNT = "count"
    PER_SECOND = "per second"
    MS = "milliseconds"
    SECONDS = "seconds"
    SHARE = "share"
    BYTES = "bytes"


def bounded(value: float) -> float:
    """Return the value as it can be drawn: not beyond `MOST` on either side."""
    return max(-MOST, min(MOST, value))


def known(value: float | None) -> float | None:
    """Return a number that can be drawn, None for what is none."""
    return None if value is None or not math.isfinite(value) else bounded(value)


def say(value: float | None, unit: Unit = Unit.COUNT) -> str:
    """Return a number with its unit, and `no data` for none."""
    if value is None or not math.isfinite(value):
        return "no data"
    sign = "\u2212" if value < 0 else ""
    return sign + _SAID[unit](abs(value))


def percent(share: float) -> str:
    """`7.2 %`, `99.95 %`; never `100 %` for what is less."""
    if share >= 1 or share < 0.99:  # noqa: PLR2004 - near the top, digits count
        return f"{_digits(share * 100)} %"
    return f"{min(99.999, math.floor(share * 100_000 + 1e-6) / 1_000):g} %"


def span(seconds: float) -> str:
    """`0 s`, `85 ms`, `1.5 s`, `1 m 20 s`, `2 h 5 m`, `3 d 4 h`: two units at most."""
    if seconds < 0:
        return f"\u2212{span(-seconds)}"
    if 0 < seconds < 1:
        return f"{_digits(seconds * 1_000)} ms"
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{_digits(seconds)} s"
    if seconds >= _AGES:
        return f"{_digits(seconds / 86_400)} d"
    whole = round(seconds)
    for at, (size, name) in enumerate(_SPANS[:-1]):
        if whole >= size:
            smaller, named = _SPANS[at + 1]
            count, rest = divmod(round(whole / smaller), size // smaller)
            return f"{count:,} {name}" + (f" {rest} {named}" if rest else "")
    return f"{whole} s"


def _scaled(value: float) -> str:
    return _powers(value, 1_000.0, _LARGE)


def _powers(value: float, base: float, names: tuple[str, ...]) -> str:
    power = 0
    while value >= base and power < len(names) - 1:
        value /= base
        power += 1
    return f"{_digits(value)}{names[power]}"


def _digits(value: float) -> str:
    """Three digits that count, without zeros at the end."""
    if value >= 1e6:  # noqa: PLR2004 - more than any unit should leave
        return f"{value:.2g}"
    if value >= 100:  # noqa: PLR2004 - three digits already
        return f"{value:.0f}"
    return f"{value:.3g}" if value >= 0.001 or value == 0 else f"{value:.1g}"  # noqa: PLR2004 - below, one digit


def _per_second(value: float) -> str:
    return f"{_scaled(value)}/s"


def _bytes(value: float) -> str:
    return _powers(value, _KIBI, _BYTES)


def _milliseconds(value: float) -> str:
    return f"{_digits(value)} ms" if value < 1_000 else span(value / 1_000)  # noqa: PLR2004 - then it is a second


_SAID: Mapping[Unit, Callable[[float], str]] = {
    Unit.COUNT: _scaled,
    Unit.PER_SECOND: _per_second,
    Unit.MS: _milliseconds,
    Unit.SECONDS: span,
    Unit.SHARE: percent,
    Unit.BYTES: _bytes,
}
