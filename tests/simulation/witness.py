"""Who sees all of a simulation, and holds it against the promises."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bus.adapters.memory.log import PartitionLog
from bus.delivery.choices import Ordering
from bus.delivery.delivery import Attempt, Reason
from bus.delivery.incarnation import unstamped
from bus.delivery.offsets import Ledger
from bus.delivery.subscription import State, Subscription
from bus.ports import Change
from bus.record import Commit, Expired, Message, Record, TopicPartition
from tests.guarantees import CommitNeverAhead, InOrderPerKey, Pair
from tests.simulation.excuses import Excuses
from tests.simulation.known import Hop, Known, hop_of
from tests.simulation.odd import judge_letter
from tests.simulation.plan import Fate, Kind, Plan
from tests.simulation.producers import DIGEST, digest_of
from tests.simulation.scheduler import Process, SimulatedLoop

_SEEN_S = 2.0
_SOURCES = frozenset({"oms.order"})


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
    _named: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
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

    def produced(self, known: Known) -> None:
        """The OMS, or somebody else, wrote an event."""
        record = known.record
        self.events[known.id] = self.at[record[:3]] = known
        self._named[known.name] = known.id
        self.excuses.digests[digest_of(record)] = known.id
        for partner in self.plan.partners:
            if partner.ordering is Ordering.KEY:
                self.order.produced(partner.id, known.order, known.id)
        place = f"{record.topic}{record[1:3]}, key {record.key!r}, {known.name}"
        self.tell("world", f"{known.id} of {known.order} at {place}")

    def topic_deleted(self, topic: str) -> None:
        """A topic is gone with its records: what was not read never comes."""
        for place in [place for place in self.at if place[0] == topic]:
            self.gone.add(self.at.pop(place).id)
        self._verified = {m for m in self._verified if m[1].topic != topic}
        for known in (self.deleted, self.expired):
            for tp in [tp for tp in known if tp.topic == topic]:
                del known[tp]
        self.excuses.made_anew(topic)
        self.tell("world", f"{topic} is deleted")

    # ------------------------------------------------ what partners see

    def posted(self, pair: Pair, process: Process, name: str) -> None:
        """A post begins, of an event under a webhook-id."""
        if name != self.events[pair.event_id].name:
            self.violations.append(f"Identity: {pair.event_id} is sent as {name}")
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
            # A place is used again when a topic is made anew; a value is not.
            digest = found.get(DIGEST) or digest_of(record)
            self.quarantined.add(self.excuses.digests[digest])
            if "bus-subscription" in found:
                self.aside.add(self.excuses.pair_of(found))
            return
        if "bus-subscription" not in found:
            return
        pair = self.excuses.pair_of(found)
        hop = hop_of(record, self.loop.time())
        self.hops[pair].append(hop)
        if hop.reason is not None:
            sources = [known.record for known in self.at.values()]
            if pair.event_id in self.gone:
                # Its record went with its topic; the letter says where it stood.
                sources.insert(0, self.events[pair.event_id].record)
            self.violations += judge_letter(record, hop.reason, sources)
        self.tell("broker", f"{record.topic}/{record.partition}@{offset}: {pair[0]}")
        if hop.reason not in (None, Reason.UNWRITABLE):
            # Later events of the order may go on from here.
            self._in_turn(pair)

    def acknowledged(self, message: Message) -> None:
        """A process knows that a message was written."""
        found = dict(message.headers)
        if "bus-subscription" in found:
            self.excuses.settled(self.excuses.pair_of(found))

    def ack_lost(self, message: Message) -> None:
        """It was written, nobody knows: it will be written again."""
        found = dict(message.headers)
        if "bus-subscription" in found:
            self.excuses.unknown(self.excuses.pair_of(found))

    # ------------------------------------------------ commits

    def committed(
        self, group: str, tp: TopicPartition, commit: Commit, log: PartitionLog
    ) -> None:
        """A group's position: all it calls settled has to be settled now."""
        own = unstamped(commit, log.topic_id)
        if own is None:
            return  # of a topic that is gone; whoever reads it will notice
        self.excuses.positions[group, tp] = commit = own
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
        open_ = known.fate is Fate.OPEN and known.id in self.quarantined
        return open_ or known.fate is Fate.ASIDE

    def _is_settled(self, record: Record, subscription: str) -> bool:
        if subscription == "quarantine":
            return self.at[record[:3]].id in self.quarantined
        found = dict(record.headers)
        pair = Pair(self.excuses.event_id(record), subscription)
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
        if record.topic in _SOURCES:
            known = self.at.get(record[:3])
            if known is None or known.record.topic_id != record.topic_id:
                return []
            # Late ones, too: the event may be matched once they are there.
            aside = known.fate is Fate.ASIDE
            return [] if aside else [p.id for p in self.plan.partners]
        return [dict(record.headers)["bus-subscription"].decode()]

    def required(self, known: Known, subscription: str) -> bool:
        """Whether a subscription wanted an event all the time, so that it must go."""
        if known.id in self.gone or self.stands_aside(known):
            return False
        versions = self.versions[subscription]
        before = [s for at, s in versions if at <= known.at - _SEEN_S or at == 0.0]
        after = [s for at, s in versions if at > known.at - _SEEN_S]
        late = versions[0][0] > 0.0
        if late and any(t.kind is Kind.FREEZE for t in self.plan.troubles):
            return False
        return bool(before) and all(
            s.state is not State.REMOVING and known.matches(s)
            for s in (before[-1], *after)
        )

    def precedes(self, known: Known, subscription: str) -> bool:
        """Whether an event is older than a subscription: none has to come."""
        return known.at < self.versions[subscription][0][0]

    def possible(self, known: Known, subscription: str) -> bool:
        """Whether some version of a subscription wanted an event."""
        return any(known.matches(s) for _, s in self.versions[subscription])

    def excused(self, known: Known) -> bool:
        """Whether Kafka deleted an event before it was settled, and that was told."""
        tp, offset = known.record.topic_partition, known.record.offset
        told = offset < min(self.deleted.get(tp, 0), self.expired.get(tp, 0))
        return told or known.id in self.gone

    # ------------------------------------------------ what observers are told

    def told_expired(self, gone: Expired, count: int) -> None:
        """A group says that records were deleted before it had settled them."""
        if count:
            tp, start = gone
            self.expired[tp] = max(start, self.expired.get(tp, 0))

    def attempted(self, process: Process, attempt: Attempt) -> None:
        """An attempt is over."""
        event_id = self._named.get(attempt.event_id)
        if event_id is None:
            self.violations.append(f"Identity: an attempt of {attempt.event_id}")
            return
        self.attempts.append((process, attempt._replace(event_id=event_id)))

    def changed(self, subscription: str, change: Change) -> None:
        """A subscription's breaker opened, or it was held: it has to wait."""
        if change in _WAITING:
            self.disturbed.add(subscription)


_WAITING = {Change.BREAKER_OPENED, Change.FUSE_BLOWN, Change.HELD, Change.DISABLED}
