"""Which queues there are, and why nothing goes from one. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bus.delivery.choices import Ordering
from bus.delivery.presence import Presence, breakers_of, is_silent
from bus.delivery.subscription import State, Subscription
from bus.topics.topology import Topology

_STATES = {
    State.PAUSED: "it is paused",
    State.DISABLED: "its endpoint asked for no more: it is disabled",
    State.REMOVING: "it is being removed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A queue: what is in these topics, each due after so many seconds.

    `name` tells it from all others. `held` is why nothing goes, `most_s` how many a
    second may; `subscription` and `tier` are empty for a source topic.
    """

    name: str
    topics: Mapping[str, float]
    subscription: str = ""
    tier: str = ""
    held: str = ""
    most_s: float | None = None


def source_queues(
    topology: Topology, there: Sequence[Presence], now_ms: float
) -> Iterator[Waiting]:
    """What the OMS writes, until its deliveries have begun."""
    held = _nobody("fanout", there, now_ms)
    for topic in topology.sources:
        yield Waiting(name=topic, topics={topic: 0.0}, held=held)


def subscription_queues(
    topology: Topology,
    one: Subscription,
    there: Sequence[Presence],
    now_ms: float,
) -> Iterator[Waiting]:
    """What waits for a subscription: all of it, then by tier."""
    ordered = one.ordering is Ordering.KEY
    topics = {
        tier: (topic, topology.tiers[tier])
        for tier, topic in topology.tier_topics(one).items()
    }
    if ordered:
        topics = {"ordered": (topology.ordered_topic(one.id), 0.0)}
    nobody = _nobody("ordered" if ordered else "retry", there, now_ms)
    held = _STATES.get(one.state) or _unproven(one) or nobody
    held = held or _breaker(one.id, there, now_ms)
    yield Waiting(
        name=f"subscription/{one.id}",
        topics=dict(topics.values()),
        subscription=one.id,
        held=held,
        most_s=one.limit,
    )
    for tier, (topic, delay_s) in topics.items():
        yield Waiting(
            name=topic,
            topics={topic: delay_s},
            subscription=one.id,
            tier=tier,
            held=held,
            most_s=one.limit,
        )


def _unproven(one: Subscription) -> str:
    return "its endpoint has not said yet that it wants events" if one.unproven else ""


def _awake(there: Collection[Presence], now_ms: float) -> list[Presence]:
    return [one for one in there if not is_silent(one, now_ms)]


def _nobody(program: str, there: Collection[Presence], now_ms: float) -> str:
    runs = any(program in one.programs for one in _awake(there, now_ms))
    return "" if runs else f"no process runs {program}"


def _breaker(name: str, there: Collection[Presence], now_ms: float) -> str:
    """Why nothing goes: all breakers are open. One that is not lets some through."""
    delivering = {"fanout", "retry", "ordered"}
    many = [one for one in _awake(there, now_ms) if delivering & {*one.programs}]
    states = breakers_of(many, now_ms).get(name, {})
    if many and sum(states.values()) >= len(many):
        return "its breaker is open: nothing goes until its endpoint is well again"
    return ""
