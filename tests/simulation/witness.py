"""Who sees all of a simulation, and holds it against the promises."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from bus.adapters.memory.log import PartitionLog
from bus.delivery.choices import Ordering
from bus.delivery.delivery import Attempt, Reason
from bus.delivery.offsets import Ledger
from bus.delivery.subscription import State, Subscription
from bus.ports import Change
from bus.record import Commit, Expired, Message, Record, TopicPartition
from tests.guarantees import CommitNeverAhead, InOrderPerKey, Pair
from tests.simulation.excuses import Excuses, event_id, pair_of
from tests.simulation.odd import judge_letter
from tests.simulation.plan import Fate, Kind, Plan
from tests.simulation.scheduler import Process, SimulatedLoop

_SEEN_S = 2.0


class Known(NamedTuple):
    """An event as it was written."""

    id: str
    order: str
    status: str
    fate: Fate
    record: Record
    at: float


class Hop(NamedTuple):
    """A record that carries a delivery on."""

    topic: str
    attempts: int
    tier: str | None
    reason: str | None
    at: float


@dataclass
class Witness:
    """Facts as they happen. Times are virtual seconds."""

    plan: Plan
    loop: SimulatedLoop
    tell: Callable[[str, str], None]
    events: dict[str, Known] = field(default_factory=dict)
    at: dict[tuple[str, int, int], Known] = field(default_factory=dict)
    versions: dict[str, list[tuple[float, Subscription]]] = field(default_factory=dict)
    hops: dict[Pair, list[Hop]] = field(default_factory=lambda: defaultdict(list))
    quarantined: set[str] = field(default_factory=set)
    deleted: dict[TopicPartition, int] = field(default_factory=dict)
    expired: dict[TopicPartition, int] = field(default_factory=dict)
    aside: set[Pair] = field(default_factory=set)
    acked: set[Pair] = field(default_factory=set)
    attempts: list[tuple[Process, Attempt]] = field(default_factory=list)
    disturbed: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)
    order: InOrderPerKey = field(default_factory=InOrderPerKey)
    _verified: set[tuple[str, TopicPartition, int, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Nothing may be repeated yet."""
        self.excuses = Excuses(self.loop, self._carries)
        self.duplicates = self.excuses.duplicates

    # ------------------------------------------------ the input

    def subscribed(self, subscription: Subscription) -> None:
        """A version of a subscription stands in its topic."""
        versions = self.versions.setdefault(subscription.id, [])
        versions.append((self.loop.time(), subscription))
        self.tell("world", f"{subscription.id} is {subscription.state}")

    def acknowledge(self, subscription: str, event_id: str) -> None:
        """A consumer says that it has an event."""
        self.acked.add(Pair(event_id, subscription))
        self.tell("world", f"{subscription} acks {event_id}")

    def produced(self, record: Record, event_id: str, status: str, fate: Fate) -> None:
        """The OMS wrote an event."""
        order = (record.key or b"").decode()
        known = Known(event_id, order, status, fate, record, self.loop.time())
        self.events[event_id] = self.at[record[:3]] = known
        for partner in self.plan.partners:
            if partner.ordering is Ordering.KEY:
                self.order.produced(partner.id, order, event_id)
        self.tell("world", f"{event_id} of {order} at {record.topic}{record[1:3]}")

    # ------------------------------------------------ what partners see

    def posted(self, pair: Pair, process: Process) -> None:
        """A post begins."""
        self.tell(process.name, f"posts {pair.event_id} to {pair.subscription}")

    def accepted(self, pair: Pair, process: Process) -> None:
        """An endpoint accepts an event, whether or not anybody hears of it."""
        self.tell(process.name, f"{pair.subscription} accepts {pair.event_id}")
        self.duplicates.received(*pair)
        self._in_turn(pair)

    def _in_turn(self, pair: Pair) -> None:
        known, (_, first) = (
            self.events[pair.event_id],
            self.versions[pair.subscription][0],
        )
        # What came before the subscription may be read again, and come with it.
        if first.ordering is Ordering.KEY and self.required(known, first.id):
            self.order.received(first.id, known.order, known.id)

    def heard(self, pair: Pair, process: Process) -> None:
        """The process knows that it was accepted."""
        self.excuses.settled(pair)
        self.tell(process.name, f"heard {pair.subscription} has {pair.event_id}")

    def unheard(self, pair: Pair) -> None:
        """It was accepted and the answer is lost: no sender can know."""
        self.excuses.unknown(pair)

    # ------------------------------------------------ what the broker sees

    def appended(self, log: PartitionLog, offset: int) -> None:
        """A record was written."""
        record = log.read(offset, 1)[0]
        found = dict(record.headers)
        if "bus-quarantine-origin" in found:
            self.quarantined.add(found["bus-quarantine-origin"].decode())
            if "bus-subscription" in found:
                self.aside.add(pair_of(found))
            return
        if "bus-subscription" not in found:
            return
        pair = pair_of(found)
        tier, reason = found.get("bus-tier"), found.get("bus-reason")
        hop = Hop(
            record.topic,
            int(found["bus-attempts"]),
            tier.decode() if tier else None,
            reason.decode() if reason else None,
            self.loop.time(),
        )
        self.hops[pair].append(hop)
        if hop.reason is not None:
            sources = [known.record for known in self.at.values()]
            self.violations += judge_letter(record, hop.reason, sources)
        self.tell("broker", f"{record.topic}/{record.partition}@{offset}: {pair[0]}")
        if hop.reason not in (None, Reason.UNWRITABLE):
            # Later events of the order may go on from here.
            self._in_turn(pair)

    def acknowledged(self, message: Message) -> None:
        """A process knows that a message was written."""
        found = dict(message.headers)
        if "bus-subscription" in found:
            self.excuses.settled(pair_of(found))

    def ack_lost(self, message: Message) -> None:
        """It was written, nobody knows: it will be written again."""
        found = dict(message.headers)
        if "bus-subscription" in found:
            self.excuses.unknown(pair_of(found))

    # ------------------------------------------------ commits

    def committed(
        self, group: str, tp: TopicPartition, commit: Commit, log: PartitionLog
    ) -> None:
        """A group's position: all it calls settled has to be settled now."""
        self.excuses.positions[group, tp] = commit
        self.tell(group, f"{tp.topic}/{tp.partition} committed to {commit.offset}")
        promise, claims = CommitNeverAhead(), []
        for record, subscription in self._claimed(commit, log):
            mark = (group, tp, record.offset, subscription)
            if mark in self._verified:
                continue
            claims.append(record[:3])
            if self._is_settled(record, subscription):
                self._verified.add(mark)
                promise.settle(*record[:3])
        end = max((offset + 1 for _, _, offset in claims), default=0)
        try:
            promise.check({tp: end}, {}, claims)
        except AssertionError as error:
            self.violations.append(f"CommitNeverAhead: {group} {error}")

    def _claimed(
        self, commit: Commit, log: PartitionLog
    ) -> Iterable[tuple[Record, str]]:
        ledger = Ledger(commit)
        for record in log.read(0, log.end):
            wanted = self._owed(record)
            if record.offset >= commit.offset:
                if not commit.metadata:
                    return
                left = ledger.remaining(record.offset, wanted)
                wanted = [s for s in wanted if s not in left]
            for subscription in wanted:
                yield record, subscription

    def _owed(self, record: Record) -> list[str]:
        """The subscriptions a record's settling waits for."""
        known = self.at.get(record[:3])
        if known is None:
            return [dict(record.headers)["bus-subscription"].decode()]
        if self.stands_aside(known):
            return ["quarantine"]
        return [s for s in sorted(self.versions) if self.required(known, s)]

    def stands_aside(self, known: Known) -> bool:
        """Whether an event has to be in quarantine, or may be and is."""
        place = "/".join(map(str, known.record[:3]))
        open_ = known.fate is Fate.OPEN and place in self.quarantined
        return open_ or known.fate is Fate.ASIDE

    def _is_settled(self, record: Record, subscription: str) -> bool:
        if subscription == "quarantine":
            return "/".join(map(str, record[:3])) in self.quarantined
        found = dict(record.headers)
        pair = Pair(event_id(record), subscription)
        if self.duplicates.accepted[pair] or pair in self.acked or pair in self.aside:
            return True
        if record[:3] in self.at:
            return bool(self.hops[pair])
        used = int(found["bus-attempts"])
        if self.precedes(self.events[pair.event_id], subscription):
            return True
        moved = any(h.reason or h.attempts > used for h in self.hops[pair])
        ordered = "bus-tier" not in found
        # A repeated append is settled at once; the first one waits.
        twice = sum(h.topic == record.topic for h in self.hops[pair]) > 1
        return moved or (ordered and twice)

    def _carries(self, record: Record) -> list[str]:
        known = self.at.get(record[:3])
        if known is not None:
            # Late ones, too: the event may be matched once they are there.
            aside = known.fate is Fate.ASIDE
            return [] if aside else [p.id for p in self.plan.partners]
        return [dict(record.headers)["bus-subscription"].decode()]

    def required(self, known: Known, subscription: str) -> bool:
        """Whether a subscription wanted an event all the time, so that it must go."""
        if self.stands_aside(known):
            return False
        versions = self.versions[subscription]
        before = [s for at, s in versions if at <= known.at - _SEEN_S or at == 0.0]
        after = [s for at, s in versions if at > known.at - _SEEN_S]
        late = versions[0][0] > 0.0
        if late and any(t.kind is Kind.FREEZE for t in self.plan.troubles):
            return False
        return bool(before) and all(
            s.state is not State.REMOVING and _matches(s, known)
            for s in (before[-1], *after)
        )

    def precedes(self, known: Known, subscription: str) -> bool:
        """Whether an event is older than a subscription: none has to come."""
        return known.at < self.versions[subscription][0][0]

    def possible(self, known: Known, subscription: str) -> bool:
        """Whether some version of a subscription wanted an event."""
        return any(_matches(s, known) for _, s in self.versions[subscription])

    def excused(self, known: Known) -> bool:
        """Whether Kafka deleted an event before it was settled, and that was told."""
        tp, offset = known.record.topic_partition, known.record.offset
        return offset < min(self.deleted.get(tp, 0), self.expired.get(tp, 0))

    # ------------------------------------------------ what observers are told

    def told_expired(self, gone: Expired, count: int) -> None:
        """A group says that records were deleted before it had settled them."""
        if count:
            tp, start = gone
            self.expired[tp] = max(start, self.expired.get(tp, 0))

    def attempted(self, process: Process, attempt: Attempt) -> None:
        """An attempt is over."""
        self.attempts.append((process, attempt))

    def changed(self, subscription: str, change: Change) -> None:
        """A subscription's breaker opened, or it was held: it has to wait."""
        if change in _WAITING:
            self.disturbed.add(subscription)


_WAITING = {Change.BREAKER_OPENED, Change.FUSE_BLOWN, Change.HELD, Change.DISABLED}


def _matches(subscription: Subscription, known: Known) -> bool:
    wanted = not subscription.filter or known.status == "paid"
    return wanted and known.fate is not Fate.ASIDE
