"""Event types: what there is to publish and to subscribe to."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeAlias

import orjson
from pydantic import Field

from bus.access.roles import Scope
from bus.contracts.codec import Schema
from bus.contracts.compatibility import DEFAULT_LEVEL, Level
from bus.contracts.fields import field_docs, meaning_of
from bus.contracts.proposal import judge_proposal
from bus.errors import InvalidEventError
from bus.samples.lifecycles import sample
from bus.webhook.document import plain
from processors.gateway.api import Api
from processors.gateway.model import DIGITS, Model, Page, PageQuery
from processors.gateway.paging import cut
from processors.gateway.problems import NOT_FOUND, UNAVAILABLE, ProblemError
from processors.gateway.routes import Asked, Reply, Route
from processors.subscriptions.trial import sample_types

AVRO = "application/vnd.apache.avro+json"
_MOST_SEED = 2**31 - 1
_SCHEMA_CHARS = 200_000
_LEVELS = Literal[
    "NONE",
    "BACKWARD",
    "BACKWARD_TRANSITIVE",
    "FORWARD",
    "FORWARD_TRANSITIVE",
    "FULL",
    "FULL_TRANSITIVE",
]


class EventType(Model):
    """What an event type is."""

    type: str
    family: Annotated[
        str, Field(description="Its first word; events of it share a topic.")
    ]
    topic: Annotated[str, Field(description="The source topic in Kafka.")]
    subject: Annotated[str, Field(description="Its subject in the schema registry.")]
    meaning: str
    example: Annotated[bool, Field(description="Whether there is an example of it.")]


class EventField(Model):
    """One field of an event's data."""

    path: Annotated[str, Field(description="`lines[].sku`")]
    type: str
    meaning: str
    optional: bool
    symbols: Annotated[Sequence[str], Field(description="The values of an enum.")] = ()


class EventTypeExplained(EventType):
    """An event type with its fields."""

    fields: Sequence[EventField]


class EventTypes(Page[EventType]):
    """A page of event types."""


class ExampleQuery(Model):
    """Which example."""

    seed: Annotated[
        int,
        Field(ge=0, le=_MOST_SEED, description="Another number, another example."),
        DIGITS,
    ] = 1


class EventExample(Model):
    """An example, ready to be published."""

    type: str
    data: dict[str, object]


SchemaSent: TypeAlias = Annotated[
    str,
    Field(
        alias="schema",
        min_length=2,
        max_length=_SCHEMA_CHARS,
        description="The Avro schema, JSON in a text.",
    ),
]


class Proposal(Model):
    """A schema that may become the next version."""

    schema_text: SchemaSent
    level: Annotated[
        _LEVELS, Field(description="What has to keep working, by Confluent's names.")
    ] = DEFAULT_LEVEL.value


class Compatibility(Model):
    """Whether a schema may become the next version."""

    compatible: bool
    compared: Annotated[
        int, Field(description="How many earlier versions it was compared with.")
    ]
    faults: Annotated[
        Sequence[str], Field(description="What is wrong with the schema itself.")
    ] = ()
    reasons: Annotated[
        Sequence[str], Field(description="Whom it would break, and the remedy.")
    ] = ()


async def list_event_types(asked: Asked) -> Reply:
    """A page of them, by name."""
    query, api = asked.query_as(PageQuery), asked.api
    rows, after, before = cut(
        list(api.catalogue),
        lambda schema: str(schema.event_type),
        limit=query.limit,
        cursor=query.cursor,
        about="event-types",
    )
    data = [_listed(api, schema) for schema in rows]
    return Reply(content=EventTypes(data=data, next=after, previous=before))


async def get_event_type(asked: Asked) -> Reply:
    """One, with all its fields."""
    schema = shipped(asked)
    fields = [
        EventField(
            path=field.path,
            type=field.type,
            meaning=field.doc,
            optional=field.optional,
            symbols=field.symbols,
        )
        for field in field_docs(schema)
    ]
    listed = _listed(asked.api, schema).model_dump()
    return Reply(content=EventTypeExplained(**listed, fields=fields))


