"""Sources on a real bus, what they sent, and what convert has told of it."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree, ignore_patterns
from uuid import uuid4

from bus.adapters.kafka import Connection, KafkaTopics
from bus.client.channels import channels_folder, read_channel, read_samples
from bus.contracts.codec import decode
from bus.contracts.framing import FRAME
from bus.intake.channels.definition import Channel
from bus.intake.raw import Raw, submission_id, to_message
from bus.intake.samples import Sample
from bus.intake.sources import Source, parse_source
from bus.intake.submission import Submission
from bus.intake.verifying.verdict import Reason
from bus.record import Message, Record
from bus.times import read_rfc3339
from bus.topics.topic import TopicState
from processors.sources.stored import store
from processors.wiring.adapters import read_keys
from tests.support.bus import Bus, Worker
from tests.support.channels import CATALOGUE

TOPIC = "oms.intake"


@dataclass(frozen=True, slots=True)
class Told:
    """An event on `oms.intake`."""

    id: str
    type: str
    order_id: str
    data: Mapping[str, object]


def shipped(name: str) -> tuple[Channel, Sequence[Sample]]:
    """A channel that comes with the bus, and its samples."""
    place = channels_folder() / name
    loaded = read_channel(place, CATALOGUE)
    assert loaded.channel is not None
    return loaded.channel, read_samples(place)


@dataclass
class Intake:
    """Sources of one bus; their ids are like no other test's."""

    bus: Bus
    suffix: str = field(default_factory=lambda: uuid4().hex[:8])

    async def open(self) -> None:
        """Make the topic that all tests share: events are told apart by source."""
        topics = KafkaTopics(Connection(self.bus.settings.librdkafka()))
        await topics.create([TopicState(TOPIC, 6, 1)])

    async def run(self) -> Worker:
        """Start a convert without rules."""
        folder = channels_copy(self.bus.folder)
        return await self.bus.run("convert", schemas_dir=folder)

    async def add(self, channel: str, **fields: object) -> Source:
        """A source of a channel, its topics made."""
        given = {"id": f"{channel}-{self.suffix}", "channel": channel, **fields}
        source = parse_source(given)
        world = self.bus.world
        fetches = source.fetch is not None
        topics = world.topology.topics_of_source(source.id, fetches=fetches)
        await world.topics.create(topics)
        value = store(source, read_keys(self.bus.settings), os.urandom)
        key = source.id.encode()
        await self.bus.publisher.publish(
            Message(world.topology.intake_sources, key, value)
        )
        return source

    def message(
        self,
        source: Source,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        at: datetime | None = None,
        key: str | None = None,
    ) -> Message:
        """The record of a submission of the source's."""
        moment = at or datetime.now(UTC)
        submission = Submission(source.id, body, headers or {}, moment)
        raw = Raw(
            id=submission_id(moment.timestamp(), os.urandom(10)),
            submission=submission,
            channel=source.channel,
            verdict=Reason.VERIFIED,
        )
        return to_message(raw, self.bus.world.topology.raw_topic(source.id), key)

    async def send_samples(
        self, source: Source, channel: Channel, samples: Sequence[Sample]
    ) -> None:
        """Send samples of its channel, in order, as one key."""
        at = read_rfc3339(channel.samples.observed_at)
        for sample in samples:
            message = self.message(source, sample.body, sample.headers, at, "k")
            await self.bus.publisher.publish(message)

    async def told(self, *sources: Source) -> list[Told]:
        """The events of these sources, in order within each order."""
        wanted = {f"/intake/{source.id}" for source in sources}
        found = []
        for record in await self.bus.records(TOPIC):
            headers = {name: value.decode() for name, value in record.headers}
            if headers.get("ce_source") in wanted:
                found.append(_told(record, headers))
        return found

    async def parked(self, *sources: Source) -> list[Mapping[str, object]]:
        """The parked items of these sources."""
        records = await self.bus.records(self.bus.world.topology.parked)
        items = [json.loads(record.value or b"{}") for record in records]
        wanted = {source.id for source in sources}
        return [item for item in items if item.get("source") in wanted]


def _told(record: Record, headers: Mapping[str, str]) -> Told:
    kind = headers["ce_type"]
    data = decode(CATALOGUE.schema(kind), (record.value or b"")[FRAME.size :])
    return Told(headers["ce_id"], kind, str(data["order_id"]), data)


def channels_copy(folder: Path) -> Path:
    """A folder of schemas of a test's own, whose channels it may change.

    It has no rules: what is told depends on the channels alone.
    """
    place = folder / "schemas"
    if not place.exists():
        copytree(channels_folder().parent, place, ignore=ignore_patterns("rules"))
    return place
