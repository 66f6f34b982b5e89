"""Records of `bus.intake.requests`: what was asked of the OMS, and how far it came.

A request is known by its source and the caller's own id of it. What the OMS answers
stands elsewhere (`action.answered`); together they are what a caller is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import orjson

from bus.event import Event
from bus.intake.parked.item import Item
from bus.record import Message, Record
from bus.times import read_rfc3339, rfc3339

EVENT_TYPE = "intake.action_requested"
ANSWER_TYPE = "action.answered"
MOST_ID = 200
"""Characters of a caller's id."""
_FORMAT = 1
_SOURCE = "/intake/"


class State(StrEnum):
    """What became of a request: as the bus knows it, then as the OMS answers it."""

    ASKED = "asked"
    PARKED = "parked"
    REJECTED = "rejected"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    COMPLETED = "completed"
    FAILED = "failed"


ENDS = frozenset(
    {State.REJECTED, State.EXPIRED, State.REFUSED, State.COMPLETED, State.FAILED}
)
"""States after which nothing more is to be expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as convert left it.

    Attributes:
        source: Who asked.
        id: The caller's own id of it.
        action: What for.
        order: The order, as the caller names it; empty: none.
        at: When it was asked for.
        event_id: The event that the OMS gets; empty: none yet.
        item: The parked item that it is; empty: it is none.
    """

    source: str
    id: str
    action: str
    order: str
    at: datetime
    event_id: str = ""
    item: str = ""

    @property
    def state(self) -> State:
        """What convert made of it."""
        return State.PARKED if self.item else State.ASKED


def request_told(event: Event | None) -> Request | None:
    """The request that an event tells the OMS; None: it tells none."""
    if event is None or event.type != EVENT_TYPE:
        return None
    source = event.source.removeprefix(_SOURCE)
    made = _made(source, event.data)
    if made is None:
        return None
    return Request(**made, at=_moment(event.data) or event.time, event_id=event.id)


def request_parked(item: Item | None) -> Request | None:
    """The request that a parked item holds; None: it holds none that has an id."""
    if item is None or item.event_type != EVENT_TYPE or item.payload is None:
        return None
    made = _made(item.source, item.payload)
    if made is None:
        return None
    return Request(**made, at=_moment(item.payload) or item.at, item=item.id)


def _made(source: str, data: Mapping[str, object]) -> dict[str, str] | None:
    id_, order = data.get("request_id"), data.get("order")
    if not isinstance(id_, str) or not 0 < len(id_) <= MOST_ID:
        return None
    native = order.get("id") if isinstance(order, Mapping) else None
    return {
        "source": source,
        "id": id_,
        "action": str(data.get("action") or "unknown"),
        "order": native if isinstance(native, str) else "",
    }


def _moment(data: Mapping[str, object]) -> datetime | None:
    moment = data.get("occurred_at")
    return moment if isinstance(moment, datetime) else None


# --- records


def request_key(source: str, id_: str) -> bytes:
    """The key of a request's record; a source's id has no slash."""
    return f"{source}/{id_}".encode()


def request_message(topic: str, request: Request) -> Message:
    """The record of a request."""
    said = {
        "v": _FORMAT,
        "action": request.action,
        "order": request.order,
        "at": rfc3339(request.at),
        "event": request.event_id,
        "item": request.item,
    }
    value = orjson.dumps({name: one for name, one in said.items() if one != ""})
    return Message(topic, request_key(request.source, request.id), value)


def read_request(record: Record) -> Request | None:
    """What a record says; None: nothing that can be read."""
    source, slash, id_ = (record.key or b"").decode(errors="replace").partition("/")
    try:
        said: object = orjson.loads(record.value or b"")
        if not slash or not isinstance(said, dict) or said.get("v") != _FORMAT:
            return None
        return Request(
            source=source,
            id=id_,
            action=str(said.get("action", "")),
            order=str(said.get("order", "")),
            at=read_rfc3339(str(said["at"])),
            event_id=str(said.get("event", "")),
            item=str(said.get("item", "")),
        )
    except (ValueError, TypeError, KeyError):
        return None
