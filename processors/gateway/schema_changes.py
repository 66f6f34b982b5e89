"""Versions of an event type's schema, and what differs between two, over HTTP."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Literal

import orjson
from pydantic import Field

from bus.access.roles import Scope
from bus.contracts.differences import compare
from bus.errors import ConfigurationError, SchemaNotFoundError
from processors.gateway.model import DIGITS, Model
from processors.gateway.problems import CONFLICT, NOT_FOUND, UNAVAILABLE, ProblemError
from processors.gateway.routes import Asked, Reply, Route
from processors.registry.comparing import HeldVersion, chosen, held_versions

_MOST = 2**31 - 1


class VersionHeld(Model):
    """A version of a schema."""

    id: Annotated[
        int, Field(description="The registry's id; 0: the file of this gateway.")
    ]
    fields: Annotated[int, Field(description="How many fields its data has.")]
    shipped: Annotated[
        bool, Field(description="Whether the file of this gateway is the same.")
    ]


class SchemaVersions(Model):
    """All versions, the newest first."""

    type: str
    subject: str
    data: Sequence[VersionHeld]


_Id = Annotated[int | None, Field(ge=0, le=_MOST), DIGITS]


class PairQuery(Model):
    """Which two are compared."""

    older: Annotated[_Id, Field(description="Its id; else the one before.")] = None
    newer: Annotated[_Id, Field(description="Its id; else the newest.")] = None


class SchemaChangeShown(Model):
    """One thing that is not as it was."""

    kind: Literal[
        "added", "removed", "renamed", "type", "default", "symbols", "meaning"
    ]
    place: Annotated[
        str, Field(description="The field, `Money.amount`; empty: the event itself.")
    ]
    said: str


class SchemaDifference(Model):
    """What differs between two versions, in words, and whom that breaks."""

    type: str
    older: int
    newer: int
    changes: Sequence[SchemaChangeShown]
    breaks_new: Annotated[
        Sequence[str],
        Field(
            description="Why readers of the newer one cannot read what the older one "
            "wrote; empty: they can."
        ),
    ]
    breaks_old: Annotated[
        Sequence[str],
        Field(
            description="Why readers of the older one cannot read what the newer one "
            "writes; empty: they can."
        ),
    ]


async def list_schema_versions(asked: Asked) -> Reply:
    """Those of the registry, and the file of this gateway if that is none of them."""
    found = await versions_of(asked)
    event_type = asked.path["type"]
    data = [
        VersionHeld(id=one.id, fields=_fields(one.text), shipped=one.shipped)
        for one in found
    ]
    subject = asked.api.catalogue.subject(event_type)
    content = SchemaVersions(type=event_type, subject=subject, data=data)
    return Reply(content=content)


async def compare_versions(asked: Asked) -> Reply:
    """Two of them; by default the newest and the one before."""
    query = asked.query_as(PairQuery)
    try:
        older, newer = chosen(await versions_of(asked), query.older, query.newer)
    except SchemaNotFoundError as error:
        raise ProblemError(NOT_FOUND, f"{str(error).capitalize()}.") from None
    try:
        found = await asyncio.to_thread(compare, older.text, newer.text)
    except ConfigurationError as error:
        raise ProblemError(CONFLICT, f"They cannot be compared: {error}.") from None
    changes = [
        SchemaChangeShown(kind=one.kind, place=one.place, said=one.said)
        for one in found.changes
    ]
    return Reply(
        content=SchemaDifference(
            type=asked.path["type"],
            older=older.id,
            newer=newer.id,
            changes=changes,
            breaks_new=found.breaks_new,
            breaks_old=found.breaks_old,
        )
    )


async def versions_of(asked: Asked) -> Sequence[HeldVersion]:
    """All of the event type that the path names.

    Raises:
        ProblemError: there is no such event type.
        RegistryUnavailableError: the registry gives no answer.
    """
    api, event_type = asked.api, asked.path["type"]
    if event_type not in api.catalogue:
        raise ProblemError(NOT_FOUND)
    return await held_versions(api.world.schemas, api.catalogue, event_type)


def _fields(text: str) -> int:
    """How many; what somebody else registered may have none that can be counted."""
    definition: object = orjson.loads(text)
    fields = definition.get("fields") if isinstance(definition, dict) else None
    return len(fields) if isinstance(fields, list) else 0


_ONE = "/v1/event-types/{type}"
_TAG = "Event types"

ROUTES = (
    Route(
        method="GET",
        path=f"{_ONE}/versions",
        operation="listSchemaVersions",
        summary="The versions of an event type's schema, the newest first.",
        description="What the schema registry holds.",
        tag=_TAG,
        scope=Scope.SCHEMAS_READ,
        handler=list_schema_versions,
        answer=SchemaVersions,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="GET",
        path=f"{_ONE}/changes",
        operation="compareSchemaVersions",
        summary="What differs between two versions, in words, and whom that breaks.",
        tag=_TAG,
        scope=Scope.SCHEMAS_READ,
        handler=compare_versions,
        query=PairQuery,
        answer=SchemaDifference,
        problems=(CONFLICT, UNAVAILABLE),
    ),
)
