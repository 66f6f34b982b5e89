"""Files that a person hands over: each taken, or refused with the reason."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from bus.errors import InvalidSourceError, SourceNotFoundError
from bus.expected import among
from bus.intake.channels.definition import Channel
from bus.intake.collecting.entries import State, file_key
from bus.intake.collecting.packed import TooLongError
from bus.intake.converting import convert
from bus.intake.findings import CODES, Severity
from bus.intake.sources import Source
from bus.intake.submission import Submission
from processors.collecting.rounds import whole
from processors.collecting.taking import (
    Outcome,
    Parcel,
    Refused,
    Repeat,
    Taker,
    most_bytes,
    too_large,
)


class Table(Protocol):
    """The sources there are."""

    def get(self, source_id: str) -> Source | None:
        """One of them."""
        ...

    def all(self) -> Sequence[Source]:
        """All of them."""
        ...


class Channels(Protocol):
    """The channels there are."""

    def get(self, name: str) -> Channel | None:
        """One of them, if nothing is wrong with it."""
        ...


@dataclass(frozen=True, slots=True)
class FilesWorld:
    """What taking files by hand works with; `table` is loaded."""

    table: Table
    channels: Channels
    taker: Taker


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of a file.

    Attributes:
        outcome: None: nothing was written, it was only looked at.
        size: Bytes of it that were read.
        messages: What its messages come to by today's channel, by event; those that
            come to none stand under an empty name.
        findings: What holds them or has to be looked at, by code.
        why: What the first of each code says.
    """

    name: str
    outcome: Outcome | None
    size: int
    messages: Mapping[str, int] = field(default_factory=dict)
    findings: Mapping[str, int] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whose files these are, and how."""

    source: Source
    channel: Channel
    headers: Mapping[str, str] = field(default_factory=dict)
    again: bool = False
    dry_run: bool = False

    @property
    def most(self) -> int:
        """Bytes that a file may have."""
        return most_bytes(self.source, self.channel)


def recipient(
    world: FilesWorld, source_id: str, headers: Mapping[str, str]
) -> Recipient:
    """The source of this id, with its channel.

    Raises:
        SourceNotFoundError: there is none.
        InvalidSourceError: its channel is faulty, or gone.
    """
    source = world.table.get(source_id)
    if source is None:
        known = among(source_id, [one.id for one in world.table.all()])
        raise SourceNotFoundError(f"no source {source_id}; {known}")
    channel = world.channels.get(source.channel)
    if channel is None:
        why = f"{source.channel} is faulty; see: bus channels check {source.channel}"
        raise InvalidSourceError("channel", why)
    given = {**source.file_headers, **headers}
    return Recipient(source, channel, {k.lower(): v for k, v in given.items()})


async def hand(
    world: FilesWorld, to: Recipient, name: str, read: Callable[[int], bytes]
) -> Handed:
    """Take a file; `read` gives at most so many bytes of it, in a thread.

    Raises:
        OSError: it cannot be read.
        PublishError, TopicError, BrokerUnavailableError: Kafka cannot be used.
    """
    body = await asyncio.to_thread(read, to.most + 1)
    if len(body) > to.most:
        return Handed(name, Refused(too_large(to.most)), len(body))
    try:
        body = await whole(name, body, to.most)
    except (TooLongError, ValueError) as error:
        why = str(error) or too_large(to.most)
        return Handed(name, Refused(why), len(body))
    messages, findings, said = await asyncio.to_thread(_comes_to, world, to, body)
    if to.dry_run:
        known = await world.taker.ledger.find(file_key(to.source.id, body))
        repeat = known is not None and known.state is State.DONE and not to.again
        outcome: Outcome | None = Repeat(known) if known and repeat else None
    else:
        parcel = Parcel(name, body, to.headers, again=to.again)
        outcome = await world.taker.take(to.source, to.channel, parcel)
    return Handed(name, outcome, len(body), messages, findings, said)


def _comes_to(
    world: FilesWorld, to: Recipient, body: bytes
) -> tuple[Mapping[str, int], Mapping[str, int], Mapping[str, str]]:
    """What the messages of a file become, and what is found that matters."""
    now = datetime.fromtimestamp(world.taker.clock.now(), UTC)
    submission = Submission(
        instance=to.source.id,
        body=body,
        headers=to.headers,
        observed_at=now,
        via="file",
        settings=to.source.settings,
    )
    messages: Counter[str] = Counter()
    findings: Counter[str] = Counter()
    why: dict[str, str] = {}
    for part in convert(to.channel, submission):
        messages[part.event.type if part.event else ""] += 1
        for one in part.findings:
            if CODES[one.code][0] != Severity.ACCEPT:
                findings[one.code] += 1
                why.setdefault(one.code, one.text)
    return dict(messages), dict(findings), why
