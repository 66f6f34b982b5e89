"""What is to be fetched, written and read again; and what answers mean."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bus.errors import DecodeError
from bus.intake.fetching.wanted import (
    Verdict,
    Wanted,
    judge,
    read_wanted,
    wanted_message,
)
from bus.intake.submission import Place
from bus.record import Record

WANTED = Wanted(
    source="shop",
    order_id="shop.shop.1",
    fields={"order.id": "1"},
    place=Place("intake.raw.shop", 1, 17),
    part=2,
    key=b"1",
    since=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    attempts=2,
    why="answered 500",
)


@pytest.mark.parametrize("key", [b"1", None])
def test_what_is_written_is_read(key: bytes | None) -> None:
    """All of it; the record's key is the order's."""
    wanted = replace(WANTED, key=key)
    message = wanted_message("t", wanted)
    assert message.key == b"shop.shop.1"
    assert read_wanted(Record("t", 0, 0, 0, message.key, message.value)) == wanted


@pytest.mark.parametrize(
    "value",
    [None, b"{", b"[]", b'{"v": 2}', b'{"v": 1}', b'{"v": 1, "place": [1]}'],
)
def test_what_cannot_be_read_is_said(value: bytes | None) -> None:
    """A damaged record is no bug of the program's."""
    with pytest.raises(DecodeError):
        read_wanted(Record("t", 0, 0, 0, b"", value))


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.GOOD),
        (206, Verdict.GOOD),
        (301, Verdict.AGAIN),
        (400, Verdict.NEVER),
        (401, Verdict.AGAIN),
        (404, Verdict.AGAIN),
        (410, Verdict.NEVER),
        (429, Verdict.LATER),
        (500, Verdict.AGAIN),
        (503, Verdict.AGAIN),
    ],
)
def test_what_an_answer_means(status: int, verdict: Verdict) -> None:
    """What is not there may come to be; what is wrong stays so."""
    assert judge(status) is verdict
