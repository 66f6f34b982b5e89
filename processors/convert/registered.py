"""Whether senders still hold their webhooks, and making those again that they lost.

Shops delete a webhook, or switch it off, when it was answered badly too often, and say
nothing. The process that reads the first partition of a source's raw topic looks, as
often as orders are reconciled; it makes at most so many again in a day, and notes each
before, so that no crash makes more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bus.errors import OrderbusError
from bus.intake.channels.definition import Channel
from bus.intake.fetching.declared import RateHeaders
from bus.intake.fetching.template import MissingError
from bus.intake.health import words
from bus.intake.listing.paging import next_page
from bus.intake.parsing.tree import UnparsableError
from bus.intake.sources import Fetch, Source, State
from bus.intake.webhooks.comparing import (
    Held,
    Lack,
    as_json,
    held_in,
    lacking,
    wanted,
)
from bus.intake.webhooks.declared import (
    ADDRESS,
    ID,
    SECRET,
    TOPIC,
    WANTED,
    Call,
    Webhooks,
)
from bus.intake.webhooks.made import Made, made_key, made_message, read_made
from bus.ports import Clock, LogReader, Observer, Publisher
from bus.sending import Ask, Got
from bus.times import moment_of
from processors.convert.asking import MOST_BYTES, Asking
from processors.convert.failed import FailedError
from processors.convert.patience import patiently
from processors.convert.reading import Channels
from processors.tallying.tallies import Tallies
from processors.telemetry import convert_names as names

EVERY_S = 600.0
_LOOK_S = 5.0
_MOST_PAGES = 20
_EXPECTED = (FailedError, MissingError, UnparsableError, OrderbusError)


class AllSources(Protocol):
    """The sources as they are now."""

    def all(self) -> Sequence[Source]:
        """All sources."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredParts:
    """What looking works with.

    `reads` says whether a source is this process's, `a_day` how many are made again.
    """

    sources: AllSources
    channels: Channels
    asking: Asking
    reader: LogReader
    publisher: Publisher
    topic: str
    tallies: Tallies
    clock: Clock
    observer: Observer
    reads: Callable[[str], bool]
    a_day: int


@dataclass(frozen=True, slots=True)
class _Meant:
    """A source whose webhooks are looked at."""

    source: Source
    fetch: Fetch
    declared: Webhooks
    settings: Mapping[str, str]
    topics: Sequence[str]


