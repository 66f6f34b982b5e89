"""ordered: one lane an order id, retried in place, later events held behind.

fanout appends the deliveries of `ordering: key` subscriptions to their own topic;
this program reads it. Other orders flow on while one waits. While orders move from one
subscription to another, both are in the topic of the one that sent before: so an order
stays in one lane, whoever sends its next event.
"""

from collections.abc import Sequence
from math import ceil

from bus.delivery.appends import Appends
from bus.delivery.delivery import Delivery, Retry
from bus.delivery.headers import read_state
from bus.delivery.keys import hop_key
from bus.delivery.lanes import Lanes
from bus.errors import undecodable
from bus.ports import Clock, Observer
from bus.record import Record
from bus.topics.topology import Topology
from processors.delivery.aside import Aside
from processors.delivery.content import Content
from processors.delivery.decoding import Decoder, as_sent, at_origin
from processors.delivery.partition import Partition
from processors.delivery.subscribers import Subscribers
from processors.delivery.ticket import Ticket
from processors.delivery.waiting import Waiting, WaitingFor
from processors.telemetry import names


class _Desk:
    """What one partition of an ordered topic needs."""

    __slots__ = ("_waiting", "_waiting_for", "appends", "lanes", "subscription")

    def __init__(self, subscription: str, waiting_for: WaitingFor) -> None:
        self.subscription = subscription
        self._waiting: dict[str, Waiting] = {}
        self._waiting_for = waiting_for
        self.lanes: Lanes[Ticket] = Lanes()
        self.appends = Appends()

    def waiting(self, subscription: str) -> Waiting:
        """What waits for a subscription: the topic's own, or who shares its lanes."""
        found = self._waiting.get(subscription)
        if found is None:
            found = self._waiting[subscription] = self._waiting_for(subscription)
        return found

    def wake(self, subscription: str) -> None:
        """Something changed for a subscription."""
        if (found := self._waiting.get(subscription)) is not None:
            found.wake()

    def close(self) -> None:
        """Forget all that waits."""
        for one in self._waiting.values():
            one.close()

    def repeated(self, delivery: Delivery) -> bool:
        """Whether fanout has appended this twice, and not somebody asked for it."""
        event = delivery.event
        return not delivery.replay and self.appends.repeated(
            event.subject, event.webhook_id, delivery.origin
        )


class Ordered:
    """The handler of the ordered topics, and the home of their tickets."""

    first = False

    def __init__(  # noqa: PLR0913 - the parts of the program; made in one place
        self,
        *,
        decoder: Decoder,
        subscribers: Subscribers,
        aside: Aside,
        topology: Topology,
        waiting_for: WaitingFor,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._decoder = decoder
        self._subscribers = subscribers
        self._aside = aside
        self._topology = topology
        self._waiting_for = waiting_for
        self._clock = clock
        self._observer = observer
        self._desks: dict[Partition, _Desk] = {}
        subscribers.on_wake(self._wake)

    # ------------------------------------------------ from a record to a ticket

    def prepare(self, batch: Sequence[Record]) -> bool:
        """Say whether the schemas of a batch are all at hand."""
        return self._decoder.all_known(batch)

    def ready(self, record: Record) -> bool:
        """Whether its schema is at hand."""
        return self._decoder.ready(as_sent(record))

    async def fetch(self, record: Record) -> None:
        """Fetch its schema."""
        await self._decoder.fetch(as_sent(record))

    def handle(self, partition: Partition, record: Record) -> None:
        """Put the delivery into its order's lane; start it if it is the head."""
        desk = self._desks[partition]
        try:
            delivery = self._delivery(record)
        except Exception as error:  # noqa: BLE001 - whatever a record brings is its own
            if _begun(partition, record, desk.subscription):
                why = str(undecodable(error))
                self._aside.put(partition, record, desk.subscription, why)
            return
        if not _begun(partition, record, delivery.subscription):
            return
        ticket = Ticket(delivery, Content(delivery.event), partition, self, 0.0)
        if desk.repeated(delivery):
            self._drop(ticket)
        elif desk.lanes.push(hop_key(delivery.event), ticket) is not None:
            self._start(desk, ticket)

    def _delivery(self, record: Record) -> Delivery:
        state = read_state(record)
        return Delivery(
            state.subscription,
            self._decoder.decode(at_origin(record, state.origin)),
            record,
            state.origin,
            replay=state.replay,
            undecided=state.undecided,
        )

    def _start(self, desk: _Desk, ticket: Ticket) -> None:
        """Let the head of a lane start, once its order may be sent at all."""
        delivery, due_ms = ticket.delivery, 0
        if (moves := self._subscribers.moves) is not None:
            due_ms = moves.waits_until_ms(
                delivery.subscription, delivery.event.subject, delivery.origin
            )
        desk.waiting(delivery.subscription).put(ticket, due_ms)

    def _drop(self, ticket: Ticket) -> None:
        delivery = ticket.delivery
        self._observer.measure(names.DROPS, 1, delivery.subscription)
        self._observer.note(
            names.DROPPED,
            subscription=delivery.subscription,
            event_id=delivery.event.webhook_id,
            order_id=delivery.event.subject,
            why="appended twice",
        )
        ticket.settle()

    # ------------------------------------------------ the home of ordered tickets

    def held(self, ticket: Ticket, why: str) -> None:  # noqa: ARG002 - same for all reasons
        """Wait in place until the subscriber is open."""
        self._wait(ticket, 0.0)

    async def retry(self, ticket: Ticket, route: Retry, detail: str) -> None:  # noqa: ARG002 - nothing is written
        """Wait in place for the tier's delay."""
        ticket.delivery.attempts += 1
        self._wait(ticket, self._topology.tiers[route.tier])

    def done(self, ticket: Ticket) -> None:
        """Settle, and let the order's next event start."""
        ticket.settle()
        desk = self._desks.get(ticket.partition)
        if desk is None:
            return
        following = desk.lanes.finish(hop_key(ticket.delivery.event))
        if following is not None:
            self._start(desk, following)

    def _wait(self, ticket: Ticket, delay_s: float) -> None:
        if desk := self._desks.get(ticket.partition):
            waiting = desk.waiting(ticket.delivery.subscription)
            waiting.put(ticket, ceil((self._clock.now() + delay_s) * 1000))

    # ------------------------------------------------ the loop's other calls

    def opened(self, partition: Partition) -> None:
        """Make lanes for the partition."""
        subscription = self._topology.parse_ordered_topic(partition.tp.topic)
        if subscription is None:
            raise ValueError(f"{partition.tp.topic} is no ordered topic")
        self._desks[partition] = _Desk(subscription, self._waiting_for)

    def closed(self, partition: Partition) -> None:
        """Forget the lanes and what waits."""
        self._desks.pop(partition).close()

    def crowded(self) -> None:
        """Partitions are paused one by one; nothing is let go."""

    def _wake(self, subscription: str) -> None:
        for desk in self._desks.values():
            desk.wake(subscription)


def _begun(partition: Partition, record: Record, subscription: str) -> bool:
    """Say which delivery a record waits for; whether it is not settled already."""
    wanted = partition.ledger.remaining(record.offset, (subscription,))
    partition.begin(record.offset, wanted)
    return bool(wanted)
