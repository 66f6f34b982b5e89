"""Test events to endpoints that are no webhooks: by the sink that deliveries go by."""

from datetime import UTC, datetime

from bus.delivery.endpoint import passes_on, way_of
from bus.delivery.subscription import Subscription
from bus.errors import InvalidSubscriptionError
from bus.event import Event
from bus.ports import Clock
from bus.sending import Parcel, Sink
from bus.webhook.rendering import negotiate
from bus.webhook.signing import Signer
from processors.diagnose.events import TEST_TYPE, Message, harmless, post, sample_of
from processors.diagnose.facts import Facts, Pace, Sent
from processors.sinks import Sinks
from processors.subscriptions.trial import choose

_TIMES = 5
_UNREACHED = "unreachable"
_AVRO = (
    "its values are passed on as they came, in Avro, and a test event is none; publish"
    " an event to see one arrive"
)


class Sending:
    """Sends as deliveries are sent; fills `facts`."""

    def __init__(
        self, sinks: Sinks, clock: Clock, facts: Facts, signer: Signer, timeout_s: float
    ) -> None:
        self._sinks = sinks
        self._clock = clock
        self._facts = facts
        self._signer = signer
        self._timeout_s = timeout_s

    async def one(self) -> Sent | None:
        """A sample of what it asks for; None where nothing can be sent."""
        sink, one = self._sink(), self._facts.subscription
        if sink is None:
            return None
        now_s = self._clock.now()
        message = sample_of(one, now_s)
        event = _event(one, message, now_s)
        self._facts.sent = await self._send(sink, message, event)
        return self._facts.sent

    async def some(self, nonce: str) -> None:
        """A few more, one after the other, to see how long an answer takes."""
        sink, one = self._sink(), self._facts.subscription
        if sink is None:
            return
        at_s, took, unanswered = self._clock.now(), list[float](), 0
        for number in range(_TIMES):
            message = harmless(negotiate(one.accept), at_s, f"{nonce}{number}")
            sent = await self._send(sink, message, _event(one, message, at_s))
            if sent.outcome.name == _UNREACHED:
                unanswered += 1
                break
            took.append(sent.took_s)
        self._facts.paces.append(Pace(1, at_s, took, unanswered, self._timeout_s))

    def _sink(self) -> Sink | None:
        one = self._facts.subscription
        if passes_on(one.url):
            self._facts.unsent = _AVRO
            return None
        found = self._sinks.of(way_of(one.url))
        if isinstance(found, str):
            self._facts.missing = found
            return None
        return found

    async def _send(self, sink: Sink, message: Message, event: Event) -> Sent:
        one, clock = self._facts.subscription, self._clock
        now_s = clock.now()
        made = post(one, message, self._signer, now_s, self._timeout_s)
        parcel = Parcel(
            made.url,
            made.headers,
            made.body,
            made.timeout_s,
            made.tls,
            subscription=one,
            event=event,
            now_s=now_s,
        )
        began = clock.monotonic()
        outcome = await sink.send(parcel)
        took_s = clock.monotonic() - began
        return Sent(now_s, took_s, outcome, message.event_type, message.webhook_id)


def _event(one: Subscription, message: Message, now_s: float) -> Event:
    """The event that a message tells of."""
    if message.event_type != TEST_TYPE:
        try:
            return choose(one, None, now_s)[0]
        except InvalidSubscriptionError:
            pass  # then it is ours
    return Event(
        id=message.webhook_id,
        type=TEST_TYPE,
        source="/orderbus/diagnose",
        subject="orderbus-test",
        time=datetime.fromtimestamp(now_s, UTC),
        data={},
    )
