"""From page to page of a list: what to ask for, how far it was read, what comes next.

A position is a text: a moment in RFC 3339, a number by its digits, a token itself.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bus.intake.fetching.template import read_template
from bus.intake.listing.paging import next_page
from bus.intake.listing.slices import slices
from bus.intake.pulling.declared import PAGE_SIZE, SINCE, ListPull
from bus.times import in_utc, read_rfc3339, rfc3339

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND, _SECOND = timedelta(microseconds=1), 1_000_000
_MOST_CHARS = 2_000


class UnusableError(Exception):
    """A list that cannot be read as it is declared; says what to change."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list.

    Attributes:
        items: As they stand there.
        reached: How far the list is read with it; empty: it does not say.
        follows: From where its next page is asked for; None: there is none.
        link: The address of its next page, where the API says one.
    """

    items: Sequence[bytes]
    reached: str
    follows: str | None = None
    link: str = ""


def first_position(pull: ListPull, now: datetime) -> str:
    """Where a list begins that was never read: a day back, unless it is said.

    Raises:
        UnusableError: `first` is no such position.
    """
    if not pull.first:
        return {"time": rfc3339(now - _DAY), "number": "0"}.get(pull.counted, "")
    if pull.counted == "token":
        return pull.first
    key = _key(pull, pull.first)
    if key is None:
        raise UnusableError(f"first: {pull.first!r} is no {pull.counted}")
    return _written(pull, key)


def with_overlap(pull: ListPull, position: str) -> str:
    """Where a look begins that goes on from a position."""
    return _back(pull, position, pull.overlaps)


def farther(pull: ListPull, one: str, other: str) -> str:
    """The later of two positions; of tokens, the second."""
    if pull.counted == "token":
        return other or one
    return one if (_key(pull, one) or 0) >= (_key(pull, other) or 0) else other


def url_of(pull: ListPull, settings: Mapping[str, str], position: str) -> str:
    """The address of what follows a position.

    A token that nobody has yet leaves out the parameter that it would be.

    Raises:
        MissingError: a setting has no value.
    """
    text = pull.url if position else _without(pull.url, f"{{{SINCE}}}")
    fields = {SINCE: position, PAGE_SIZE: str(pull.page_size)}
    return read_template(text).url(settings, fields)


def page_of(
    pull: ListPull, asked: tuple[str, str], body: bytes, link: str, now: datetime
) -> Page:
    """Read what was answered; `asked` is the address, and the position it was made of.

    `link` is the header of that name. An item that says it is later than `now` does not
    take the position along.

    Raises:
        UnparsableError: it is no list.
        UnusableError: it cannot be read on from here.
    """
    url, position = asked
    items = slices(body, tuple(pull.items.split(".")) if pull.items else ())
    if pull.counted == "token":
        return _by_token(items, value_at(body, pull.cursor), position)
    keys = [_key(pull, value_at(item, pull.cursor)) for item in items]
    told = [key for key in keys if key is not None]
    if items and not told:
        raise UnusableError(f"cursor: no item has a {pull.counted} at {pull.cursor}")
    start = _key(pull, position) or 0
    newest = max([*told, start])
    if pull.counted == "time":
        newest = min(newest, max(start, _since_epoch(now)))
    reached = _written(pull, newest)
    if pull.next == "link":
        return Page(items, reached, link=next_page(url, link) or "")
    if len(items) < pull.page_size:
        return Page(items, reached)
    # Many end in one second, and not all of them may have been in this page.
    follows = newest - _SECOND if pull.counted == "time" else newest
    _check_order(pull, told, (start, follows), position)
    return Page(items, reached, follows=_written(pull, follows))


def _check_order(
    pull: ListPull, told: Sequence[int], between: tuple[int, int], position: str
) -> None:
    """Raise UnusableError where a full page cannot be read on from its end."""
    start, follows = between
    if list(told) != sorted(told):
        raise UnusableError(
            "its items are not sorted by the cursor, the oldest first: sort them by a"
            " parameter of url, or set next: link"
        )
    if follows <= start:
        raise UnusableError(
            f"a page of {pull.page_size} items does not get beyond {position}: make"
            " page_size larger, or set next: link"
        )


def value_at(document: bytes, names: str) -> str:
    """The text or whole number at these names; empty: there is none."""
    try:
        value: object = json.loads(document)
    except (ValueError, RecursionError):
        return ""
    for name in names.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value)
    return text if len(text) <= _MOST_CHARS and text.isprintable() else ""


def _by_token(items: Sequence[bytes], token: str, position: str) -> Page:
    """The next token is where the next page begins; without one, or items, it ends."""
    if not token or token == position:
        return Page(items, position)
    return Page(items, token, follows=token if items else None)


def _back(pull: ListPull, position: str, count: int) -> str:
    """A position, so many seconds, or so many of a number, earlier."""
    if pull.counted == "token":
        return position
    earlier = count * _SECOND if pull.counted == "time" else count
    return _written(pull, (_key(pull, position) or 0) - earlier)


def _key(pull: ListPull, text: str) -> int | None:
    """What positions are compared by: a number, or microseconds; None: it is none."""
    try:
        if pull.counted == "number":
            return int(text)
        return _since_epoch(_moment(text))
    except (ValueError, TypeError):
        return None


def _written(pull: ListPull, key: int) -> str:
    if pull.counted == "number":
        return str(max(0, key))
    return rfc3339(_EPOCH + max(0, key) * _MICROSECOND)


def _since_epoch(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _moment(text: str) -> datetime:
    """A moment of ISO 8601 or RFC 5322; in UTC where it names no zone."""
    try:
        return read_rfc3339(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = parsedate_to_datetime(text)
    return in_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _without(url: str, place: str) -> str:
    """A URL without the parameters that hold a place."""
    path, mark, query = url.partition("?")
    kept = [part for part in query.split("&") if place not in part]
    return f"{path}{mark if any(kept) else ''}{'&'.join(kept)}"
