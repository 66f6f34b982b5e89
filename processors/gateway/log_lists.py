"""Searching the log over HTTP: events, attempts, deliveries that are open."""

from functools import partial

from bus.access.roles import Scope
from bus.log.questions import (
    AttemptQuestion,
    DeliveryQuestion,
    EventQuestion,
    Paging,
)
from processors.gateway.log_models import (
    AttemptQuery,
    AttemptRows,
    DeliveryQuery,
    DeliveryRows,
    EventQuery,
    EventRows,
    EventsNamed,
    attempt_shown,
    class_of,
    delivery_shown,
    event_shown,
)
from processors.gateway.logged import consulted, scope_of, span_of, turned
from processors.gateway.problems import NOT_ALLOWED, NOT_FOUND, ProblemError
from processors.gateway.routes import Asked, Reply, Route

_EVENTS = "Events"
_DELIVERIES = "Deliveries"


async def list_attempts(asked: Asked) -> Reply:
    """A page of attempts, the newest first."""
    query = asked.query_as(AttemptQuery)
    span = span_of(asked, query)
    question = AttemptQuestion(
        subscriptions=frozenset(query.subscription),
        types=frozenset(query.type),
        event_id=query.event,
        order_id=query.order,
        outcomes=frozenset(query.outcome),
        status_classes=frozenset(map(class_of, query.status)),
        since_us=span.since_us,
        until_us=span.until_us,
        scope=await scope_of(asked),
    )
    async with consulted(asked) as (log, headers):
        page = await log.attempts(question, span.paging)
    fields = turned(page, partial(attempt_shown, by=asked.by), span, query)
    return Reply(content=AttemptRows.model_validate(fields), headers=headers)


async def list_deliveries(asked: Asked) -> Reply:
    """A page of open deliveries, the newest first."""
    query = asked.query_as(DeliveryQuery)
    question = DeliveryQuestion(
        subscriptions=frozenset(query.subscription),
        states=frozenset(query.state),
        scope=await scope_of(asked),
    )
    async with consulted(asked) as (log, headers):
        page = await log.deliveries(question, Paging(query.limit, query.cursor))
    table, may = asked.api.world.table, asked.by.may(Scope.ACKS_WRITE)
    await table.ready()

    def may_ack(subscription: str) -> bool:
        return may and table.get(subscription) is not None

    fields = turned(page, partial(delivery_shown, may_ack=may_ack))
    return Reply(content=DeliveryRows.model_validate(fields), headers=headers)


async def list_events(asked: Asked) -> Reply:
    """A page of events, the newest first."""
    query, wholly = asked.query_as(EventQuery), asked.by.may(Scope.EVENTS_READ)
    if not wholly and (query.channel or query.account):
        why = f"Asking by channel or account needs the scope {Scope.EVENTS_READ}."
        raise ProblemError(NOT_ALLOWED, why)
    span = span_of(asked, query)
    question = EventQuestion(
        order_id=query.order,
        types=query.type,
        channel=query.channel,
        account=query.account,
        subscriptions=frozenset(query.subscription),
        outcomes=frozenset(query.outcome),
        status_classes=frozenset(map(class_of, query.status)),
        since_us=span.since_us,
        until_us=span.until_us,
        scope=await scope_of(asked),
    )
    async with consulted(asked) as (log, headers):
        page = await log.events(question, span.paging)
    fields = turned(page, partial(event_shown, by=asked.by), span, query)
    return Reply(content=EventRows.model_validate(fields), headers=headers)


async def get_event(asked: Asked) -> Reply:
    """The events of one id."""
    scope = await scope_of(asked)
    async with consulted(asked) as (log, headers):
        rows = await log.event(asked.path["event"], scope)
    if not rows:
        raise ProblemError(NOT_FOUND, headers=headers)
    data = [event_shown(row, by=asked.by) for row in rows]
    return Reply(content=EventsNamed(data=data), headers=headers)


ROUTES = (
    Route(
        method="GET",
        path="/v1/events",
        operation="listEvents",
        summary="Search the events of the log, the newest first.",
        description="What they are and where they stand, without content. With "
        "`subscription`, `outcome` or `status`, those of which one attempt fits all of "
        "them: then a page looks at 2,000 events at most, may have few rows or none, "
        "and goes on with `next` all the same. A tenant finds those that were "
        "attempted for one of its subscriptions.",
        tag=_EVENTS,
        scope=Scope.DELIVERIES_READ,
        handler=list_events,
        query=EventQuery,
        answer=EventRows,
        logged=True,
    ),
    Route(
        method="GET",
        path="/v1/events/{event}",
        operation="getEvent",
        summary="Show an event: its ids, type, order, source, place and times.",
        description="Several where a producer repeats ids. A tenant finds what was "
        "attempted for one of its subscriptions.",
        tag=_EVENTS,
        scope=Scope.DELIVERIES_READ,
        handler=get_event,
        answer=EventsNamed,
        tenants=True,
        logged=True,
    ),
    Route(
        method="GET",
        path="/v1/attempts",
        operation="listAttempts",
        summary="Search the attempts of the log, the newest first.",
        description="A tenant finds those of its subscriptions.",
        tag=_DELIVERIES,
        scope=Scope.DELIVERIES_READ,
        handler=list_attempts,
        query=AttemptQuery,
        answer=AttemptRows,
        logged=True,
    ),
    Route(
        method="GET",
        path="/v1/deliveries",
        operation="listDeliveries",
        summary="List deliveries that are open: retried, held, or dead letters.",
        description="What is accepted is in the list no more; its attempts are in "
        "`/v1/attempts`. A tenant finds those of its subscriptions.",
        tag=_DELIVERIES,
        scope=Scope.DELIVERIES_READ,
        handler=list_deliveries,
        query=DeliveryQuery,
        answer=DeliveryRows,
        logged=True,
    ),
)
