"""fanout: reads the source topics, matches, starts one delivery a subscription.

Read top to bottom: decode → match → begin → offer. What happens to a delivery next
is `deliver.py`; where it goes, `bus/delivery/routing.py`; how it comes back,
`retry.py`.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Coroutine, Mapping, Sequence
from typing import NamedTuple

from bus.delivery.delivery import DeadLetter, Delivery, Reason, Retry, origin_of
from bus.delivery.effort import DEAR
from bus.delivery.keys import hop_key
from bus.delivery.lanes import Lanes
from bus.delivery.routing import hold_route
from bus.delivery.subscription import State
from bus.errors import undecodable
from bus.event import Event
from bus.migration.moves import Moves
from bus.ports import Clock, Observer
from bus.record import Record
from processors.delivery.aside import Aside
from processors.delivery.content import Content
from processors.delivery.decoding import Decoder
from processors.delivery.deliver import Deliver
from processors.delivery.hops import Hops
from processors.delivery.partition import Partition
from processors.delivery.subscriber import Subscriber
from processors.delivery.subscribers import Subscribers
from processors.delivery.ticket import Ticket
from processors.telemetry import names

_QUARANTINE = "quarantine"


class Fanout:
    """The handler of the source topics, and the home of first attempts."""

    first = True

    def __init__(  # noqa: PLR0913 - the parts of the program; made in one place
        self,
        *,
        decoder: Decoder,
        subscribers: Subscribers,
        deliver: Deliver,
        hops: Hops,
        aside: Aside,
        delay_of: Mapping[str, float],
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._decoder = decoder
        self._subscribers = subscribers
        self._deliver = deliver
        self._hops = hops
        self._aside = aside
        self._appends: Lanes[_Append] = Lanes()
        self._delay_of = delay_of
        self._clock = clock
        self._observer = observer
        self._tasks: set[asyncio.Task[None]] = set()

    # ------------------------------------------------ from a record to tickets

    def prepare(self, batch: Sequence[Record]) -> bool:
        """Count a batch; say whether all its schemas are at hand, and who sends."""
        for topic, count in Counter(record.topic for record in batch).items():
            self._observer.measure(names.CONSUMED, count, topic)
        return self._decoder.all_known(batch) and self._subscribers.view.young()

    def ready(self, record: Record) -> bool:
        """Whether its schema is at hand, and who sends is known."""
        return self._decoder.ready(record) and self._subscribers.view.young()

    async def fetch(self, record: Record) -> None:
        """Fetch its schema; wait until who sends is known."""
        await self._decoder.fetch(record)
        await self._subscribers.view.until_young()

    def handle(self, partition: Partition, record: Record) -> None:
        """Decode, match, and offer the event to every subscription that wants it."""
        try:
            event = self._decoder.decode(record)
            content = Content(event)
            matched = self._subscribers.match(content)
        except Exception as error:  # noqa: BLE001 - whatever a record brings is its own
            partition.begin(record.offset, (_QUARANTINE,))
            self._aside.put(partition, record, _QUARANTINE, str(undecodable(error)))
            return
        span = self._observer.span("process", event, record.topic)
        for subscription in matched.failed_filters:
            self._observer.note(
                names.FILTER_FAILED,
                subscription=subscription,
                event_id=event.webhook_id,
            )
        those = matched.subscriptions
        if matched.undecided:
            those = [*those, *matched.undecided]
        if (moves := self._subscribers.moves) is not None:
            those = self._senders(moves, partition, record, event, those)
        wanted = partition.ledger.remaining(record.offset, those)
        partition.begin(record.offset, wanted)
        self._observer.measure(names.MATCHED, len(wanted))
        self._offer(partition, record, content, wanted, matched.undecided)
        span.end()

    def _senders(
        self,
        moves: Moves,
        partition: Partition,
        record: Record,
        event: Event,
        those: Sequence[str],
    ) -> Sequence[str]:
        """The owners, and with whom it began where somebody knew less of a step."""
        happened_ms = int(event.time.timestamp() * 1000)
        sends = moves.sift(those, event.subject, record, happened_ms)
        owed = partition.ledger.owed(record.offset, those)
        return [*sends, *(one for one in owed if one not in sends)]

    def _offer(
        self,
        partition: Partition,
        record: Record,
        content: Content,
        wanted: Collection[str],
        undecided: Collection[str],
    ) -> None:
        origin = origin_of(record, int(self._clock.now() * 1000))
        now = self._clock.monotonic()
        for subscription in wanted:
            subscriber = self._subscribers.get(subscription)
            delivery = Delivery(subscription, content.event, record, origin)
            ticket = Ticket(delivery, content, partition, self, now)
            if undecided and subscription in undecided:
                delivery.undecided = True
                self._observer.measure(names.UNDECIDED, 1, subscription)
            if subscriber is None:
                ticket.settle()
                continue
            if delivery.undecided:
                subscriber.overdrew()
            if subscriber.ordered:
                self._append(ticket)
            elif delivery.undecided:
                self.held(ticket, DEAR)
            else:
                subscriber.offer(ticket)

    # ------------------------------------------------ the home of first attempts

    def held(self, ticket: Ticket, why: str) -> None:
        """Hop to the first tier without using an attempt."""
        subscriber = self._subscribers.get(ticket.delivery.subscription)
        if subscriber is None or subscriber.subscription.state is State.REMOVING:
            self._soon(self._deliver.dead_letter(ticket, Reason.REMOVED, why))
            return
        self._soon(self._move(ticket, subscriber, why))

    async def retry(self, ticket: Ticket, route: Retry, detail: str) -> None:
        """Hop to the tier the route names."""
        used = ticket.delivery.attempts + 1
        if await self._hops.to_tier(ticket, route.tier, attempts=used, detail=detail):
            ticket.settle()

    def done(self, ticket: Ticket) -> None:
        """Settle."""
        ticket.settle()

    # ------------------------------------------------ the loop's other calls

    def opened(self, partition: Partition) -> None:
        """Nothing is kept per partition."""

    def closed(self, partition: Partition) -> None:
        """Queued tickets are fenced by their partition; nothing else is kept."""

    def crowded(self) -> None:
        """Too many records are unsettled."""
        self._subscribers.relieve()

    # ------------------------------------------------ hops in the background

    async def _move(self, ticket: Ticket, subscriber: Subscriber, why: str) -> None:
        age_s = self._clock.now() - ticket.delivery.origin.timestamp_ms / 1000
        route = hold_route(
            current_tier=None,
            retry=subscriber.subscription.retry,
            age_s=age_s,
            max_age_s=subscriber.subscription.max_age_s,
            delay_of=self._delay_of,
        )
        match route:
            case Retry(tier=tier):
                await self._deliver.move(ticket, tier, why)
            case DeadLetter(reason=reason):
                await self._deliver.dead_letter(ticket, reason, why)

    def _append(self, ticket: Ticket) -> None:
        """Append one by one per order: a failed write must not change the order."""
        lane = self._subscribers.lane_of(ticket.delivery.subscription)
        append = _Append(ticket, lane)
        if self._appends.push(append.key, append) is not None:
            self._soon(self._append_lane(append))

    async def _append_lane(self, append: "_Append | None") -> None:
        while append is not None:
            await self._deliver.append(append.ticket, append.lane)
            append = self._appends.finish(append.key)

    def _soon(self, step: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(step)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Append(NamedTuple):
    """A delivery that goes to the ordered topic of `lane`."""

    ticket: Ticket
    lane: str

    @property
    def key(self) -> bytes:
        """What is appended in turn: an order's events, in one topic."""
        return self.lane.encode() + b"/" + hop_key(self.ticket.delivery.event)
