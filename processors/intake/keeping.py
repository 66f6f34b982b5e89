"""A submission on its way to Kafka: verified, what nobody may keep taken out, written.

One way for what comes by HTTP and for files.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from bus.errors import Heals, PublishError, SpoolError
from bus.intake.channels.definition import Channel
from bus.intake.raw import Raw, submission_id, to_message
from bus.intake.receiving.keys import order_key
from bus.intake.receiving.redaction import redacted
from bus.intake.sources import Source
from bus.intake.submission import Submission
from bus.intake.verifying.plain import SharedSecret
from bus.intake.verifying.secrets import Kind, kind_of
from bus.intake.verifying.verdict import Signed, Verdict
from bus.ports import Clock, Observer, Publisher
from bus.record import Message
from bus.topics.topology import Topology
from processors.intake.gates import Gate
from processors.telemetry import intake_names as names

_ID_BYTES = 10
_KNOWN_TO_MANY = frozenset({Kind.PUBLIC, Kind.GIVEN, Kind.NONE})
# Whoever has read these could send in somebody else's name.
_NOT_KEPT = frozenset(
    {
        *("authorization", "proxy-authorization", "cookie", "set-cookie"),
        *("x-api-key", "x-auth-token", "connection", "transfer-encoding"),
        *("content-length", "expect", "x-forwarded-for", "forwarded"),
    }
)


class Keeps(Protocol):
    """Where submissions are kept while Kafka takes none; see `bus.adapters.spool`."""

    def holds(self, source: str) -> bool:
        """Whether anything of a source is kept."""
        ...

    async def append(self, source: str, message: Message) -> None:
        """Keep a record for good; raises `SpoolError`."""
        ...


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came, before anything was looked at.

    Attributes:
        body: As it was signed.
        content: The same unpacked, if it was packed.
        headers: By name in small letters.
        via: webhook or file.
        keys: Public keys that were had for it, where it names them.
    """

    body: bytes
    content: bytes | None
    headers: Mapping[str, str]
    url: str
    address: str
    at: datetime
    via: str = "webhook"
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking at it: the verdict, and what would be kept."""

    verdict: Verdict
    raw: Raw
    key: str | None


class NotKeptError(Exception):
    """It was not kept: for now, or (`never`) as it is."""

    def __init__(self, why: str, *, never: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.never = never


def look(
    source: Source, channel: Channel, arrived: Arrived, new_id: str, shown_url: str
) -> Looked:
    """Verify over the bytes as they came, then take out what nobody may keep."""
    secrets = source.live_secrets(arrived.at)
    signed = Signed(
        arrived.body, arrived.headers, arrived.url, arrived.at, arrived.keys
    )
    verdict = channel.verifier.verify(signed, secrets)
    content = arrived.body if arrived.content is None else arrived.content
    if arrived.content is not None and not verdict.good:
        # Some sign what they have before they pack it.
        again = channel.verifier.verify(replace(signed, body=content), secrets)
        verdict = again if again.good else verdict
    element = _element(channel)
    hidden = kind_of(channel.verifier) not in _KNOWN_TO_MANY
    live = {one.id: one.value for one in secrets} if hidden else {}
    body, found = redacted(content, element, live)
    raw = Raw(
        id=new_id,
        submission=Submission(
            instance=source.id,
            body=body,
            headers=_kept_headers(channel, arrived),
            observed_at=arrived.at,
            via=arrived.via,
            settings=source.settings,
        ),
        channel=channel.name,
        verdict=verdict.reason,
        secret=verdict.secret or "",
        url=shown_url,
        address=arrived.address,
        redacted=found,
    )
    key = order_key(channel, body, arrived.headers, source.settings)
    return Looked(verdict, raw, key)


def _element(channel: Channel) -> str:
    """The name of what holds a secret in the document itself."""
    verifier = channel.verifier
    if isinstance(verifier, SharedSecret) and verifier.path is not None:
        return verifier.path.steps[-1] if verifier.path.steps else ""
    return ""


def _kept_headers(channel: Channel, arrived: Arrived) -> dict[str, str]:
    signature = str(getattr(channel.verifier, "header", ""))
    unpacked = {"content-encoding"} if arrived.content is not None else set()
    return {
        name: value
        for name, value in arrived.headers.items()
        if name not in _NOT_KEPT and name != signature and name not in unpacked
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Writes submissions; `patience_s` is how long Kafka may take to acknowledge one.

    Without a `spool` what Kafka does not take is not kept.
    """

    publisher: Publisher
    topology: Topology
    clock: Clock
    observer: Observer
    random_bytes: Callable[[int], bytes]
    spool: Keeps | None
    patience_s: float

    def new_id(self) -> str:
        """An id for a submission that comes now."""
        return submission_id(self.clock.now(), self.random_bytes(_ID_BYTES))

    def now(self) -> datetime:
        """The time."""
        return datetime.fromtimestamp(self.clock.now(), UTC)

    async def keep(self, gate: Gate, looked: Looked, *, retries: bool) -> str:
        """Return where it is once it is safe: `kafka`, or `disk`.

        What a sender that `retries` sends is never kept on disk.

        Raises:
            NotKeptError: it is not.
        """
        source = gate.source.id
        message = to_message(looked.raw, self.topology.raw_topic(source), looked.key)
        spool = None if retries else self.spool
        if spool is not None and spool.holds(source):
            await self._spool(spool, source, message)  # behind what is there
            return self._kept(looked, "disk")
        why = await self._publish(gate, message)
        if why is None:
            return self._kept(looked, "kafka")
        if spool is None:
            raise NotKeptError(why)
        await self._spool(spool, source, message)
        return self._kept(looked, "disk")

    async def _publish(self, gate: Gate, message: Message) -> str | None:
        """Write it; why Kafka does not take it, or None.

        Raises:
            NotKeptError: it never will.
        """
        outages, key = gate.outages, message.key
        outage = outages.of(key)
        if not outage.admits(self.clock.monotonic()):
            return outage.why
        try:
            async with asyncio.timeout(self.patience_s):
                await self.publisher.publish(message)
        except PublishError as error:
            if error.heals is Heals.NOTHING:
                raise NotKeptError(error.why, never=True) from None
            why = error.why
        except TimeoutError:
            why = f"no acknowledgement within {self.patience_s:g} s"
        else:
            away_s = outages.worked(key, self.clock.monotonic())
            if away_s is not None:
                self.observer.note(
                    names.BACK, source=gate.source.id, away_s=round(away_s, 1)
                )
            return None
        if outages.failed(key, self.clock.monotonic(), why):
            self.observer.note(names.AWAY, source=gate.source.id, why=why)
        return why

    async def _spool(self, spool: Keeps, source: str, message: Message) -> None:
        try:
            await spool.append(source, message)
        except SpoolError as error:
            self.observer.note(names.SPOOL_FAILS, source=source, why=str(error))
            raise NotKeptError(str(error)) from None
        self.observer.measure(names.SPOOLED, 1, source)

    def _kept(self, looked: Looked, where: str) -> str:
        raw = looked.raw
        source, size = raw.submission.instance, len(raw.submission.body)
        self.observer.measure(names.SUBMISSIONS, 1, source)
        self.observer.measure(names.BYTES, size, source)
        for what, count in raw.redacted.items():
            self.observer.measure(names.REDACTED, count, what)
        return where
