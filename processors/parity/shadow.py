"""A shadow: what the bus would send to a subscription, made and never sent.

Out of the source topics, as far back as Kafka keeps them: the same matching, rendering
and signing as deliveries have.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from bus.delivery.endpoint import Kind
from bus.delivery.expressions import Expression, compile_expression
from bus.delivery.matching import Matcher
from bus.delivery.subscription import State, Subscription
from bus.errors import (
    ConfigurationError,
    DecodeError,
    RenderError,
    SubscriptionNotFoundError,
)
from bus.event import Event
from bus.migration.comparison import Unread
from bus.migration.recorded import Recorded
from bus.migration.sent import UNSENT
from bus.record import Record
from bus.webhook.rendering import content_type, negotiate
from bus.webhook.signing import Signer
from processors.delivery.content import Content
from processors.redrive.events import Events
from processors.subscriptions.world import World


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A subscription, ready to have its requests made."""

    subscription: Subscription
    matcher: Matcher
    signer: Signer
    transform: Expression | None


async def shadow(
    world: World, id_: str, since_ms: int, until_ms: int
) -> AsyncIterator[Recorded | Unread]:
    """What would be sent of the events that came in a span of time, topic by topic.

    Raises:
        SubscriptionNotFoundError: There is none such.
        ConfigurationError: It gets no HTTP bodies.
        OrderbusError: A topic cannot be read.
    """
    wanted = _wanted(world.table.get(id_), id_)
    events = Events(world.schemas)
    for topic in world.topology.sources:
        batches = world.reader.read(topic, since_ms=since_ms, until_ms=until_ms)
        async for batch in batches:
            for record in batch:
                try:
                    made = _made(wanted, await events.of(record), record)
                except (DecodeError, RenderError) as error:
                    yield Unread(_place(record), str(error))
                    continue
                if made is not None:
                    yield made


def _wanted(subscription: Subscription | None, id_: str) -> _Wanted:
    if subscription is None:
        raise SubscriptionNotFoundError(f"there is no subscription {id_}")
    if subscription.kind is Kind.KAFKA and "value=avro" in subscription.url:
        raise ConfigurationError(f"{id_} takes events in Avro: they are no bodies")
    active = subscription.model_copy(update={"state": State.ACTIVE})
    text = subscription.transform
    transform = None if text is None else compile_expression(text)
    signer = Signer.of(subscription.secrets)
    return _Wanted(subscription, Matcher([active]), signer, transform)


def _made(wanted: _Wanted, event: Event, record: Record) -> Recorded | None:
    """The request of an event; None if its subscription does not want it."""
    content = Content(event)
    found = wanted.matcher.match(event, content.doc)
    if not found.subscriptions:
        return None
    representation = negotiate(wanted.subscription.accept)
    body = content.body(representation, wanted.transform)
    at_s = record.timestamp_ms // 1000
    headers: Mapping[str, str] = {
        **{name.lower(): text for name, text in wanted.subscription.headers.items()},
        "content-type": content_type(representation),
        "webhook-id": event.webhook_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": wanted.signer.sign(event.webhook_id, at_s, body),
    }
    columns = {"source": _place(record)}
    return Recorded("", record.timestamp_ms, body, headers, UNSENT, columns)


def _place(record: Record) -> str:
    return f"{record.topic}/{record.partition}/{record.offset}"
