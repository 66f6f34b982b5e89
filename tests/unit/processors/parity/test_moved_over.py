"""An old sender with a cron job hands its orders over, while both come and go.

Every event is sent by exactly one of the two, or near a step by both with one id.
"""

import random
from dataclasses import dataclass, field

from bus.migration.ledger import Epoch, Migration, first_epoch
from bus.migration.moves import Moves
from bus.migration.owners import old_sends
from bus.migration.phases import Phase
from tests.support.engine import MemoryBus

PERIOD_S = 10.0
LATE_S = 4.0
"""How long after a step the bus's process hears of it."""


@dataclass
class Row:
    """What the old sender's database has of an event."""

    made_ms: int
    order: str
    id: str


@dataclass
class OldSender:
    """Sends what is its own, from a table, in the order of its rows; at least once."""

    rows: list[Row] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    done: int = 0

    def run(self, migration: Migration, *, dies_after: int | None = None) -> None:
        """The cron job; killed before it has noted how far it came, if so."""
        for count, row in enumerate(self.rows[self.done :]):
            if count == dies_after:
                return
            if old_sends(migration, row.order, row.made_ms):
                self.sent.append(row.id)
        self.done = len(self.rows)


class Handover:
    """Both senders on one clock, and the ledger between them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - not a secret
        self.bus = MemoryBus()
        self.bus.subscribe("acme")
        at_ms = int(self.bus.clock.now() * 1000)
        self.migration = Migration(id="acme", epochs=(first_epoch(at_ms, "ada"),))
        self.old = OldSender()
        self.steps_ms: list[int] = []

    @property
    def now_ms(self) -> int:
        """The time."""
        return int(self.bus.clock.now() * 1000)

    def step(self, share: int) -> None:
        """As `bus migrate step` or `back` does it."""
        partitions = sorted(self.bus.broker.partitions(["oms.order"]))
        ends = tuple(self.bus.broker.log(tp).end for tp in partitions)
        epoch = Epoch(
            number=self.migration.now.number + 1,
            phase=Phase.CANARY,
            share=share,
            at_ms=self.now_ms,
            starts={"oms.order": ends},
        )
        self.migration = self.migration.with_epoch(epoch)
        self.steps_ms.append(self.now_ms)

    async def goes_on(self, heard: Migration) -> Migration:
        """Ten seconds of one process of the bus; it hears of a step too late."""
        async with self.bus.running() as engine:
            engine.subscribers.moves = Moves([heard])
            for second in range(int(PERIOD_S)):
                if second == LATE_S:
                    engine.subscribers.moves = Moves([self.migration])
                order = f"SO-{self.random.randrange(300)}"
                event = await self.bus.produce(order, self.now_ms)
                self.old.rows.append(Row(self.now_ms, order, event.webhook_id))
                await self.bus.clock.advance(1)
        dies = self.random.choice([None, None, 2, 5])
        self.old.run(self.migration, dies_after=dies)
        return self.migration


async def test_every_event_has_a_sender_and_one_id() -> None:
    """Through all shares and back, with late news, and a cron job that is killed."""
    at = Handover(seed=7)
    heard = at.migration
    for share in (25, 50, 100, 0, 100):
        for _ in range(15):  # longer than both send around a step
            heard = await at.goes_on(heard)
        at.step(share)
    for _ in range(15):
        heard = await at.goes_on(heard)
    at.old.run(at.migration)
    old, new = set(at.old.sent), set(at.bus.ids("acme"))
    made = {row.id: row.made_ms for row in at.old.rows}
    assert old | new == set(made), "nothing is missed"
    near_ms = (at.migration.overlap_s + PERIOD_S) * 1000
    for id_ in old & new:
        assert min(abs(made[id_] - step) for step in at.steps_ms) <= near_ms
    assert old - new
    assert new - old
    assert len(at.bus.ids("acme")) == len(new), "the bus itself sends each once"
