"""From a ticket to what came of it: body → signed → sent → judged."""

from bus.delivery.delivery import Outcome, Unreachable
from bus.delivery.routing import judge
from bus.errors import RenderError
from bus.ports import Answer, Post, Sender, Span
from processors.delivery.reporting import Reporter
from processors.delivery.subscriber import Subscriber
from processors.delivery.ticket import Ticket

UNRENDERABLE = "unrenderable"
BUG = "bug"


class Posting:
    """Posts once, and never raises: a bug of ours is an outcome, too.

    `first_budget_s` is how long a first attempt may take, whatever its timeout.
    """

    def __init__(
        self, sender: Sender, reporter: Reporter, first_budget_s: float
    ) -> None:
        self._sender = sender
        self._reporter = reporter
        self._first_budget_s = first_budget_s

    async def send(
        self, subscriber: Subscriber, ticket: Ticket, span: Span, now: float
    ) -> Outcome:
        """Render, sign and post; return what the answer means."""
        try:
            body = ticket.content.body(subscriber.representation, subscriber.transform)
        except Exception as error:  # noqa: BLE001 - an event's content is its own affair
            return Unreachable(UNRENDERABLE, said(error))
        finally:
            if subscriber.transform is not None:
                subscriber.spent(subscriber.transform.taken())
        try:
            return await self._post(subscriber, ticket, span, now, body)
        except Exception as error:  # noqa: BLE001 - a bug; the next attempt may not meet it
            self._reporter.bug(ticket.delivery, error)
            return Unreachable(BUG, said(error))

    async def _post(
        self,
        subscriber: Subscriber,
        ticket: Ticket,
        span: Span,
        now: float,
        body: bytes,
    ) -> Outcome:
        subscription = subscriber.subscription
        event_id = ticket.delivery.event.webhook_id
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
        reply = await self._sender.send(
            Post(subscription.url, headers, body, timeout_s, subscription.tls)
        )
        if isinstance(reply, Answer):
            return judge(
                reply.status,
                reply.retry_after,
                reply.excerpt,
                subscription.transient_statuses,
                now,
            )
        return Unreachable(reply.kind, reply.detail)


def said(error: Exception) -> str:
    """What an error says to people; one that nobody foresaw names its kind."""
    named = isinstance(error, RenderError)
    return str(error) if named else f"{type(error).__name__}: {error}"
