"""Reconciling sources with their APIs: what never came is taken from the list.

The process that reads the first partition of a source's raw topic does it, so that one
does. What is missing is written as a submission (`via: reconcile`) and goes the way of
all others.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bus.errors import PublishError
from bus.intake.channels.definition import Channel
from bus.intake.channels.reconcile import SINCE, UNTIL, Reconciling
from bus.intake.fetching.template import MissingError
from bus.intake.health import words
from bus.intake.listing.paging import next_page, numbered_page
from bus.intake.listing.slices import slices
from bus.intake.merging.fates import Merging
from bus.intake.merging.identity import AS_DOCUMENT
from bus.intake.parsing.tree import UnparsableError
from bus.intake.raw import Raw, submission_id, to_message
from bus.intake.receiving.keys import order_key
from bus.intake.receiving.redaction import redacted
from bus.intake.reconciling.comparing import Standing, changed_at, standing
from bus.intake.sources import Fetch, Source, State
from bus.intake.submission import Submission
from bus.intake.verifying.verdict import Reason
from bus.ports import Clock, Observer, Publisher
from bus.sending import Ask, Got
from bus.times import moment_of, rfc3339
from bus.topics.topology import Topology
from processors.convert.asking import MOST_BYTES, Asking
from processors.convert.failed import FailedError
from processors.convert.patience import patiently
from processors.convert.reading import Channels
from processors.tallying.tallies import Tallies
from processors.telemetry import convert_names as names
from processors.telemetry.intake_names import REDACTED

GRACE_S = 120.0
"""What changed so lately may still be on its way."""
FIRST_S = 86_400.0
"""How far the first look of a process goes back."""
_LOOK_S = 5.0
_MOST_PAGES = 200
_ID_BYTES = 10


class AllSources(Protocol):
    """The sources as they are now."""

    def all(self) -> Sequence[Source]:
        """All sources."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileParts:
    """What reconciling works with; `reads` says whether a source is this process's."""

    sources: AllSources
    channels: Channels
    asking: Asking
    merging: Merging
    publisher: Publisher
    topology: Topology
    tallies: Tallies
    clock: Clock
    observer: Observer
    random_bytes: Callable[[int], bytes]
    reads: Callable[[str], bool]


@dataclass(slots=True)
class Round:
    """One look: what was listed, what was missing, why it broke off if it did."""

    since: float
    until: float
    first: bool
    listed: int = 0
    missing: int = 0
    why: str = ""
    seen: set[str] = field(default_factory=set)


