"""What flows where, for the picture: topics, programs, subscriptions. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bus.log.rollup import Minute
from bus.watch.states import State
from bus.watch.verdicts import Health, Kind, Subject
from processors.status.inflow import SourceNow
from processors.web.charts import Edge, Flow, Node
from processors.web.fleet import Faring
from processors.web.rendering import href

_SPAN_S = 300.0
_FANOUT, _RETRY, _ORDERED = "fanout", "retry", "ordered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the picture is made of."""

    sources: Mapping[str, SourceNow]
    states: Mapping[Subject, State]
    minutes: Sequence[Minute]
    fleet: Sequence[Faring]
    ordered: frozenset[str]


def flow_of(parts: Parts, all_href: str) -> Flow:
    """The picture: what fails is delivered again by the program that retries."""
    topics = [_topic(*source, parts) for source in parts.sources.items()]
    calls, hops = _counted(parts.minutes)
    sent = [
        edge
        for one in parts.fleet
        for edge in _edges(one, parts, calls.get(one.id, 0.0), hops.get(one.id, 0.0))
    ]
    rates = dict.fromkeys((_FANOUT, _RETRY, _ORDERED), 0.0)
    for edge in sent:
        rates[edge.source] += edge.rate
    used = {_FANOUT, *(edge.source for edge in sent)}
    return Flow(
        title="What flows where",
        topics=topics,
        programs=[_program(name, rates[name], parts) for name in rates if name in used],
        subscriptions=[
            _subscription(one, calls.get(one.id, 0.0)) for one in parts.fleet
        ],
        edges=[*(Edge(node.key, _FANOUT, node.rate) for node in topics), *sent],
        rest_href=all_href,
    )


def _edges(one: Faring, parts: Parts, rate: float, again: float) -> Iterator[Edge]:
    """First attempts by one program, what comes back by another."""
    first = _ORDERED if one.id in parts.ordered else _FANOUT
    yield Edge(first, f"sub {one.id}", max(0.0, rate - again))
    if again:
        yield Edge(_RETRY, f"sub {one.id}", min(rate, again))


def _counted(
    minutes: Sequence[Minute],
) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Calls a second of each subscription, and how many of them come back."""
    calls: dict[str, float] = {}
    hops: dict[str, float] = {}
    for one in minutes:
        failed = one.throttled + one.failed + one.unreachable
        name = one.subscription
        sent = one.accepted + one.refused + failed
        calls[name] = calls.get(name, 0.0) + sent / _SPAN_S
        hops[name] = hops.get(name, 0.0) + failed / _SPAN_S
    return calls, hops


def _topic(name: str, one: SourceNow, parts: Parts) -> Node:
    health = parts.states.get(Subject(Kind.SOURCE, name))
    return Node(
        key=name,
        name=name,
        rate=one.rate or 0.0,
        health=health.health if health else Health.UNKNOWN,
        href=href("topics", name),
    )


def _program(name: str, rate: float, parts: Parts) -> Node:
    health = parts.states.get(Subject(Kind.PROGRAM, name))
    return Node(
        key=name,
        name=name,
        rate=rate,
        health=health.health if health else Health.UNKNOWN,
        href="#processes",
    )


def _subscription(one: Faring, rate: float) -> Node:
    return Node(
        key=f"sub {one.id}",
        name=one.id,
        rate=rate,
        health=one.health,
        href=f"/ui/subscriptions/{one.id}",
    )
