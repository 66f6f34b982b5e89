"""A file on its way to Kafka, once: known already? begun, written, noted as done."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeAlias

from bus.errors import Heals, PublishError
from bus.intake.channels.definition import Channel
from bus.intake.collecting.entries import (
    IN_TIME_S,
    STALE_S,
    Entry,
    State,
    file_key,
)
from bus.intake.raw import place_text, read_raw, submission_id, to_message
from bus.intake.sources import LARGEST_BODY, Source, Unverified
from bus.intake.submission import Place
from bus.intake.verifying.verdict import Reason, Verdict
from bus.ports import Clock, LogReader, Observer, Publisher
from bus.topics.topology import Topology
from processors.collecting.ledger import Ledger
from processors.intake.keeping import Arrived, Looked, look
from processors.telemetry import intake_names as names

_ID_BYTES = 10
_MARGIN_MS = 60_000
_UNSIGNED = frozenset({Reason.UNSIGNED, Reason.NO_SECRET})


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be taken.

    Attributes:
        name: What the file is called.
        headers: That a webhook would have had, where the channel goes by one.
        stamp: What tells this file from another of the same bytes; empty: nothing.
        again: Whether it is taken though the same bytes were.
    """

    name: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    stamp: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """It is in Kafka: as which submission, where, and what was taken out of it."""

    id: str
    place: str
    redacted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same bytes of this source were taken before."""

    of: Entry


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else is at it, or was when it died; asked again later it is settled."""

    wait_s: float


@dataclass(frozen=True, slots=True)
class Refused:
    """It is not kept as it is, and says why."""

    why: str


Outcome: TypeAlias = Taken | Repeat | Busy | Refused

EMPTY = "empty: there is nothing in it"


def most_bytes(source: Source, channel: Channel) -> int:
    """How large a file of a source may be: what one record can hold, or less."""
    return source.max_body or min(channel.limit, LARGEST_BODY)


def too_large(most: int, size: int | None = None) -> str:
    """What is said of a file that is larger."""
    has = "" if size is None else f"it has {size:,} bytes, "
    return f"too large: {has}a file may have {most:,}; send it in parts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Takes files; `random_bytes` gives so many, for ids."""

    ledger: Ledger
    reader: LogReader
    publisher: Publisher
    topology: Topology
    clock: Clock
    observer: Observer
    random_bytes: Callable[[int], bytes]

    async def take(self, source: Source, channel: Channel, parcel: Parcel) -> Outcome:
        """Bring a file to the raw topic of its source; return once it is there.

        Raises:
            PublishError, TopicError, BrokerUnavailableError: Kafka cannot be used; it
                may be there, and the next try knows.
        """
        if (why := _why_not(source, channel, parcel)) is not None:
            return Refused(why)
        key = file_key(source.id, parcel.body)
        known = await self.ledger.find(key)
        if known is not None:
            said = await self._known(source, known, parcel)
            if said is not None:
                return said
        looked = await self._looked(source, channel, parcel)
        if not looked.verdict.good and source.unverified is Unverified.REFUSE:
            text = looked.verdict.text
            return Refused(
                f"its signature is {looked.verdict.reason.value}"
                + (f": {text}" if text else "")
            )
        return await self._begun(source, key, parcel, looked, known)

    # ------------------------------------------------ steps

    async def _known(
        self, source: Source, known: Entry, parcel: Parcel
    ) -> Outcome | None:
        """What comes of a file that somebody has begun; None: take it."""
        if known.state is State.DONE:
            if parcel.stamp and parcel.stamp == known.stamp:
                return Taken(known.id, known.place)  # the very file, moved too late
            return None if parcel.again else Repeat(known)
        age_s = self.clock.now() - known.at
        if age_s < STALE_S:
            return Busy(max(0.0, STALE_S - age_s))
        place = await self._written(source, known)
        if place is None:
            return None
        done = await self._done(known, place)
        if parcel.stamp and parcel.stamp == known.stamp:
            return Taken(done.id, done.place)
        return None if parcel.again else Repeat(done)

    async def _written(self, source: Source, known: Entry) -> str | None:
        """Where the submission stands of a file that was begun; None: nowhere."""
        since_ms = int(known.at * 1000) - _MARGIN_MS
        topic = self.topology.raw_topic(source.id)
        found: str | None = None
        async for batch in self.reader.read(topic, since_ms=since_ms):
            for record in batch:
                if found is None and read_raw(record).id == known.id:
                    place = Place(record.topic, record.partition, record.offset)
                    found = place_text(place)
        return found

    async def _looked(self, source: Source, channel: Channel, parcel: Parcel) -> Looked:
        """Verified, what nobody may keep taken out; in a thread, files are large.

        Whoever could give us the file is trusted with it, so it need not be signed;
        a signature that is there has to be right.
        """
        now = self.clock.now()
        arrived = Arrived(
            body=parcel.body,
            content=None,
            headers=parcel.headers,
            url=source.url,
            address="",
            at=datetime.fromtimestamp(now, UTC),
            via="file",
        )
        new_id = submission_id(now, self.random_bytes(_ID_BYTES))
        looked = await asyncio.to_thread(look, source, channel, arrived, new_id, "")
        if looked.verdict.reason not in _UNSIGNED:
            return looked
        verdict = Verdict(Reason.NOT_CHECKED)
        raw = replace(looked.raw, verdict=verdict.reason)
        return replace(looked, verdict=verdict, raw=raw)

    async def _begun(
        self,
        source: Source,
        key: str,
        parcel: Parcel,
        looked: Looked,
        known: Entry | None,
    ) -> Outcome:
        mine = Entry(
            key=key,
            id=looked.raw.id,
            state=State.BEGUN,
            at=self.clock.now(),
            name=parcel.name,
            stamp=parcel.stamp,
            over="" if known is None else known.id,
        )
        stands = await self.ledger.write(mine)
        if stands.id != mine.id or self.clock.now() - mine.at > IN_TIME_S:
            return Busy(STALE_S)
        topic = self.topology.raw_topic(source.id)
        message = to_message(looked.raw, topic, looked.key)
        try:
            written = await self.publisher.publish(message)
        except PublishError as error:
            if error.heals is Heals.NOTHING:
                return Refused(f"Kafka never takes it: {error.why}")
            raise
        place = Place(written.topic, written.partition, written.offset)
        done = await self._done(mine, place_text(place))
        self._count(source.id, looked)
        return Taken(done.id, done.place, looked.raw.redacted)

    async def _done(self, entry: Entry, place: str) -> Entry:
        done = replace(entry, state=State.DONE, place=place, at=self.clock.now())
        return await self.ledger.write(done)

    def _count(self, source: str, looked: Looked) -> None:
        self.observer.measure(names.SUBMISSIONS, 1, source)
        self.observer.measure(names.BYTES, len(looked.raw.submission.body), source)
        for what, count in looked.raw.redacted.items():
            self.observer.measure(names.REDACTED, count, what)


def _why_not(source: Source, channel: Channel, parcel: Parcel) -> str | None:
    most = most_bytes(source, channel)
    if not parcel.body.strip():
        return EMPTY
    if len(parcel.body) > most:
        return too_large(most, len(parcel.body))
    return None