class Reconciler:
    """Looks at one source after the other, each as often as its channel says."""

    def __init__(self, parts: ReconcileParts) -> None:
        self._parts = parts
        self._until: dict[str, float] = {}
        self._due: dict[str, float] = {}

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await self._parts.clock.sleep(_LOOK_S)
            for source, channel in self._all_due():
                await self.round(source, channel)

    async def round(self, source: Source, channel: Channel) -> Round:
        """Look once; what is missing is written when this returns."""
        clock, declared = self._parts.clock, channel.reconcile
        now = clock.now()
        every_s = declared.every_s if declared else FIRST_S
        self._due[source.id] = clock.monotonic() + every_s
        until, before = now - GRACE_S, self._until.get(source.id)
        overlap_s = declared.overlap_s if declared else 0
        since = until - FIRST_S if before is None else before - overlap_s
        look = Round(since, until, first=before is None)
        try:
            await self._look(source, channel, look, before or until)
        except (FailedError, MissingError, UnparsableError, PublishError) as error:
            look.why = str(error)
            self._parts.tallies.count(source.id, f"{words.ROUND}.failed")
            self._parts.observer.note(
                names.NOT_RECONCILED, source=source.id, why=look.why
            )
            return look
        self._until[source.id] = until
        self._parts.tallies.count(source.id, f"{words.ROUND}.done")
        if look.missing:
            self._parts.observer.note(
                names.RECONCILED,
                source=source.id,
                listed=look.listed,
                missing=look.missing,
            )
        return look

    # ------------------------------------------------ steps

    def _all_due(self) -> Iterator[tuple[Source, Channel]]:
        parts, now = self._parts, self._parts.clock.monotonic()
        for source in parts.sources.all():
            channel = parts.channels.get(source.channel)
            wants = channel is not None and channel.reconcile and source.fetch
            if channel is None or not wants or source.state is not State.ACTIVE:
                continue
            if self._due.get(source.id, 0.0) <= now and parts.reads(source.id):
                yield source, channel

    async def _look(
        self, source: Source, channel: Channel, look: Round, counted: float
    ) -> None:
        declared, fetch = channel.reconcile, source.fetch
        if declared is None or fetch is None:
            raise FailedError("nothing says where its orders are listed")
        shown = await self._parts.asking.credentials(source.id, fetch)
        ask: Ask | None = _first(channel, declared, source, look, shown, fetch)
        for _ in range(_MOST_PAGES):
            if ask is None:
                return
            got = await self._page(source, declared, fetch, ask)
            items = slices(got.body, declared.items) if got.body.strip() else []
            for item in items:
                await self._item(source, channel, item, look, counted)
            url = _after(ask.url, got, declared, items)
            ask = None if url is None else Ask(url, ask.headers, *_bounds(fetch))
        raise FailedError(f"there are more than {_MOST_PAGES} pages")

    async def _page(
        self, source: Source, declared: Reconciling, fetch: Fetch, ask: Ask
    ) -> Got:
        parts, of = self._parts, (source, fetch)
        return await patiently(parts.asking, parts.clock, of, declared.limits, ask)

    async def _item(
        self,
        source: Source,
        channel: Channel,
        item: bytes,
        look: Round,
        counted: float,
    ) -> None:
        """Count an item once, whether it came or not; write one that is missing."""
        declared = channel.reconcile
        if declared is None:
            return
        changed = changed_at(item, declared)
        if changed is not None and changed.timestamp() > look.until:
            return  # the next look has it
        now = moment_of(self._parts.clock.now() * 1000)
        item, taken_out = redacted(item)
        told = _told(source, item, declared, declared.new, now)
        found, order_id, _ = standing(channel, source, told, self._parts.merging)
        if found is Standing.UNREADABLE or order_id in look.seen:
            return
        look.seen.add(order_id)
        is_missing = found is not Standing.CAME
        is_fresh = changed is None or changed.timestamp() > counted or look.first
        if is_missing or is_fresh:
            self._count(source.id, look, is_missing=is_missing)
        if is_missing:
            headers = declared.new if found is Standing.NEW else declared.changed
            told = _told(source, item, declared, headers, now)
            await self._write(channel, told, taken_out)

    def _count(self, source: str, look: Round, *, is_missing: bool) -> None:
        look.listed += 1
        look.missing += is_missing
        self._parts.tallies.count(source, words.LISTED)
        if is_missing:
            self._parts.tallies.count(source, words.MISSED)

    async def _write(
        self, channel: Channel, told: Submission, taken_out: Mapping[str, int]
    ) -> None:
        """Keep it as a submission; the API said it, which no signature has to say."""
        parts = self._parts
        raw = Raw(
            id=submission_id(parts.clock.now(), parts.random_bytes(_ID_BYTES)),
            submission=told,
            channel=channel.name,
            verdict=Reason.NOT_CHECKED,
            redacted=taken_out,
        )
        for what, count in taken_out.items():
            parts.observer.measure(REDACTED, count, what)
        key = order_key(channel, told.body, told.headers, told.settings)
        topic = parts.topology.raw_topic(told.instance)
        message = to_message(raw, topic, key)
        if told.fetched:
            message = message._replace(headers=(*message.headers, *AS_DOCUMENT))
        await parts.publisher.publish(message)


def _told(
    source: Source,
    item: bytes,
    declared: Reconciling,
    headers: Mapping[str, str],
    now: datetime,
) -> Submission:
    fetched = declared.fetched
    return Submission(source.id, item, headers, now, via="reconcile", fetched=fetched)


def _after(
    url: str, got: Got, declared: Reconciling, items: Sequence[bytes]
) -> str | None:
    """The address of the next page; None: this was the last."""
    if declared.pages:
        return numbered_page(url, declared.pages) if items else None
    return next_page(url, got.headers.get("link", ""))


def _first(
    channel: Channel,
    declared: Reconciling,
    source: Source,
    look: Round,
    shown: Mapping[str, str],
    fetch: Fetch,
) -> Ask:
    defaults = {name: one.default for name, one in channel.settings.items()}
    settings = {**defaults, **source.settings}
    moments = {SINCE: look.since, UNTIL: look.until}
    times = {n: rfc3339(moment_of(at * 1000)) for n, at in moments.items()}
    headers = [
        (name, template.header(settings, shown))
        for name, template in declared.headers.items()
    ]
    return Ask(declared.url.url(settings, times), headers, *_bounds(fetch))


def _bounds(fetch: Fetch) -> tuple[float, int]:
    return fetch.timeout_s, MOST_BYTES
