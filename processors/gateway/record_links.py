"""How lists and timelines name the record behind a row."""

from typing import Annotated, TypeAlias

from pydantic import Field

from bus.access.roles import Principal, Scope

RecordLink: TypeAlias = Annotated[
    str | None,
    Field(
        description="Path of the record with its content; null where this key may not "
        "read it."
    ),
]


def record_path(place: str) -> str:
    """The path of the record at `topic/partition/offset`."""
    return f"/v1/records/{place}"


def event_link(by: Principal, place: str | None) -> str | None:
    """The path of an event's source record, for those who may read it."""
    return record_path(place) if place and by.may(Scope.EVENTS_READ) else None
