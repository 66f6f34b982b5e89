"""The way of a request at the door.

Source found → its turn → a ping or challenge? → body read → verified, what nobody may
keep taken out → a signed ping? → kept → the channel's own answer.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple
from urllib.parse import parse_qsl

from aiohttp import web

from bus.intake.channels.answers import Answering
from bus.intake.channels.definition import Channel
from bus.intake.findings import shown
from bus.intake.health import words
from bus.intake.raw import moment_text
from bus.intake.receiving.replies import Came, Reply, challenged, pinged, shaken
from bus.intake.sources import Source, Unverified
from processors.entry.addresses import Proxies, address_of
from processors.intake.answering import (
    BUG,
    NOT_FOUND,
    Given,
    TurnedAwayError,
    response,
    said,
    too_large,
)
from processors.intake.bodies import Memory, encoding_of, read_body, unpacked
from processors.intake.fetched_keys import FetchedKeys, NoKeyNowError, with_keys
from processors.intake.finding import Finder, Found
from processors.intake.gates import CrowdedError
from processors.intake.heads import headers_of, most_bytes, with_body, without_secret
from processors.intake.keeping import Arrived, Keeper, Looked, NotKeptError, look
from processors.tallying.tallies import Tallies
from processors.telemetry import intake_names as names
from processors.telemetry.names import BUG as BUG_NOTE

_IN_A_THREAD = 128 * 2**10
_SAMPLE_BYTES = 160
_QUIET_S = 10.0
_METHODS = {"Allow": "POST"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorBounds:
    """How much, how long, from whom.

    Attributes:
        body_s: How long a body may take to arrive.
        wait_s: How long a sender that never tries again waits for its turn.
        memory_bytes: Of all bodies under way.
        url: The address of the door as senders know it; empty: as each asked.
    """

    body_s: float = 10
    wait_s: float = 8
    memory_bytes: int = 256 * 2**20
    url: str = ""
    proxies: Proxies = field(default_factory=Proxies)


class _Asked(NamedTuple):
    """A request with what was found for it."""

    request: web.BaseRequest
    found: Found
    channel: Channel
    answering: Answering
    came: Came
    id: str

    @property
    def source(self) -> Source:
        return self.found.source

    def words(self, at: str) -> Mapping[str, str]:
        """What answers may say of it."""
        return {"id": self.id, "at": at, "url": self.came.url}


class Serving:
    """Answers requests; never raises."""

    def __init__(
        self,
        finder: Finder,
        keeper: Keeper,
        bounds: DoorBounds,
        tallies: Tallies,
        keys: FetchedKeys | None = None,
    ) -> None:
        self._finder = finder
        self._keys = keys
        self.tallies = tallies
        self._keeper = keeper
        self._bounds = bounds
        self._memory = Memory(bounds.memory_bytes)
        self._told: dict[str, tuple[float, int]] = {}
        self.in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._draining = False

    async def idle(self) -> None:
        """Connections end with an answer now; return once no request is under way."""
        self._draining = True
        await self._idle.wait()

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        clock, observer = self._keeper.clock, self._keeper.observer
        began = clock.monotonic()
        self.in_flight += 1
        self._idle.clear()
        try:
            given = await self._climb(request)
        except TurnedAwayError as error:
            given = error.given
        except Exception as error:  # noqa: BLE001 - a bug ends one request
            observer.note(BUG_NOTE, why=type(error).__name__, exc_info=error)
            given = BUG
        finally:
            self.in_flight -= 1
            if not self.in_flight:
                self._idle.set()
        observer.measure(names.ANSWERS, 1, str(given.status))
        observer.measure(names.SECONDS, clock.monotonic() - began)
        answer = response(given)
        if self._draining:
            answer.force_close()
        return answer

    async def _climb(self, request: web.BaseRequest) -> Given:
        found = self._finder.find(request.rel_url.raw_path)
        if found is None:
            raise TurnedAwayError(NOT_FOUND)
        clock, source = self._keeper.clock, found.source.id
        began = clock.monotonic()
        try:
            return await self._entered(self._asked(request, found))
        finally:
            self.tallies.answered(source, clock.monotonic() - began)

    async def _entered(self, asked: _Asked) -> Given:
        gate = asked.found.gate
        wait_s = 0 if asked.answering.retries else self._bounds.wait_s
        try:
            async with gate.entered(wait_s):
                return await self._inside(asked)
        except CrowdedError:
            return self._overloaded(asked)

    def _asked(self, request: web.BaseRequest, found: Found) -> _Asked:
        if found.channel is None:
            raise TurnedAwayError(Given(503, headers={"Retry-After": "30"}, close=True))
        headers = headers_of(request)
        url = found.source.url or f"{self._base(request)}{request.rel_url.raw_path_qs}"
        query = dict(parse_qsl(request.rel_url.raw_query_string[:8_000]))
        came = Came(request.method, headers, query, b"", url)
        answering = found.channel.answering.of(found.source.answers)
        new_id = self._keeper.new_id()
        return _Asked(request, found, found.channel, answering, came, new_id)

    def _base(self, request: web.BaseRequest) -> str:
        return self._bounds.url or f"{request.scheme}://{request.host}"

    async def _inside(self, asked: _Asked) -> Given:
        if asked.request.method != "POST":
            return self._without_body(asked)
        with self._memory.holding(asked.source.id) as share:
            most = most_bytes(asked.source, asked.channel)
            packed = encoding_of(asked.request)
            full = partial(self._overloaded, asked)
            body = await read_body(
                asked.request, most, self._bounds.body_s, share, full
            )
            content = None
            if packed:
                content = unpacked(body, most)
                if not share.take(len(content)):
                    return full()
            return await self._submitted(asked, body, content)

    def _without_body(self, asked: _Asked) -> Given:
        reply = pinged(asked.answering, asked.came, verified=False) or challenged(
            asked.answering.challenge, asked.source, asked.came
        )
        if reply is None:
            return Given(405, b"POST what is to be kept\n", headers=_METHODS)
        return self._replied(asked, reply)

    async def _submitted(
        self, asked: _Asked, body: bytes, content: bytes | None
    ) -> Given:
        came = with_body(asked.came, body)
        if (reply := pinged(asked.answering, came, verified=False)) is not None:
            return self._replied(asked, reply)
        arrived = Arrived(
            body=body,
            content=content,
            headers=came.headers,
            url=came.url,
            address=address_of(asked.request, self._bounds.proxies),
            at=self._keeper.now(),
        )
        try:
            arrived = await with_keys(self._keys, asked.channel, arrived)
            looked = await self._look(asked, arrived)
        except NoKeyNowError:
            return self._overloaded(asked)
        if not looked.verdict.good:
            if asked.source.unverified is Unverified.REFUSE:
                return self._refused(asked, looked)
        else:
            signed = with_body(came, body if content is None else content)
            reply = pinged(asked.answering, signed, verified=True) or shaken(
                asked.answering.challenge, signed
            )
            if reply is not None:
                return self._replied(asked, reply)
        return await self._keep(asked, looked)

    async def _look(self, asked: _Asked, arrived: Arrived) -> Looked:
        """Large bodies in a thread: others are not to wait for their parsing."""
        source, channel = asked.source, asked.channel
        address = without_secret(arrived.url, source)
        if len(arrived.content or arrived.body) <= _IN_A_THREAD:
            return look(source, channel, arrived, asked.id, address)
        return await asyncio.to_thread(
            look, source, channel, arrived, asked.id, address
        )

    async def _keep(self, asked: _Asked, looked: Looked) -> Given:
        gate, retries = asked.found.gate, asked.answering.retries
        try:
            where = await self._keeper.keep(gate, looked, retries=retries)
        except NotKeptError as error:
            if error.never:
                return too_large(most_bytes(asked.source, asked.channel))
            return self._overloaded(asked)
        raw = looked.raw
        self.tallies.count(asked.source.id, words.CAME)
        if raw.secret:
            self.tallies.count(asked.source.id, f"{words.SECRET}.{raw.secret}")
        self._keeper.observer.note(
            names.SUBMISSION,
            id=raw.id,
            source=asked.source.id,
            verdict=looked.verdict.reason.value,
            secret=raw.secret,
            bytes=len(raw.submission.body),
            kept=where,
        )
        return said(asked.answering.ok, asked.words(self._at()))

    # --- other answers

    def _replied(self, asked: _Asked, reply: Reply) -> Given:
        return said(reply.said, asked.words(self._at()), reply.headers)

    def _overloaded(self, asked: _Asked) -> Given:
        """Not now; what has not been read of the body is not waited for."""
        self._keeper.observer.measure(names.OVERLOADED, 1, asked.source.id)
        self.tallies.count(asked.source.id, words.PUT_OFF)
        overload = asked.answering.overload
        return said(overload, asked.words(self._at()), close=True)

    def _refused(self, asked: _Asked, looked: Looked) -> Given:
        """Counted always, told now and then, kept never."""
        source = asked.source.id
        self._keeper.observer.measure(names.REFUSED, 1, source)
        self.tallies.count(source, f"{words.REFUSED}.{looked.verdict.reason.value}")
        now = self._keeper.clock.monotonic()
        last, more = self._told.get(source, (-_QUIET_S, 0))
        if now - last < _QUIET_S:
            self._told[source] = (last, more + 1)
        else:
            self._told[source] = (now, 0)
            sample = looked.raw.submission.body[:_SAMPLE_BYTES]
            self._keeper.observer.note(
                names.UNVERIFIED,
                source=source,
                reason=looked.verdict.reason.value,
                why=looked.verdict.text,
                address=looked.raw.address,
                sample=shown(sample.decode(errors="replace")),
                more=more,
            )
        return said(asked.answering.refused, asked.words(self._at()))

    def _at(self) -> str:
        return moment_text(self._keeper.now())
