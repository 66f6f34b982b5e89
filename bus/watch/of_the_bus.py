"""What the rules say of source topics, programs and the bus as a whole."""

from collections.abc import Iterator

from bus.watch.facts import Facts, Part, ProgramFacts, SourceFacts
from bus.watch.limits import Limits
from bus.watch.usual import SURELY, chance_of_none
from bus.watch.verdicts import Kind, Said, Subject
from bus.watch.wording import count, span

BUS = Subject(Kind.BUS)
RETRY = Subject(Kind.PROGRAM, "retry")
PROJECTOR = Subject(Kind.PROGRAM, "projector")


def lag(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Events of a source topic wait for their first attempt."""
    for one in facts.sources:
        waiting = one.waiting
        if not waiting.records:
            continue
        if waiting.oldest_s is None:
            yield Said(_of(one), certain=False)
        elif waiting.oldest_s > limits.lag_s:
            records = count(waiting.records, "record")
            wait = "waits" if waiting.records == 1 else "wait"
            yield Said(
                _of(one), f"{records} {wait}, the oldest for {span(waiting.oldest_s)}"
            )


def partition_stopped(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Some of its partitions have something to do, and nothing is settled there."""
    for one in facts.sources:
        still = {p: s for p, s in one.still.items() if s > limits.still_s}
        if still and one.read:
            names = ", ".join(str(p) for p in sorted(still)[:10])
            longest = span(max(still.values()))
            yield Said(_of(one), f"partition {names} stands still for {longest}")


def silent(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Nothing comes at all, which this hour of the week makes unlikely."""
    del limits
    for one in facts.sources:
        expected = one.arrivals.expected
        if expected is not None and chance_of_none(expected) < SURELY:
            yield Said(
                _of(one),
                f"no event for {span(one.arrivals.silent_s)};"
                f" {expected:.0f} are usual in such a time",
            )


def unusual_volume(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Far more comes, or less, than in the same minutes of past weeks."""
    for one in facts.sources:
        odd = [z for z in one.arrivals.z if abs(z) > limits.volume_z]
        same = [z for z in odd if (z > 0) == (odd[-1] > 0)]
        if len(same) >= limits.volume_minutes:
            word = "more" if same[-1] > 0 else "fewer"
            yield Said(
                _of(one),
                f"far {word} events than usual in {len(same)} of the last"
                f" {len(one.arrivals.z)} min: z {same[-1]:+.1f}",
            )


def program_missing(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Nobody runs a program that has to run."""
    del limits
    for one in facts.programs:
        if one.wanted and not one.awake:
            gone = f"; silent: {', '.join(one.silent)}" if one.silent else ""
            yield Said(_program(one), f"no process runs {one.name}{gone}")


def process_silent(facts: Facts, limits: Limits) -> Iterator[Said]:
    """A process of a program says nothing more, others do its work."""
    del limits
    for one in facts.programs:
        if one.silent and one.awake:
            names = ", ".join(one.silent)
            yield Said(_program(one), f"{names}: killed, frozen or cut off")


def not_ready(facts: Facts, limits: Limits) -> Iterator[Said]:
    """A process is there and cannot do its work, and says why."""
    del limits
    for one in facts.programs:
        if one.not_ready:
            said = [f"{name}: {why}" for name, why in sorted(one.not_ready.items())]
            yield Said(_program(one), "; ".join(said[:3]))


def retries_late(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Deliveries stand in a tier's topic for longer than the tier's delay."""
    late: dict[str, tuple[float, str]] = {}
    for one in facts.subscriptions:
        if one.holds or one.overdrawn or one.breaker != "closed":
            continue  # they are to stand there
        for tier, waiting in (one.waiting or {}).items():
            over_s = (waiting.oldest_s or 0.0) - one.delays.get(tier, 0.0)
            if tier in one.delays and over_s > limits.retries_late_s:
                late[tier] = max(late.get(tier, (0.0, "")), (over_s, one.id))
    if late:
        said = [
            f"tier {tier} is {span(over_s)} late ({name})"
            for tier, (over_s, name) in sorted(late.items())
        ]
        yield Said(RETRY, "; ".join(said))


def log_behind(facts: Facts, limits: Limits) -> Iterator[Said]:
    """The log lacks what happened lately; deliveries do not."""
    if facts.log is None:
        return
    if facts.log.trouble:
        yield Said(PROJECTOR, f"the log's database takes nothing: {facts.log.trouble}")
    elif facts.log.lag_s is not None and facts.log.lag_s > limits.log_lag_s:
        yield Said(PROJECTOR, f"the log is {span(facts.log.lag_s)} behind")


def quarantine(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Records that nobody can decode wait for somebody."""
    del limits
    if facts.quarantined:
        records = count(facts.quarantined, "record")
        yield Said(BUS, f"{records} in quarantine: bus quarantine list")


def parked_value(facts: Facts, limits: Limits) -> Iterator[Said]:
    """A new group of parked orders puts much at risk, and nobody looks after it."""
    for one in facts.parked:
        if one.new and not one.assigned and one.at_risk > limits.parked_value:
            orders = count(one.orders, "order")
            yield Said(
                Subject(Kind.PARKED, one.group),
                f"{one.name} holds {orders}: {one.at_risk:,.0f} {one.currency} at risk;"
                f" bus intake parked list --group {one.group}",
            )


def kafka_away(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Kafka gives no answer, or partitions have no leader: nothing moves there."""
    del limits
    if Part.CLUSTER in facts.unknown:
        yield Said(BUS, f"Kafka: {facts.unknown[Part.CLUSTER]}")
    elif facts.cluster.offline:
        yield Said(BUS, f"{count(facts.cluster.offline, 'partition')} without a leader")


def broker_missing(facts: Facts, limits: Limits) -> Iterator[Said]:
    """A broker is away, or partitions lack a copy: one more, and writes fail."""
    del limits
    if facts.cluster.away:
        yield Said(BUS, f"broker {', '.join(map(str, facts.cluster.away))} is away")
    elif facts.cluster.thin:
        partitions = count(facts.cluster.thin, "partition")
        yield Said(BUS, f"{partitions} without all copies")


def _of(one: SourceFacts) -> Subject:
    return Subject(Kind.SOURCE, one.name)


def _program(one: ProgramFacts) -> Subject:
    return Subject(Kind.PROGRAM, one.name)
