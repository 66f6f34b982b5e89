"""A list is read to its end, whatever its pages look like: nothing left out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bus.intake.parsing.tree import UnparsableError
from bus.intake.pulling.cursors import Cursor, cursor_message, list_of, read_cursor
from bus.intake.pulling.declared import ListPull, Pull, QueuePull, names_in
from bus.intake.pulling.reading import (
    Page,
    UnusableError,
    farther,
    first_position,
    page_of,
    url_of,
    with_overlap,
)
from bus.record import Record
from bus.times import rfc3339

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
URL = "https://api.example/orders?since={since}&limit={page_size}"
PULLS: TypeAdapter[Pull] = TypeAdapter(Pull)


def pull(**fields: object) -> ListPull:
    """A list."""
    given: dict[str, object] = {"url": URL, "cursor": "changed", "items": "orders"}
    return ListPull.model_validate({**given, **fields})


@dataclass
class Api:
    """Lists orders that changed since a moment, or `inclusive` at it, in order."""

    moments: Sequence[datetime]
    inclusive: bool = True
    asked: int = 0
    had: set[int] = field(default_factory=set)

    def answer(self, url: str) -> bytes:
        """What it lists."""
        self.asked += 1
        query = parse_qs(urlsplit(url).query)
        since = datetime.fromisoformat(query["since"][0])
        most = int(query["limit"][0])
        rows = sorted(enumerate(self.moments), key=lambda row: row[1])
        found = [
            row
            for row in rows
            if row[1] > since or (self.inclusive and row[1] == since)
        ]
        orders = [{"id": n, "changed": rfc3339(at)} for n, at in found[:most]]
        return json.dumps({"orders": orders}).encode()


def read(of: ListPull, api: Api, cursor: str) -> str:
    """Read it to its end, as `processors.pulling` does; how far it was read."""
    position: str | None = with_overlap(of, cursor)
    while position is not None:
        url = url_of(of, {}, position)
        page = page_of(of, (url, position), api.answer(url), "", NOW)
        api.had |= {json.loads(item)["id"] for item in page.items}
        cursor, position = farther(of, cursor, page.reached), page.follows
    return cursor


@given(
    st.lists(st.integers(0, 400), max_size=60),
    st.integers(5, 12),
    st.booleans(),
)
def test_every_item_is_had(
    seconds: list[int],
    page_size: int,
    inclusive: bool,  # noqa: FBT001 - drawn
) -> None:
    """In whatever seconds they changed; unless a second fills a page, which it says."""
    moments = [NOW - timedelta(hours=1, seconds=-one) for one in seconds]
    api = Api(moments, inclusive)
    of = pull(page_size=page_size, overlap=5)
    crowded = max((seconds.count(s) + seconds.count(s + 1) for s in seconds), default=0)
    try:
        reached = read(of, api, rfc3339(NOW - timedelta(hours=2)))
    except UnusableError:
        assert crowded >= page_size
        return
    assert api.had == set(range(len(seconds)))
    assert not moments or reached == rfc3339(max(moments))


def test_what_changes_late_is_had_by_the_overlap() -> None:
    """An order that is listed only after a later one was read."""
    api = Api([NOW - timedelta(minutes=20), NOW - timedelta(minutes=2)])
    of = pull()
    cursor = read(of, api, rfc3339(NOW - timedelta(hours=1)))
    api.moments = [*api.moments, NOW - timedelta(minutes=10)]
    api.had.clear()
    assert read(of, api, cursor) == cursor
    assert api.had == {1, 2}  # 15 minutes back, and no further


def test_a_clock_of_tomorrow_takes_nobody_along() -> None:
    """Else all between now and then would be left out."""
    api = Api([NOW - timedelta(minutes=1), NOW + timedelta(days=1)])
    assert read(pull(), api, rfc3339(NOW - timedelta(hours=1))) == rfc3339(NOW)


def page(of: ListPull, document: object, position: str, link: str = "") -> Page:
    """What a document is read as."""
    body = json.dumps(document).encode()
    return page_of(of, ("https://api.example/orders", position), body, link, NOW)


def test_an_unsorted_page_is_told() -> None:
    """It cannot be read on from its last item."""
    rows = [{"changed": 3}, {"changed": 2}]
    of = pull(counted="number", page_size=2)
    with pytest.raises(UnusableError, match="not sorted"):
        page(of, {"orders": rows}, "0")


def test_numbers_go_on_behind_the_last() -> None:
    """A full page has another one, a smaller one has none."""
    of = pull(counted="number", page_size=2)
    rows = [{"changed": 7}, {"changed": "9"}]
    found = page(of, {"orders": rows}, "5")
    assert (found.reached, found.follows) == ("9", "9")
    found = page(of, {"orders": rows[:1]}, "5")
    assert (found.reached, found.follows) == ("7", None)
    assert with_overlap(pull(counted="number", overlap=3), "2") == "0"


def test_tokens_are_the_apis() -> None:
    """The first page is asked for without one."""
    of = pull(counted="token", cursor="meta.next")
    assert url_of(of, {}, "") == "https://api.example/orders?limit=100"
    assert url_of(of, {}, "a/b").startswith("https://api.example/orders?since=a%2Fb&")
    said = {"orders": [{}], "meta": {"next": "t-2"}}
    assert page(of, said, "t-1").follows == "t-2"
    last = page(of, {"orders": [], "meta": {"next": "t-3"}}, "t-2")
    assert (last.reached, last.follows) == ("t-3", None)
    assert page(of, {"orders": [{}], "meta": {}}, "t-3").reached == "t-3"


def test_pages_by_link_need_no_order() -> None:
    """The header says where the next one is."""
    of = pull(next="link", page_size=2)
    rows = [
        {"changed": "2026-11-02T00:00:00Z"},
        {"changed": "Sun, 01 Nov 2026 00:00:00 GMT"},
    ]
    found = page(of, {"orders": rows}, "", '</orders?page=2>; rel="next"')
    assert found.link == "https://api.example/orders?page=2"
    assert found.reached == "2026-11-02T00:00:00.000000Z"


def test_what_has_no_cursor_is_told() -> None:
    """Nobody could say how far the list was read."""
    with pytest.raises(UnusableError, match="no item has a time at changed"):
        page(pull(), {"orders": [{"id": 1}]}, "")
    with pytest.raises(UnparsableError):
        page(pull(), {"orders": {}}, "")


def test_where_a_list_begins() -> None:
    """A day back, at the first number, without a token; or as it is said."""
    assert first_position(pull(), NOW) == rfc3339(NOW - timedelta(days=1))
    assert first_position(pull(counted="number"), NOW) == "0"
    assert first_position(pull(counted="token"), NOW) == ""
    assert first_position(pull(counted="token", first="x"), NOW) == "x"
    assert (
        first_position(pull(first="2026-11-01"), NOW) == "2026-11-01T00:00:00.000000Z"
    )
    with pytest.raises(UnusableError, match="first: 'soon' is no time"):
        first_position(pull(first="soon"), NOW)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://api.example/orders", "expected {since}"),
        ("ftp://api.example/orders?since={since}", "begins with https://"),
        ("https://u:p@api.example/?since={since}", "begins with https://"),
        ("https:///orders?since={since}", "begins with https://"),
        (
            "https://api.example/?since={since}&k={credential.token}",
            "belong in headers",
        ),
        ("https://api.example/?since={since", "a name in braces"),
    ],
)
def test_addresses_that_are_refused(url: str, why: str) -> None:
    """Each with its reason."""
    with pytest.raises(ValidationError, match=why):
        pull(url=url)


def test_what_a_list_needs() -> None:
    """Settings and credentials, by name."""
    of = pull(
        url="{setting.api}/orders?since={since}",
        headers={"authorization": "Bearer {credential.token}"},
    )
    assert names_in(of) == ({"api"}, {"token"})
    with pytest.raises(ValidationError, match="neither a setting nor a credential"):
        pull(headers={"x": "{since}"})


def test_a_queue_is_one_of_sqs() -> None:
    """By its URL, as endpoints have it."""
    url = "sqs://sqs.eu-central-1.amazonaws.com/123456789012/orders"
    found = PULLS.validate_python({"kind": "sqs", "url": url})
    assert isinstance(found, QueuePull)
    assert found.place.region == "eu-central-1"
    with pytest.raises(ValidationError, match="expected sqs://"):
        PULLS.validate_python({"kind": "sqs", "url": "https://example.com/"})


def test_a_cursor_is_of_its_list() -> None:
    """As its record says; what cannot be read is none."""
    of = pull()
    cursor = Cursor("own", list_of(of), "2026-11-28T12:00:00Z", 7.5)
    message = cursor_message("t", cursor)
    record = Record("t", 0, 0, 0, message.key, message.value)
    assert read_cursor(record) == cursor
    assert list_of(of) == list_of(pull(page_size=7)) != list_of(pull(cursor="id"))
    for key, value in ((b"file/own/1", message.value), (b"cursor/own", b"[]")):
        assert read_cursor(Record("t", 0, 0, 0, key, value)) is None
