"""Dead letters and quarantine as a portfolio: by cause, how many, how old, whose.

Of each topic the newest are read, so many at most; what has not changed since is not
read again. Where there are older ones a count says "at least".
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from bus.delivery.marks import Fate
from bus.errors import TopicError
from bus.ports import Lag
from bus.record import TopicPartition
from processors.redrive.fates import KnownFates
from processors.redrive.letters import Letter, Wanted, dlq_owners
from processors.redrive.newest import From, newest_items, newest_letters
from processors.redrive.quarantine import Item, WantedItems
from processors.subscriptions.world import World

MOST_COUNTED = 1_000
"""Of the pending ones of one topic."""
_AT_ONCE = 8
_PENDING = (Fate.PENDING,)
_Span: TypeAlias = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Pending ones with one cause.

    Attributes:
        owner: The subscription; in quarantine the topic they came from.
        reason: Why; empty: nothing pending was found as far as was read.
        status: What the endpoint answered last; 0: nothing.
        source: In quarantine who wrote them, as they say; empty: they do not.
        detail: What was said of the newest.
        complete: Whether all were counted; if not there are at least so many.
    """

    owner: str
    reason: str
    status: int
    count: int
    oldest_ms: int
    newest_ms: int
    detail: str
    complete: bool
    source: str = ""


class _Seen(NamedTuple):
    """One that is pending; the first four are its cause."""

    owner: str
    reason: str
    status: int
    source: str
    at_ms: int
    detail: str


@dataclass(frozen=True, slots=True)
class _Held:
    """What was counted of a topic, and what stood in it then."""

    span: _Span
    causes: Sequence[Cause] = field(default=())


class Portfolio:
    """Counts what waits for somebody."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._fates = KnownFates()
        self._letters: Mapping[str, _Held] = {}
        self._items = _Held(())
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def letters(self) -> Sequence[Cause]:
        """Pending dead letters of all subscriptions, removed ones too.

        Raises:
            BrokerUnavailableError: Kafka gives no answer.
            RegistryUnavailableError: as `newest_letters`.
        """
        owners = await dlq_owners(self._world)
        topics = {self._world.topology.dlq_topic(owner): owner for owner in owners}
        spans = await self._spans("dlq", [*topics])
        found = await asyncio.gather(
            *(self._letters_of(topics[topic], span) for topic, span in spans.items())
        )
        self._letters = {topics[t]: one for t, one in zip(spans, found, strict=True)}
        return [cause for held in found for cause in held.causes]

    async def quarantined(self) -> Sequence[Cause]:
        """Pending records in quarantine.

        Raises:
            BrokerUnavailableError: Kafka gives no answer.
        """
        topic = self._world.topology.quarantine
        span = (await self._spans("quarantine", [topic])).get(topic, ())
        if span != self._items.span:
            wanted, start = WantedItems(fates=_PENDING), From(MOST_COUNTED)
            items, rest = await newest_items(self._world, self._fates, wanted, start)
            seen = map(_item, items)
            self._items = _Held(span, [*_causes(seen, topic, complete=rest is None)])
        return self._items.causes

    async def _letters_of(self, owner: str, span: _Span) -> _Held:
        held = self._letters.get(owner)
        if held is not None and held.span == span:
            return held
        wanted, start = Wanted(fates=_PENDING), From(MOST_COUNTED)
        async with self._turn:
            try:
                letters, rest = await newest_letters(
                    self._world, self._fates, owner, wanted, start
                )
            except TopicError:  # it was removed meanwhile
                return _Held(span)
        seen = map(_letter, letters)
        return _Held(span, [*_causes(seen, owner, complete=rest is None)])

    async def _spans(self, what: str, topics: Sequence[str]) -> Mapping[str, _Span]:
        """What stands in each topic that is not empty."""
        group = f"{self._world.group_prefix}status.{what}"
        lags = await self._world.groups.lag(group, topics) if topics else {}
        return _not_empty(lags)


def _not_empty(lags: Mapping[TopicPartition, Lag]) -> Mapping[str, _Span]:
    spans: dict[str, list[tuple[int, int, int]]] = {}
    for tp, lag in lags.items():
        if lag.end > lag.start:
            spans.setdefault(tp.topic, []).append((tp.partition, lag.start, lag.end))
    return {topic: tuple(sorted(parts)) for topic, parts in spans.items()}


def _letter(one: Letter) -> _Seen:
    detail = one.state.detail if one.state else one.problem
    return _Seen(one.subscription, one.reason, one.status, "", one.at_ms, detail)


def _item(one: Item) -> _Seen:
    return _Seen(one.topic, one.meaning.code, 0, one.sender, one.at_ms, one.why)


def _causes(seen: Iterator[_Seen], owner: str, *, complete: bool) -> Iterator[Cause]:
    """Grouped; of a topic in which none was found so far one cause says that."""
    groups: dict[tuple[str, str, int, str], list[_Seen]] = {}
    for one in seen:
        groups.setdefault(one[:4], []).append(one)
    for (whose, reason, status, source), ones in groups.items():
        newest = max(ones, key=_at)
        yield Cause(
            owner=whose,
            reason=reason,
            status=status,
            count=len(ones),
            oldest_ms=min(ones, key=_at).at_ms,
            newest_ms=newest.at_ms,
            detail=newest.detail,
            complete=complete,
            source=source,
        )
    if not groups and not complete:
        yield Cause(
            owner=owner,
            reason="",
            status=0,
            count=0,
            oldest_ms=0,
            newest_ms=0,
            detail="",
            complete=False,
        )


def _at(one: _Seen) -> int:
    return one.at_ms
