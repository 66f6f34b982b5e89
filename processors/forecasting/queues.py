"""Which queues there are, and why nothing goes from one. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from bus.delivery.choices import Ordering
from bus.delivery.presence import Presence, breakers_of, is_silent
from bus.delivery.subscription import State, Subscription
from bus.topics.topology import Topology

_DELIVERING = frozenset({"fanout", "retry", "ordered"})
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


@dataclass(frozen=True, slots=True)
class Running:
    """What processes say that have not fallen silent: asked once, for all queues."""

    programs: frozenset[str]
    delivering: int
    breakers: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, there: Collection[Presence], now_ms: float) -> Self:
        """Add up what they say."""
        awake = [one for one in there if not is_silent(one, now_ms)]
        many = [one for one in awake if _DELIVERING & {*one.programs}]
        return cls(
            frozenset(name for one in awake for name in one.programs),
            len(many),
            breakers_of(many, now_ms),
        )


def source_queues(topology: Topology, running: Running) -> Iterator[Waiting]:
    """What the OMS writes, until its deliveries have begun."""
    held = _nobody("fanout", running)
    for topic in topology.sources:
        yield Waiting(name=topic, topics={topic: 0.0}, held=held)


def subscription_queues(
    topology: Topology, one: Subscription, running: Running
) -> Iterator[Waiting]:
    """What waits for a subscription: all of it, then by tier."""
    ordered = one.ordering is Ordering.KEY
    topics = {
        tier: (topic, topology.tiers[tier])
        for tier, topic in topology.tier_topics(one).items()
    }
    if ordered:
        topics = {"ordered": (topology.ordered_topic(one.id), 0.0)}
    nobody = _nobody("ordered" if ordered else "retry", running)
    held = _STATES.get(one.state) or _unproven(one) or nobody
    held = held or _breaker(one.id, running)
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


def _nobody(program: str, running: Running) -> str:
    return "" if program in running.programs else f"no process runs {program}"


def _breaker(name: str, running: Running) -> str:
    """Why nothing goes: all breakers are open. One that is not lets some through."""
    states = running.breakers.get(name, {})
    if running.delivering and sum(states.values()) >= running.delivering:
        return "its breaker is open: nothing goes until its endpoint is well again"
    return ""
