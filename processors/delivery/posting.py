"""From a ticket to what came of it: body → signed → sent, and judged by the sink.

Straight where the sink can begin at once: its sender calls back. Else by a task, and so
is what a kept connection did not carry.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from bus.delivery.delivery import Delivery, Outcome, Unreachable
from bus.errors import RenderError
from bus.ports import Clock, Reply, Span
from bus.sending import Parcel, StraightSink
from processors.delivery.reporting import Reporter
from processors.delivery.subscriber import Subscriber
from processors.delivery.ticket import Ticket

_FRAME = 5
"""Bytes before Confluent-framed Avro: a zero, and the schema's id."""
UNRENDERABLE = "unrenderable"
BUG = "bug"


_LEAST_S = 0.001


@dataclass(slots=True)
class Trying:
    """One attempt of a ticket: when it began (epoch s), and whether it is a probe."""

    subscriber: Subscriber
    ticket: Ticket
    span: Span
    started: float
    probe: bool


Soon: TypeAlias = Callable[[Coroutine[object, object, None]], object]
"""Begins a task."""


class Posting:
    """Sends once, and never raises: a bug of ours is an outcome, too.

    `first_budget_s` is how long a first attempt may take, whatever its timeout. `came`
    is called once with what an attempt came to, perhaps before `send` has returned.
    """

    def __init__(
        self,
        reporter: Reporter,
        clock: Clock,
        first_budget_s: float,
        came: Callable[[Trying, Outcome], None],
        soon: Soon,
    ) -> None:
        self._reporter = reporter
        self._clock = clock
        self._first_budget_s = first_budget_s
        self._came = came
        self._soon = soon

    def send(self, trying: Trying) -> None:
        """Render, sign and send."""
        try:
            body = _body(trying)
        except Exception as error:  # noqa: BLE001 - an event's content is its own affair
            self._came(trying, Unreachable(UNRENDERABLE, said(error)))
            return
        straight = trying.subscriber.straight
        try:
            parcel = self._parcel(trying, body)
            if straight is not None and straight.start(
                parcel, partial(self._heard, trying, parcel, straight)
            ):
                return
        except Exception as error:  # noqa: BLE001 - a bug; the next attempt may not meet it
            self._came(trying, self._bug(trying, error))
            return
        self._soon(self._sent(trying, parcel))

    def _heard(
        self,
        trying: Trying,
        parcel: Parcel,
        straight: StraightSink,
        reply: Reply | None,
    ) -> None:
        """The sender's call: with a reply, or to have the parcel sent once more."""
        if reply is None:
            gone_s = max(0.0, self._clock.now() - trying.started)
            parcel.timeout_s = max(parcel.timeout_s - gone_s, _LEAST_S)
            self._soon(self._sent(trying, parcel))
            return
        try:
            outcome = straight.judged(parcel, reply)
        except Exception as error:  # noqa: BLE001 - as above
            outcome = self._bug(trying, error)
        self._came(trying, outcome)

    async def _sent(self, trying: Trying, parcel: Parcel) -> None:
        try:
            outcome = await trying.subscriber.sink.send(parcel)
        except Exception as error:  # noqa: BLE001 - as above
            outcome = self._bug(trying, error)
        self._came(trying, outcome)

    def _bug(self, trying: Trying, error: Exception) -> Unreachable:
        self._reporter.bug(trying.ticket.delivery, error)
        return Unreachable(BUG, said(error))

    def _parcel(self, trying: Trying, body: bytes) -> Parcel:
        subscriber, ticket, now = trying.subscriber, trying.ticket, trying.started
        subscription, event = subscriber.subscription, ticket.delivery.event
        event_id = event.webhook_id
        at = int(now)
        head = subscriber.head
        headers = (
            *head.headers,
            ("webhook-id", event_id),
            ("webhook-timestamp", str(at)),
            ("webhook-signature", subscriber.signer.sign(event_id, at, body)),
            ("traceparent", trying.span.traceparent),
        )
        timeout_s = subscription.timeout_s
        if ticket.home.first:
            timeout_s = min(timeout_s, self._first_budget_s)
        return Parcel(
            head.url,
            headers,
            body,
            timeout_s,
            head.tls,
            subscription,
            event,
            now,
            trying.probe,
            head=head,
        )


def _body(trying: Trying) -> bytes:
    """What is signed and sent; its owner pays for a transform, that fails too."""
    subscriber, ticket = trying.subscriber, trying.ticket
    if subscriber.verbatim:
        return as_it_came(ticket.delivery)
    transform = subscriber.transform
    if transform is None:
        return ticket.content.body(subscriber.representation, None)
    try:
        return ticket.content.body(subscriber.representation, transform)
    finally:
        subscriber.spent(transform.taken())


def as_it_came(delivery: Delivery) -> bytes:
    """The value of the event's record, in Avro with Confluent's framing.

    Raises:
        RenderError: its producer wrote it otherwise.
    """
    value = delivery.record.value or b""
    if len(value) <= _FRAME or value[0]:
        raise RenderError("value=avro: the event did not come in Avro, framed")
    return value


def said(error: Exception) -> str:
    """What an error says to people; one that nobody foresaw names its kind."""
    named = isinstance(error, RenderError)
    return str(error) if named else f"{type(error).__name__}: {error}"
