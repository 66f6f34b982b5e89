"""Converters of times and days; what has no zone gets the one that is said, noted."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bus.intake.converters.kinds import Converter, Given, Kind, Unreadable
from bus.intake.converters.numbers import as_decimal
from bus.intake.converters.texts import as_text
from bus.intake.parsing.tree import Tree
from bus.times import in_utc, read_rfc3339

_ZONE = ("$with.zone",)
_WITHOUT_CENTURY, _COMPACT = (6, 10), (6, 8, 10, 12, 14)
_LAST_CENTURY = "69"
"""Years of two digits from here on are of the 20th, as POSIX has it."""
_OFFSET = re.compile(r"(?:[Zz]|[+-][0-9]{2}:?[0-9]{2}|\b(?:GMT|UTC|UT))$")
_PARTS = {
    "YYYY": "%Y",
    "YY": "%y",
    "MM": "%m",
    "DD": "%d",
    "hh": "%H",
    "mm": "%M",
    "ss": "%S",
}
_FORM = re.compile("|".join(_PARTS))
_MILLION = Decimal(1_000_000)
_HOUR = 3_600
_FARTHEST = Decimal(253_402_300_800)


def zone_of(name: str) -> tzinfo:
    """A zone of the IANA database, or an offset such as +02:00."""
    if name in {"", "UTC", "Z"}:
        return UTC
    try:
        if name[0] in "+-":
            moment = datetime.fromisoformat(f"2026-01-01T00:00:00{name}")
            return moment.tzinfo or UTC
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unreadable(f"there is no time zone {name[:40]!r}") from None


def _moment(text: str) -> datetime:
    """A time as ISO 8601, RFC 3339 or RFC 2822 write it; naive without a zone."""
    try:
        return read_rfc3339(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        raise Unreadable("no time that is known") from None


def _placed(moment: datetime, given: Given) -> datetime:
    """A time in UTC, by the zone at hand if it has none."""
    if moment.tzinfo is not None:
        return in_utc(moment)
    name = given.word(0, "UTC")
    zone = zone_of(name)
    local = moment.replace(tzinfo=zone)
    given.notes.note("zone_assumed", f"read as of the zone {name}", moment.isoformat())
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        text = "twice or never in its zone: the clocks change then"
        given.notes.note("time_ambiguous", text, moment.isoformat())
    return in_utc(local)


def _time(value: Tree, given: Given) -> Tree:
    """A time as ISO 8601, RFC 3339 or RFC 2822 write it, in UTC.

    Without a zone it is of the argument's, or of what the mapping calls `$with.zone`,
    else of UTC; a finding says so.
    """
    return _placed(_moment(as_text(value)), given)


def _compact(value: Tree, given: Given) -> Tree:
    """A time of digits alone, as EDI writes it: 20260131, 260131, 202601311405.

    Its zone as with `time`.
    """
    text = re.sub(r"[^0-9]", "", as_text(value))
    if len(text) not in _COMPACT:
        raise Unreadable("no date of 6, 8, 10, 12 or 14 digits")
    if len(text) in _WITHOUT_CENTURY:
        text = f"{19 if text >= _LAST_CENTURY else 20}{text}"
    # `strptime` takes ten times as long, and an order has dozens.
    rest = [int(text[at : at + 2]) for at in range(6, len(text), 2)]
    try:
        moment = datetime(int(text[:4]), int(text[4:6]), *rest)  # type: ignore[arg-type]  # noqa: DTZ001 - its zone follows
    except ValueError:
        raise Unreadable("no date of the calendar") from None
    return _placed(moment, given)


def _pattern(value: Tree, given: Given) -> Tree:
    """A time by a pattern of Python's `strptime`: `pattern('%d.%m.%Y')`.

    Its zone, the second argument, as with `time`.
    """
    try:
        moment = datetime.strptime(as_text(value), given.word(0))  # noqa: DTZ007 - its zone follows
    except ValueError:
        raise Unreadable(f"no time of the pattern {given.word(0)}") from None
    return _placed(moment, replace(given, arguments=given.arguments[1:]))


def _dated(value: Tree, given: Given) -> Tree:
    """A time by a form as people write it: `dated('DD.MM.YYYY')`, `MM/DD/YY hh:mm`.

    Without a form, as `time`. Its zone, the second argument, as with `time`.
    """
    form = given.word(0).strip()
    moved = replace(given, arguments=given.arguments[1:])
    if form.lower() in {"", "iso"}:
        return _time(value, moved)
    try:
        pattern = date_pattern(form)
        moment = datetime.strptime(as_text(value), pattern)  # noqa: DTZ007 - its zone follows
    except ValueError:
        raise Unreadable(f"no date of the form {form[:40]}") from None
    return _placed(moment, moved)


def date_pattern(form: str) -> str:
    """The pattern of `strptime` for a form: YYYY, YY, MM, DD, hh, mm, ss, and signs.

    Raises:
        ValueError: it names something else, or no day.
    """
    found = _FORM.sub(lambda one: _PARTS[one[0]], form)
    left = _FORM.sub("", form)
    named = _FORM.findall(form)
    if any(sign.isalnum() or sign == "%" for sign in left):
        raise ValueError(
            f"{form!r} has more than YYYY, YY, MM, DD, hh, mm, ss and signs"
        )
    if not {"MM", "DD"} <= set(named) or not {"YYYY", "YY"} & set(named):
        raise ValueError(f"{form!r} names no whole day: YYYY or YY, MM and DD")
    return found


def _epoch(value: Tree, _: Given) -> Tree:
    """A time as seconds since 1970."""
    return _since_1970(as_decimal(value))


def _epoch_ms(value: Tree, _: Given) -> Tree:
    """A time as milliseconds since 1970."""
    return _since_1970(as_decimal(value) / 1000)


def _since_1970(seconds: Decimal) -> datetime:
    if not 0 <= seconds < _FARTHEST:
        raise Unreadable("no time between 1970 and 9999")
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
        microseconds=int(seconds * _MILLION)
    )


def _day(value: Tree, _: Given) -> Tree:
    """A day: 2026-01-31, 20260131, or that of a time as it is written."""
    text = as_text(value)
    try:
        return date.fromisoformat(text[:10] if text[4:5] == "-" else text[:8])
    except ValueError:
        return _moment(text).date()


def _later(value: Tree, given: Given) -> Tree:
    """A time later by so many days and hours: `later(=2)`, `later(=0, =12)`."""
    if not isinstance(value, datetime):
        raise Unreadable("later wants a time: put time before it")
    days, hours = as_decimal(given.word(0, "0")), as_decimal(given.word(1, "0"))
    microseconds = (days * 24 + hours) * _HOUR * _MILLION
    return value + timedelta(microseconds=int(microseconds))


def _assumed_zone(value: Tree, given: Given) -> Tree:
    """The zone that is assumed for a time that has none; nothing for one that has."""
    text = as_text(value)
    has_zone = bool(_OFFSET.search(text)) and len(text) > len("2026-01-31")
    return None if has_zone else given.word(0, "UTC")


TIMES = (
    Converter("time", _time, Kind.TIME, ("zone",), _ZONE),
    Converter("compact", _compact, Kind.TIME, ("zone",), _ZONE),
    Converter("pattern", _pattern, Kind.TIME, ("pattern", "zone?"), ("", "$with.zone")),
    Converter("dated", _dated, Kind.TIME, ("form", "zone?"), ("", "$with.zone")),
    Converter("epoch", _epoch, Kind.TIME),
    Converter("epoch_ms", _epoch_ms, Kind.TIME),
    Converter("day", _day, Kind.DAY),
    Converter("later", _later, Kind.TIME, ("days", "hours?")),
    Converter("assumed_zone", _assumed_zone, Kind.TEXT, ("zone",), _ZONE),
)
