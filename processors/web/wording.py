"""Figures and times in words, as pages show them. What is not known is a dash."""

from datetime import UTC, datetime

from markupsafe import Markup, escape

from bus.times import rfc3339

DASH = "–"  # noqa: RUF001 - a dash
_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0
_MANY, _MILLION = 10_000, 1_000_000
_WHOLE, _FEW = 100, 10
_TIME = Markup('<time datetime="{}" title="{} UTC">{} UTC</time>')


def marked(text: str) -> Markup:
    """What somebody wrote, `so` as code."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(
        part
        if at % 2 == 0 or at == len(parts) - 1
        else Markup("<code>{}</code>").format(part)
        for at, part in enumerate(parts)
    )


def count(number: float | None) -> str:
    """1,234; 12.3k from ten thousand on."""
    if number is None:
        return DASH
    if number < _MANY:
        return f"{number:,.0f}"
    return f"{number / 1e3:,.1f}k" if number < _MILLION else f"{number / 1e6:,.1f}M"


def rate(per_s: float | None) -> str:
    """So many a second; a minute where they are few."""
    if per_s is None:
        return DASH
    if not per_s:
        return "0/s"
    if per_s < 1:
        return f"{per_s * 60:.1f}/min"
    return f"{per_s:,.0f}/s" if per_s >= _WHOLE else f"{per_s:.1f}/s"


def percent(share: float | None) -> str:
    """99.95 %; never rounded up to a hundred."""
    if share is None:
        return DASH
    if share == 1:
        return "100 %"
    return f"{min(99.99, share * 100):.2f} %"


def millis(us: float | None) -> str:
    """Microseconds as a latency."""
    if us is None:
        return DASH
    ms = us / 1e3
    if ms >= 1_000:  # noqa: PLR2004 - a second
        return f"{ms / 1e3:.1f} s"
    return f"{ms:.0f} ms" if ms >= _FEW else f"{ms:.1f} ms"


def span(seconds: float | None) -> str:
    """A duration, in its two largest units."""
    if seconds is None:
        return DASH
    if seconds < 1:
        return "0 s" if seconds <= 0 else f"{seconds * 1e3:.0f} ms"
    for unit, size, smaller, part in (
        ("d", _DAY, "h", _HOUR),
        ("h", _HOUR, "min", _MINUTE),
        ("min", _MINUTE, "s", 1.0),
    ):
        if seconds >= size:
            rest = int(seconds % size // part)
            whole = f"{int(seconds // size)} {unit}"
            return f"{whole} {rest} {smaller}" if rest else whole
    return f"{seconds:.0f} s"


def ago(seconds: float) -> str:
    """How long ago something was counted."""
    return "just now" if seconds < 1 else f"{span(seconds)} ago"


def moment(value: float | str | datetime | None) -> str:
    """A time, of seconds since the epoch or of RFC 3339; scripts show it otherwise."""
    if value is None or value == "":
        return DASH
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
        elif isinstance(value, datetime):
            found = value
        else:
            found = datetime.fromtimestamp(value, UTC)
        told = found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return str(value)
    text = f"{told:%Y-%m-%d %H:%M:%S}"
    return _TIME.format(rfc3339(told), text, text)


def moment_us(us: int | None) -> str:
    """A time of the log."""
    return moment(None if us is None else us / 1e6)
