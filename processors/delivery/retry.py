"""retry: reads the tier topics, holds each delivery until due, tries it again.

A record of a tier topic becomes a ticket that waits for append time + tier delay;
then the same step as in `fanout.py` tries it, and the route takes it to the next
tier, to the dead letters, or to its end.
"""

from collections.abc import Sequence

from bus.delivery.delivery import Delivery, Retry
from bus.delivery.headers import read_state
from bus.delivery.schedule import due_ms
from bus.errors import undecodable
from bus.ports import Clock
from bus.record import Record
from bus.topics.topology import Topology
from processors.delivery.aside import Aside
from processors.delivery.content import Content
from processors.delivery.decoding import Decoder, as_sent, at_origin
from processors.delivery.hops import Hops
from processors.delivery.partition import Partition
from processors.delivery.subscribers import Subscribers
from processors.delivery.ticket import Ticket
from processors.delivery.waiting import Waiting, WaitingFor


class RetryTiers:
    """The handler of the tier topics, and the home of their tickets."""

    first = False

    def __init__(  # noqa: PLR0913 - the parts of the program; made in one place
        self,
        *,
        decoder: Decoder,
        subscribers: Subscribers,
        hops: Hops,
        aside: Aside,
        topology: Topology,
        waiting_for: WaitingFor,
        clock: Clock,
    ) -> None:
        self._decoder = decoder
        self._hops = hops
        self._aside = aside
        self._topology = topology
        self._waiting_for = waiting_for
        self._clock = clock
        self._waiting: dict[Partition, tuple[str, float, Waiting]] = {}
        self._of: dict[str, dict[Waiting, None]] = {}
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
        """Let the delivery wait until it is due."""
        subscription, delay_s, waiting = self._waiting[partition]
        wanted = partition.ledger.remaining(record.offset, (subscription,))
        partition.begin(record.offset, wanted)
        if not wanted:
            return
        try:
            delivery = self._delivery(subscription, record)
        except Exception as error:  # noqa: BLE001 - whatever a record brings is its own
            self._aside.put(partition, record, subscription, str(undecodable(error)))
            return
        ticket = Ticket(delivery, Content(delivery.event), partition, self, 0.0)
        waiting.put(ticket, due_ms(record.timestamp_ms, delay_s))

    def _delivery(self, subscription: str, record: Record) -> Delivery:
        state = read_state(record)
        return Delivery(
            subscription,
            self._decoder.decode(at_origin(record, state.origin)),
            record,
            state.origin,
            attempts=state.attempts,
            tier=state.tier,
            replay=state.replay,
            undecided=state.undecided,
        )

    # ------------------------------------------------ the home of retries

    def held(self, ticket: Ticket, why: str) -> None:  # noqa: ARG002 - same for all reasons
        """Wait again, until the subscriber is open."""
        if entry := self._waiting.get(ticket.partition):
            entry[2].put(ticket, int(self._clock.now() * 1000))

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
        """Make room for the partition's deliveries."""
        parsed = self._topology.parse_retry_topic(partition.tp.topic)
        if parsed is None:
            raise ValueError(f"{partition.tp.topic} is no tier topic")
        subscription, tier = parsed
        waiting = self._waiting_for(subscription)
        delay_s = self._topology.tiers[tier]
        self._waiting[partition] = (subscription, delay_s, waiting)
        self._of.setdefault(subscription, {})[waiting] = None

    def closed(self, partition: Partition) -> None:
        """Forget what waits."""
        subscription, _, waiting = self._waiting.pop(partition)
        waiting.close()
        self._of[subscription].pop(waiting, None)

    def crowded(self) -> None:
        """Partitions are paused one by one; nothing is let go."""

    def _wake(self, subscription: str) -> None:
        for waiting in self._of.get(subscription, ()):
            waiting.wake()
