"""What the log has, as the API shows it and is asked for it. Never content."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from bus.access.roles import Principal, Scope
from bus.log.questions import OpenDelivery
from bus.log.rows import AttemptRow, EventRow, trace_id_of
from processors.gateway.letter_models import Word
from processors.gateway.logged import SpanQuery, moment_of
from processors.gateway.model import Model, Page, PageQuery, Several
from processors.gateway.record_links import RecordLink, event_link

Outcome: TypeAlias = Literal[
    "accepted", "refused", "throttled", "failed", "unreachable", "held"
]
StatusClass: TypeAlias = Literal["1xx", "2xx", "3xx", "4xx", "5xx", "none"]
OpenState: TypeAlias = Literal["retrying", "held", "dead_letter"]
EventId: TypeAlias = Annotated[str, Field(description="The webhook-id.")]
Moment: TypeAlias = Annotated[str, Field(description="RFC 3339, in UTC.")]
TraceId: TypeAlias = Annotated[
    str | None, Field(description="Of its `traceparent`; null without one.")
]
_DEAD = "dead_letter"
Types: TypeAlias = Annotated[
    Several[Word], Field(description="An event type; may end in `.*`.")
]


class AttemptQuery(SpanQuery):
    """Which attempts: all that is given has to fit, of several words one."""

    subscription: Several[Word] = ()
    type: Types = ()
    event: Annotated[Word | None, Field(description="A webhook-id.")] = None
    order: Word | None = None
    outcome: Several[Outcome] = ()
    status: Annotated[
        Several[StatusClass],
        Field(description="The class of the answer's status; `none`: no answer came."),
    ] = ()


class LoggedAttempt(Model):
    """One attempt, or a hop without a call (`number` 0)."""

    at: Annotated[str, Field(description="When it began.")]
    subscription: str
    event_id: EventId
    type: str
    order_id: str
    number: int
    replay: Annotated[int, Field(description="How often it was replayed before.")]
    outcome: str
    status: Annotated[int, Field(description="Of the answer; 0: none came.")]
    detail: str
    took_ms: float
    route: Annotated[str, Field(description="What followed.")]
    place: Annotated[
        str | None, Field(description="The event's topic, partition and offset.")
    ]
    record: RecordLink
    trace_id: TraceId


class AttemptRows(Page[LoggedAttempt]):
    """A page of attempts, the newest first."""


class DeliveryQuery(PageQuery):
    """Which open deliveries: all that is given has to fit, of several words one."""

    subscription: Several[Word] = ()
    state: Several[OpenState] = ()


class LoggedDelivery(Model):
    """A delivery that is not accepted yet, as its newest attempt left it."""

    subscription: str
    event_id: EventId
    type: str
    order_id: str
    state: str
    attempts: int
    replay: int
    last_outcome: str
    last_status: Annotated[int, Field(description="0: no answer came.")]
    last_detail: str
    changed_at: Moment
    tier: Annotated[str, Field(description="Where it waits for its next attempt.")]
    reason: Annotated[str, Field(description="Why it is a dead letter.")]
    actions: Annotated[
        Sequence[Literal["ack"]],
        Field(description="`ack`: say that it was processed, and it is not sent."),
    ] = ()


class DeliveryRows(Page[LoggedDelivery]):
    """A page of open deliveries, the newest first."""


class EventQuery(SpanQuery):
    """Which events: all that is given has to fit, of several words one."""

    order: Word | None = None
    type: Types = ()
    channel: Annotated[
        Word | None, Field(description="For keys that may read all events.")
    ] = None
    account: Annotated[
        Word | None, Field(description="For keys that may read all events.")
    ] = None
    subscription: Annotated[
        Several[Word], Field(description="One that it was attempted for.")
    ] = ()
    outcome: Annotated[
        Several[Outcome], Field(description="What an attempt of it came to.")
    ] = ()
    status: Annotated[
        Several[StatusClass], Field(description="What an attempt of it was answered.")
    ] = ()


class LoggedEvent(Model):
    """An event: what it is and where it stands, not what is in it."""

    event_id: EventId
    own_id: Annotated[str, Field(description="What its producer calls it.")]
    source: str
    type: str
    order_id: str
    time: Annotated[str, Field(description="When it happened, by its producer.")]
    arrived_at: Annotated[str, Field(description="When Kafka had it.")]
    place: Annotated[str, Field(description="Topic, partition, offset.")]
    record: RecordLink
    channel: Annotated[
        str | None, Field(description="Null for keys that may not read all events.")
    ]
    account: Annotated[
        str | None, Field(description="Null for keys that may not read all events.")
    ]
    trace_id: TraceId


class EventRows(Page[LoggedEvent]):
    """A page of events, the newest first."""


class EventsNamed(Model):
    """All events of an id, the newest first: several where a producer repeats ids."""

    data: Sequence[LoggedEvent]


def class_of(status: str) -> int:
    """A class of answers as the log counts it: 2 for 2xx, 0 where none came."""
    return 0 if status == "none" else int(status[0])


def attempt_shown(row: AttemptRow, *, by: Principal) -> LoggedAttempt:
    """An attempt of the log, with what somebody may read."""
    place = None if row.origin is None else str(row.origin)
    return LoggedAttempt(
        at=moment_of(row.started_us),
        subscription=row.subscription,
        event_id=row.event_id,
        type=row.event_type,
        order_id=row.order_id,
        number=row.number,
        replay=row.replay,
        outcome=row.outcome,
        status=row.status,
        detail=row.detail,
        took_ms=row.duration_us / 1e3,
        route=row.route,
        place=place,
        record=event_link(by, place),
        trace_id=trace_id_of(row.traceparent) or None,
    )


def delivery_shown(
    row: OpenDelivery, *, may_ack: Callable[[str], bool]
) -> LoggedDelivery:
    """An open delivery of the log, and what may be done to it now."""
    waits = row.state != _DEAD and may_ack(row.subscription)
    return LoggedDelivery(
        subscription=row.subscription,
        event_id=row.event_id,
        type=row.event_type,
        order_id=row.order_id,
        state=row.state,
        attempts=row.attempts,
        replay=row.replay,
        last_outcome=row.last_outcome,
        last_status=row.last_status,
        last_detail=row.last_detail,
        changed_at=moment_of(row.changed_us),
        tier=row.tier,
        reason=row.reason,
        actions=["ack"] if waits else [],
    )


def event_shown(row: EventRow, *, by: Principal) -> LoggedEvent:
    """An event of the log, with the fields of its data that somebody may read."""
    wholly = by.may(Scope.EVENTS_READ)
    return LoggedEvent(
        event_id=row.event_id,
        own_id=row.own_id,
        source=row.source,
        type=row.event_type,
        order_id=row.order_id,
        time=moment_of(row.time_us),
        arrived_at=moment_of(row.arrived_us),
        place=str(row.at),
        record=event_link(by, str(row.at)),
        channel=row.channel if wholly else None,
        account=row.account if wholly else None,
        trace_id=trace_id_of(row.traceparent) or None,
    )