async def get_schema(asked: Asked) -> Reply:
    """Its Avro schema."""
    return Reply(content=shipped(asked).text.encode(), media_type=asked.accept)


async def get_example(asked: Asked) -> Reply:
    """An event that could be published as it is."""
    event_type = str(shipped(asked).event_type)
    now = datetime.fromtimestamp(asked.api.world.clock.now(), UTC)
    try:
        event = sample(event_type, asked.query_as(ExampleQuery).seed, now)
    except InvalidEventError:
        raise ProblemError(NOT_FOUND, "There is no example of this type.") from None
    content = {"type": event_type, "data": plain(event.data)}
    return Reply(content=orjson.dumps(content))


async def check_compatibility(asked: Asked) -> Reply:
    """Compare with what the registry holds, or with what is shipped."""
    schema, proposal, api = shipped(asked), asked.body_as(Proposal), asked.api
    event_type = str(schema.event_type)
    held = await api.world.schemas.by_type(api.catalogue.topic(event_type), event_type)
    earlier = [(f"id {one.id}", one.text) for one in reversed(held)]
    if not earlier:
        earlier = [("the shipped one", schema.text)]
    found = await asyncio.to_thread(
        judge_proposal, event_type, proposal.schema_text, earlier, Level(proposal.level)
    )
    content = Compatibility(
        compatible=found.good,
        compared=len(earlier),
        faults=found.faults,
        reasons=found.reasons,
    )
    return Reply(content=content)


def shipped(asked: Asked) -> Schema:
    """The schema that this gateway has of the type that the path names.

    Raises:
        ProblemError: there is no such type.
    """
    event_type = asked.path["type"]
    if event_type not in asked.api.catalogue:
        raise ProblemError(NOT_FOUND)
    return asked.api.catalogue.schema(event_type)


def _listed(api: Api, schema: Schema) -> EventType:
    event_type = str(schema.event_type)
    return EventType(
        type=event_type,
        family=schema.family,
        topic=api.catalogue.topic(event_type),
        subject=api.catalogue.subject(event_type),
        meaning=meaning_of(schema),
        example=event_type in sample_types(),
    )


_PATH = "/v1/event-types"
_TAG = "Event types"

ROUTES = (
    Route(
        method="GET",
        path=_PATH,
        operation="listEventTypes",
        summary="List the event types.",
        tag=_TAG,
        scope=Scope.SCHEMAS_READ,
        handler=list_event_types,
        query=PageQuery,
        answer=EventTypes,
    ),
    Route(
        method="GET",
        path=f"{_PATH}/{{type}}",
        operation="getEventType",
        summary="Explain an event type: every field.",
        tag=_TAG,
        scope=Scope.SCHEMAS_READ,
        handler=get_event_type,
        answer=EventTypeExplained,
    ),
    Route(
        method="GET",
        path=f"{_PATH}/{{type}}/schema",
        operation="getEventTypeSchema",
        summary="The Avro schema of an event type.",
        tag=_TAG,
        scope=Scope.SCHEMAS_READ,
        handler=get_schema,
        media_types=(AVRO, "application/json"),
    ),
    Route(
        method="GET",
        path=f"{_PATH}/{{type}}/example",
        operation="getEventTypeExample",
        summary="An example event, as POST /v1/events takes it.",
        tag=_TAG,
        scope=Scope.SCHEMAS_READ,
        handler=get_example,
        query=ExampleQuery,
        answer=EventExample,
    ),
    Route(
        method="POST",
        path=f"{_PATH}/{{type}}/compatibility",
        operation="checkCompatibility",
        summary="Ask whether a schema may become the next version.",
        description="Nothing is registered. It is compared with all versions that the "
        "registry holds, or else with the one that is shipped.",
        tag=_TAG,
        scope=Scope.SCHEMAS_READ,
        handler=check_compatibility,
        body=Proposal,
        answer=Compatibility,
        problems=(UNAVAILABLE,),
        example={"schema": '{"type": "record", "name": "OrderCreated", "fields": []}'},
    ),
)
