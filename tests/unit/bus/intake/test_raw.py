"""A submission becomes a record and is read back, whatever the record's headers say."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.errors import DecodeError
from bus.intake.findings import CODES
from bus.intake.raw import (
    VIAS,
    Raw,
    moment_text,
    place_text,
    read_place,
    read_raw,
    submission_id,
    to_message,
)
from bus.intake.submission import Place, Submission
from bus.intake.verifying.verdict import Reason
from bus.record import Headers, Record

AT = datetime(2026, 11, 2, 9, 30, 0, 123456, UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
WORD = st.from_regex(r"[a-z][a-z-]{0,9}", fullmatch=True)
MOMENTS = st.datetimes(timezones=st.just(UTC))


def record(
    headers: Headers, value: bytes | None = b"{}", unreadable: str = ""
) -> Record:
    """A record as it is read from a raw topic."""
    at = ("intake.raw.shop", 2, 17, 1_700_000_000_500)
    return Record(*at, b"K", value, headers, unreadable=unreadable)


@settings(deadline=None)
@given(
    raw=st.builds(
        Raw,
        id=st.uuids().map(str),
        submission=st.builds(
            Submission,
            instance=st.just("shop"),
            body=st.binary(max_size=50),
            headers=st.dictionaries(WORD, TEXT, max_size=4),
            observed_at=MOMENTS,
            via=st.sampled_from(VIAS),
            place=st.just(Place("intake.raw.shop", 2, 17)),
        ),
        channel=WORD,
        verdict=st.sampled_from([None, *Reason]),
        secret=WORD | st.just(""),
        url=TEXT,
        address=TEXT,
        redacted=st.dictionaries(WORD, st.integers(1, 99), max_size=3),
        of=st.none() | st.just(Place("intake.raw.x", 0, 5)),
    )
)
def test_what_is_written_is_read(raw: Raw) -> None:
    """Each field, to the microsecond; the body byte for byte."""
    message = to_message(raw, "intake.raw.shop", "SO-1")
    assert message.topic == "intake.raw.shop"
    assert message.key == b"SO-1"
    assert read_raw(record(message.headers, message.value)) == raw


def test_without_a_key_the_submissions_id_is_it() -> None:
    """So that it stands in some partition, and always in the same."""
    raw = Raw("i-1", Submission("shop", b"x", {}, AT), "shopify")
    assert to_message(raw, "t").key == b"i-1"


@settings(deadline=None)
@given(
    headers=st.lists(
        st.tuples(
            st.sampled_from(
                ["in_at", "in_headers", "in_verdict", "in_via", "in_of", "in_redacted"]
            )
            | TEXT,
            st.binary(max_size=12) | TEXT.map(str.encode),
        ),
        max_size=6,
    ),
    value=st.none() | st.binary(max_size=10),
)
def test_no_header_stops_it(headers: list[tuple[str, bytes]], value: bytes) -> None:
    """A record that was acknowledged has to be dealt with, however odd."""
    raw = read_raw(record(tuple(headers), value))
    assert raw.submission.body == (value or b"")
    assert all(finding.code in CODES for finding in raw.findings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("in_at", b"yesterday"),
        ("in_at", b"2026-11-02T09:30:00"),
        ("in_verdict", b"perhaps"),
        ("in_via", b"owl"),
        ("in_headers", b"[1]"),
        ("in_headers", b"{"),
        ("in_headers", b"\xff"),
        ("in_redacted", b"pan"),
        ("in_of", b"topic/one/2"),
    ],
)
def test_what_cannot_be_so_is_a_finding(name: str, value: bytes) -> None:
    """One for each header; the rest counts as if it were not said."""
    raw = read_raw(record(((name, value),)))
    (finding,) = raw.findings
    assert finding.code == "raw_header"
    assert name in finding.text
    assert raw.submission.via == "webhook"
    assert raw.verdict is None
    assert raw.of is None


def test_a_record_that_says_nothing_has_what_kafka_knows() -> None:
    """Its place is its name, the broker's time its time, the topic's end its source."""
    raw = read_raw(record(()))
    assert raw.id == "intake.raw.shop/2/17"
    assert raw.submission.instance == "shop"
    assert raw.submission.observed_at == datetime.fromtimestamp(1_700_000_000.5, UTC)
    assert raw.submission.place == Place("intake.raw.shop", 2, 17)
    assert raw.findings == ()
    (finding,) = read_raw(record((), unreadable="a header is no text")).findings
    assert "a header is no text" in finding.text


def test_places_are_read_back() -> None:
    """And nothing else passes for one."""
    assert read_place(place_text(Place("a.b", 3, 9))) == Place("a.b", 3, 9)
    for wrong in (
        "",
        "a",
        "a/1",
        "a/1/",
        "a/-1/2",
        "/1/2",
        "a/1/2/3",
        f"a/1/{'9' * 20}",
    ):
        with pytest.raises(DecodeError):
            read_place(wrong)


def test_moments_are_in_utc() -> None:
    """With six digits, so that they sort as texts."""
    east = timezone(timedelta(hours=2))
    assert moment_text(AT.astimezone(east)) == "2026-11-02T09:30:00.123456Z"


def test_ids_of_submissions_sort_by_time() -> None:
    """UUIDs of version 7, variant 2."""
    first = submission_id(1_700_000_000.001, bytes(10))
    later = submission_id(1_700_000_000.002, b"\xff" * 10)
    assert first == "018bcfe5-6801-7000-8000-000000000000"
    assert later == "018bcfe5-6802-7fff-bfff-ffffffffffff"
    assert first < later
