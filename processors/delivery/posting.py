"""From a ticket to what came of it: body → signed → sent, and judged by the sink."""

from bus.delivery.delivery import Delivery, Outcome, Unreachable
from bus.errors import RenderError
from bus.ports import Span
from bus.sending import Parcel
from processors.delivery.reporting import Reporter
from processors.delivery.subscriber import Subscriber
from processors.delivery.ticket import Ticket

_FRAME = 5
"""Bytes before Confluent-framed Avro: a zero, and the schema's id."""
UNRENDERABLE = "unrenderable"
BUG = "bug"


class Posting:
    """Sends once, and never raises: a bug of ours is an outcome, too.

    `first_budget_s` is how long a first attempt may take, whatever its timeout.
    """

    def __init__(self, reporter: Reporter, first_budget_s: float) -> None:
        self._reporter = reporter
        self._first_budget_s = first_budget_s

    async def send(
        self,
        subscriber: Subscriber,
        ticket: Ticket,
        span: Span,
        now: float,
        probe: bool,  # noqa: FBT001 - straight from the step
    ) -> Outcome:
        """Render, sign and send; return what the answer means."""
        try:
            body = (
                as_it_came(ticket.delivery)
                if subscriber.verbatim
                else ticket.content.body(
                    subscriber.representation, subscriber.transform
                )
            )
        except Exception as error:  # noqa: BLE001 - an event's content is its own affair
            return Unreachable(UNRENDERABLE, said(error))
        finally:
            if subscriber.transform is not None:
                subscriber.spent(subscriber.transform.taken())
        try:
            parcel = self._parcel(subscriber, ticket, span, now, body)
            parcel.probe = probe
            return await subscriber.sink.send(parcel)
        except Exception as error:  # noqa: BLE001 - a bug; the next attempt may not meet it
            self._reporter.bug(ticket.delivery, error)
            return Unreachable(BUG, said(error))

    def _parcel(
        self,
        subscriber: Subscriber,
        ticket: Ticket,
        span: Span,
        now: float,
        body: bytes,
    ) -> Parcel:
        subscription, event = subscriber.subscription, ticket.delivery.event
        event_id = event.webhook_id
        at = int(now)
        headers = (
            *subscriber.headers,
            ("webhook-id", event_id),
            ("webhook-timestamp", str(at)),
            ("webhook-signature", subscriber.signer.sign(event_id, at, body)),
            ("traceparent", span.traceparent),
        )
        timeout_s = subscription.timeout_s
        if ticket.home.first:
            timeout_s = min(timeout_s, self._first_budget_s)
        return Parcel(
            subscription.url,
            headers,
            body,
            timeout_s,
            subscription.tls,
            subscription,
            event,
            now,
        )


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
