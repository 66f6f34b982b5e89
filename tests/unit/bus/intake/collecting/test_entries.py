"""Which of two entries of a file counts: all readers decide it alike."""

from dataclasses import replace

import pytest

from bus.intake.collecting.entries import (
    STALE_S,
    Entry,
    State,
    entry_message,
    file_key,
    read_entry,
    standing,
)
from bus.record import Record

BEGUN = Entry(key=file_key("shop", b"x"), id="a", state=State.BEGUN, at=100.0)
DONE = replace(BEGUN, state=State.DONE, place="raw/0/1")
OTHER = replace(BEGUN, id="b", at=101.0)


def test_an_entry_is_read_as_it_was_written() -> None:
    """Every field."""
    entry = replace(DONE, name="a.edi", stamp="7-8", over="z")
    message = entry_message("t", entry)
    assert read_entry(Record("t", 0, 0, 0, message.key, message.value)) == entry


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"file/s/1", b"no JSON"),
        (b"file/s/1", b"[]"),
        (b"file/s/1", b'{"v": 2, "id": "a", "state": "done", "at": 1}'),
        (b"file/s/1", b'{"v": 1, "id": "a", "state": "lost", "at": 1}'),
        (b"file/s/1", b'{"v": 1, "state": "done", "at": 1}'),
        (b"file/s/1", None),
        (b"list/s", b'{"v": 1, "id": "a", "state": "done", "at": 1}'),
        (None, b"{}"),
    ],
)
def test_what_is_no_entry_says_nothing(key: bytes | None, value: bytes | None) -> None:
    """It never raises: one record costs one file's memory at most."""
    assert read_entry(Record("t", 0, 0, 0, key, value)) is None


@pytest.mark.parametrize(
    ("old", "new", "stands"),
    [
        (None, BEGUN, BEGUN),
        (BEGUN, DONE, DONE),
        (DONE, BEGUN, DONE),
        (BEGUN, OTHER, BEGUN),
        (DONE, OTHER, DONE),
        (DONE, replace(OTHER, over="a"), replace(OTHER, over="a")),
        (BEGUN, replace(OTHER, over="a"), BEGUN),
        (
            BEGUN,
            replace(OTHER, over="a", at=100 + STALE_S),
            replace(OTHER, over="a", at=100 + STALE_S),
        ),
        (
            replace(OTHER, over="a", at=200.0),
            replace(BEGUN, id="c", over="a", at=201.0),
            replace(OTHER, over="a", at=200.0),
        ),
    ],
)
def test_one_of_them_stands(old: Entry | None, new: Entry, stands: Entry) -> None:
    """The first, until it is done or has died; of those that take over, the first."""
    assert standing(old, new) == stands


def test_the_same_bytes_of_two_sources_are_two_files() -> None:
    """One sender's file is not another's."""
    assert file_key("a", b"x") != file_key("b", b"x")
    assert file_key("a", b"x") == file_key("a", b"x")