class Registered:
    """Looks at one source after the other."""

    def __init__(self, parts: RegisteredParts) -> None:
        self._parts = parts
        self._due: dict[str, float] = {}

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await self._parts.clock.sleep(_LOOK_S)
            for source, channel in self._all_due():
                await self.look(source, channel)

    async def look(self, source: Source, channel: Channel) -> Sequence[Lack]:
        """Look once, and make what is missing; what is missing still."""
        parts = self._parts
        self._due[source.id] = parts.clock.monotonic() + EVERY_S
        meant = _meant(source, channel)
        if meant is None:
            return ()
        try:
            held = await self._held(meant)
            missing = lacking(meant.topics, held, source.url)
            left = await self._made(meant, missing) if missing else ()
        except _EXPECTED as error:
            self._count(source, "failed")
            parts.observer.note(
                names.WEBHOOKS_UNKNOWN, source=source.id, why=str(error)
            )
            return ()
        if left:
            topics = ", ".join(one.topic for one in left)
            parts.observer.note(names.WEBHOOKS_GONE, source=source.id, topics=topics)
        self._count(source, "gone" if left else "there")
        return left

    # ------------------------------------------------ steps

    def _all_due(self) -> Iterator[tuple[Source, Channel]]:
        parts, now = self._parts, self._parts.clock.monotonic()
        for source in parts.sources.all():
            if self._due.get(source.id, 0.0) > now or not parts.reads(source.id):
                continue
            channel = parts.channels.get(source.channel)
            if channel is not None and _meant(source, channel) is not None:
                yield source, channel

    async def _held(self, meant: _Meant) -> list[Held]:
        declared = meant.declared
        url: str | None = declared.url.url(meant.settings, {})
        found: list[Held] = []
        for _ in range(_MOST_PAGES):
            if url is None:
                return found
            ask = await self._ask(meant, url)
            got = await self._patiently(meant, declared.limits, ask)
            found += held_in(got.body, declared) if got.body.strip() else []
            url = next_page(url, got.headers.get("link", ""))
        return found

    async def _made(self, meant: _Meant, missing: Sequence[Lack]) -> Sequence[Lack]:
        """Make what is missing, as far as that may be; what is missing still."""
        parts, source = self._parts, meant.source
        if source.path_secret:  # nobody knows the whole address any more
            return missing
        left: list[Lack] = []
        for lack in missing:
            before = await self._before(source.id)
            now = parts.clock.now()
            if before.lately(now) >= parts.a_day:
                left.append(lack)
                continue
            record = made_message(parts.topic, before.once_more(now))
            await parts.publisher.publish(record)
            await self._make(meant, lack)
            self._count(source, "made")
            parts.observer.note(
                names.WEBHOOK_MADE,
                source=source.id,
                topic=lack.topic,
                switched_on=bool(lack.off and meant.declared.revive),
            )
        return left

    async def _make(self, meant: _Meant, lack: Lack) -> None:
        declared = meant.declared
        call = declared.revive if lack.off and declared.revive else declared.make
        fields = {
            TOPIC: lack.topic,
            ADDRESS: meant.source.url,
            ID: lack.off,
            SECRET: self._secret(meant.source) if SECRET in _needed(call) else "",
        }
        body = {name: text.text_of(fields) for name, text in call.body.items()}
        ask = await self._ask(meant, call.url.url(meant.settings, fields))
        made = Ask(
            ask.url,
            [*ask.headers, ("content-type", "application/json")],
            ask.timeout_s,
            ask.most_bytes,
            call.method,
            as_json(body),
        )
        await self._patiently(meant, declared.limits, made)

    async def _before(self, source: str) -> Made:
        """When its webhooks were made again before; another process may have."""
        found = Made(source)
        key = made_key(source)
        async for batch in self._parts.reader.read(self._parts.topic, key=key):
            for record in batch:
                found = read_made(record) or found
        return found

    def _secret(self, source: Source) -> str:
        """The newest secret that counts.

        Raises:
            FailedError: there is none.
        """
        now = moment_of(self._parts.clock.now() * 1000)
        ids = {one.id for one in source.live_secrets(now)}
        live = [one for one in source.secrets if one.id in ids]
        if not live:
            raise FailedError("it has no secret that the webhook could be signed with")
        return max(live, key=lambda one: one.since).value

    async def _ask(self, meant: _Meant, url: str) -> Ask:
        shown = await self._parts.asking.credentials(meant.source.id, meant.fetch)
        headers = [
            (name, template.header(meant.settings, shown))
            for name, template in meant.declared.headers.items()
        ]
        return Ask(url, headers, meant.fetch.timeout_s, MOST_BYTES)

    async def _patiently(self, meant: _Meant, limits: RateHeaders, ask: Ask) -> Got:
        of = (meant.source, meant.fetch)
        return await patiently(self._parts.asking, self._parts.clock, of, limits, ask)

    def _count(self, source: Source, word: str) -> None:
        self._parts.tallies.count(source.id, f"{words.WEBHOOKS}.{word}")


def _meant(source: Source, channel: Channel) -> _Meant | None:
    """What is to be looked at of a source; None: nothing, or nobody can."""
    declared, fetch = channel.webhooks, source.fetch
    if declared is None or fetch is None or not source.url:
        return None
    defaults = {name: one.default for name, one in channel.settings.items()}
    settings = {**defaults, **source.settings}
    topics = wanted(settings.get(WANTED, ""))
    if not topics or source.state is not State.ACTIVE:
        return None
    return _Meant(source, fetch, declared, settings, topics)


def _needed(call: Call) -> set[str]:
    return {name for template in call.body.values() for name in template.names}
