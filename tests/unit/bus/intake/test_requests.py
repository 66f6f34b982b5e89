"""What is written down of a request to the OMS, and read again."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bus.event import Event
from bus.intake.parked.item import Item, Stage
from bus.intake.requests import (
    EVENT_TYPE,
    Request,
    State,
    read_request,
    request_message,
    request_parked,
    request_told,
)
from bus.record import Message, Record

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
DATA = {
    "request_id": "r-1",
    "action": "cancel",
    "order": {"id": "SO-1"},
    "occurred_at": AT,
}
EVENT = Event(
    id="e-1",
    type=EVENT_TYPE,
    source="/intake/partner-asks",
    subject="actions.partner-asks.SO-1",
    time=AT,
    data=DATA,
)
ITEM = Item(
    id="i-1",
    source="partner-asks",
    channel="actions",
    at=AT,
    stage=Stage.RULE,
    event_type=EVENT_TYPE,
    payload=DATA,
)


def read(message: Message) -> Request | None:
    """What a reader of the topic takes it for."""
    return read_request(
        Record("t", 0, 0, 0, message.key, message.value, message.headers)
    )


def test_what_is_told_or_parked_is_a_request() -> None:
    """Known by its source and the caller's own id."""
    told, parked = request_told(EVENT), request_parked(ITEM)
    assert told is not None
    assert parked is not None
    assert (told.source, told.id, told.order) == ("partner-asks", "r-1", "SO-1")
    assert (told.state, told.event_id) == (State.ASKED, "e-1")
    assert (parked.state, parked.item) == (State.PARKED, "i-1")
    assert replace(told, event_id="") == replace(parked, item="")


def test_all_else_is_none() -> None:
    """Other events, items without an id, ids that nobody could ask for."""
    assert request_told(None) is None
    assert request_told(replace(EVENT, type="intake.order_received")) is None
    assert request_told(replace(EVENT, data={**DATA, "request_id": "x" * 201})) is None
    assert request_parked(None) is None
    assert request_parked(replace(ITEM, payload=None)) is None
    assert request_parked(replace(ITEM, payload={**DATA, "request_id": ""})) is None


@given(st.text(min_size=1, max_size=200), st.text(max_size=50), st.text(max_size=20))
def test_a_record_comes_back_as_it_was(id_: str, order: str, action: str) -> None:
    """Whatever a caller calls its requests."""
    try:
        id_.encode()
        (order + action).encode()
    except UnicodeEncodeError:
        return
    one = Request(source="a-b", id=id_, action=action, order=order, at=AT, item="i")
    assert read(request_message("t", one)) == one


def test_what_cannot_be_read_is_none() -> None:
    """Never an exception."""
    message = request_message(
        "t", Request(source="a", id="b", action="", order="", at=AT)
    )
    for value in (b"", b"[]", b'{"v": 2}', b'{"v": 1}', b"\xff"):
        assert read(message._replace(value=value)) is None
    assert read(message._replace(key=b"nothing")) is None
