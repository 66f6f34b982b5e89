"""Notes of messages, written and read again."""

from uuid import UUID

import pytest

from bus.intake.merging.notes import Became, Note, note_message, read_note
from bus.intake.merging.tables import Owner
from bus.intake.merging.versions import Version
from bus.record import Message, Record

NOTE = Note(
    key=UUID(int=7),
    owner=Owner("intake.raw.shop/0/17#3", "abc"),
    until_s=1_800_000_000,
    became=Became.TOLD,
    order_id="shopify.shop.1",
    version=Version("7", 1_790_000_000_000_001),
)


def record_of(message: Message) -> Record:
    """The message as it is read."""
    return Record(message.topic, 0, 0, 0, message.key, message.value)


@pytest.mark.parametrize("version", [None, Version(), Version("7"), NOTE.version])
def test_what_is_written_is_read(version: Version | None) -> None:
    """All of it, whether the order was told whole or not."""
    note = Note(NOTE.key, NOTE.owner, 5, Became.PARKED, "o", version)
    message = note_message("seen", note)
    assert message.key == b"00000000-0000-0000-0000-000000000007"
    assert read_note(record_of(message)) == note


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"{",
        b"[]",
        b'{"v": 2}',
        b'{"v": 1}',
        b'{"v": 1, "at": "x", "until": "soon", "became": "told"}',
        b'{"v": 1, "at": "x", "until": 1, "became": "eaten"}',
        b'{"v": 1, "at": "x", "until": 1, "became": "told", "version": [1]}',
    ],
)
def test_what_cannot_be_read_says_nothing(value: bytes | None) -> None:
    """A damaged note costs a repeat at most, and never raises."""
    key = str(NOTE.key).encode()
    assert read_note(Record("seen", 0, 0, 0, key, value)) is None


def test_a_key_that_is_no_id_says_nothing() -> None:
    """Likewise."""
    message = note_message("seen", NOTE)
    assert read_note(record_of(message._replace(key=b"\xff"))) is None
    assert read_note(record_of(message._replace(key=None))) is None
