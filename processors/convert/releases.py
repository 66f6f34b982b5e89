"""Records of `intake.parked`: what people release is told, or converted once more.

Only releases are of interest here; parked items and all other decisions are settled as
they are read. At least once: a release that is read twice gives the same ids.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID, uuid5

from bus.contracts.catalogue import Catalogue
from bus.contracts.natural import take_json
from bus.errors import DecodeError, InvalidEventError
from bus.event import Event
from bus.intake.findings import Finding
from bus.intake.merging.fates import Merging, is_whole
from bus.intake.merging.notes import Became, Note
from bus.intake.merging.tables import Owner
from bus.intake.merging.versions import version_of
from bus.intake.parked.decisions import Decision, Kind
from bus.intake.parked.item import Item, Stage, found_by_conversion, item_id
from bus.intake.parked.records import read_parked
from bus.intake.sources import Source
from bus.ports import Clock, LogReader, Observer
from bus.record import Record
from bus.times import moment_of
from processors.convert.outgoing import Outgoing
from processors.convert.parking import of_source
from processors.convert.reading import Read, Reading, Sources, read_parts
from processors.convert.submissions import Handling, Submissions
from processors.convert.work import Settling, Work
from processors.delivery.partition import Partition
from processors.telemetry import convert_names as names
from processors.telemetry.names import BUG

_NAMESPACE = UUID("7d2a4c11-53c6-5c5e-8a0a-8f4a5b4f3c21")
_NAME = "release"
_LOOK_S = 1.0
_KEPT_S = 7 * 86_400
_MOST_VERSIONS = 50_000


class _First:
    """Of decisions on one version of an item the first counts, as for every reader.

    They were made at the same moment, so that the newest are enough to know them by.
    A record that is read again counts as it did.
    """

    def __init__(self) -> None:
        self._offsets: dict[tuple[str, str, int], int] = {}

    def takes(self, decision: Decision, record: Record) -> bool:
        """Whether no other has come before this one."""
        version = (record.topic_id, decision.id, decision.on)
        first = self._offsets.setdefault(version, record.offset)
        if len(self._offsets) > _MOST_VERSIONS:
            del self._offsets[next(iter(self._offsets))]
        return not decision.on or first == record.offset


class Releases:
    """The handler of the topic of parked items."""

    def __init__(  # noqa: PLR0913 - the parts of the program; made in one place
        self,
        *,
        sources: Sources,
        reading: Reading,
        reader: LogReader,
        catalogue: Catalogue,
        submissions: Submissions,
        merging: Merging,
        outgoing: Outgoing,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._sources = sources
        self._reading = reading
        self._reader = reader
        self._catalogue = catalogue
        self._submissions = submissions
        self._merging = merging
        self._outgoing = outgoing
        self._clock = clock
        self._observer = observer
        self._first = _First()
        self._tasks: set[asyncio.Task[None]] = set()

    def handle(self, partition: Partition, record: Record) -> None:
        """Take a record of the topic."""
        decision = self._release(record)
        if decision is None:
            partition.begin(record.offset, ())
            return
        wanted = partition.ledger.remaining(record.offset, (_NAME,))
        partition.begin(record.offset, wanted)
        if wanted:
            settling = Settling(partition, record.offset, _NAME)
            self._soon(self._released(settling, decision))

    def _release(self, record: Record) -> Decision | None:
        if record.value is None:
            return None
        try:
            entry = read_parked(record)
        except DecodeError as error:
            place = f"{record.topic}/{record.partition}/{record.offset}"
            self._observer.note(names.RELEASE_UNREADABLE, at=place, why=str(error))
            return None
        if not isinstance(entry, Decision) or not self._first.takes(entry, record):
            return None
        return entry if entry.kind is Kind.RELEASED else None

    # ------------------------------------------------ steps

    async def _released(self, settling: Settling, decision: Decision) -> None:
        source = self._sources.get(decision.source)
        if source is None:
            self._unfound(settling, decision, "its source is gone")
        elif decision.payload is not None:
            self._tell(settling, decision, source)
        else:
            await self._convert(settling, decision, source)

    def _tell(self, settling: Settling, decision: Decision, source: Source) -> None:
        """Tell what somebody has looked at or edited, as it is; no rule is asked."""
        try:
            event = self._event(decision, source)
        except InvalidEventError as error:
            finding = Finding("not_of_schema", str(error), error.field)
            self._outgoing.put(self._parked(settling, decision, source, finding))
            return
        now = self._clock.now()
        whole = version_of(event.data) if is_whole(event.type, event.data) else None
        owner = Owner(f"{settling.partition.tp.topic}/{decision.id}#{decision.release}")
        until_s = int(now + _KEPT_S)
        note = Note(
            UUID(event.id), owner, until_s, Became.TOLD, event.subject, version=whole
        )
        self._merging.learn(note, now)
        work = self._work(settling, event.subject, source, decision.at)
        instead = partial(self._never_taken, decision, source)
        self._outgoing.put(replace(work, event=event, note=note, instead=instead))

    def _event(self, decision: Decision, source: Source) -> Event:
        schema = self._catalogue.schema(decision.event_type)
        data, _ = take_json(schema, dict(decision.payload or {}))
        moment = data.get("occurred_at")
        return Event(
            id=str(uuid5(_NAMESPACE, f"{decision.id} {decision.release}")),
            type=decision.event_type,
            source=f"/intake/{source.id}",
            subject=str(data["order_id"]),
            time=moment if isinstance(moment, datetime) else decision.at,
            data=data,
        )

    async def _convert(
        self, settling: Settling, decision: Decision, source: Source
    ) -> None:
        """Convert its submission once more, by today's mapping.

        Today's rules are asked, too; those that held it are overruled.
        """
        place = decision.place
        record = None
        if place is not None:
            record = await self._reader.at(place.topic, place.partition, place.offset)
        if record is None:
            finding = Finding("unforeseen", "its submission is not kept any more")
            self._outgoing.put(self._parked(settling, decision, source, finding))
            return
        while (known := self._reading.known(record)) is None:
            await self._clock.sleep(_LOOK_S)
        read = await asyncio.to_thread(read_parts, known)
        how = Handling(
            released=True,
            attempt=decision.release,
            overrules=frozenset(decision.overrules),
        )
        same = [part for part in read.parts if part.part == decision.part]
        parts = [part for part in same if _is_meant(read, part.section, decision)]
        parts = parts or same[:1]
        if not parts:
            self._unfound(
                settling, decision, "its submission has no such part any more"
            )
            return
        self._submissions.again(settling, read, parts[0], how)

    # ------------------------------------------------ what cannot go on

    def _parked(
        self, settling: Settling, decision: Decision, source: Source, finding: Finding
    ) -> Work:
        """It is parked once more, with what is wrong now."""
        item = self._item(decision, source, finding)
        order = str((decision.payload or {}).get("order_id") or decision.id)
        work = self._work(settling, order, source, decision.at)
        return replace(work, item=item)

    def _item(self, decision: Decision, source: Source, finding: Finding) -> Item:
        return Item(
            id=decision.id,
            stage=Stage.MAP,
            place=decision.place,
            part=decision.part,
            event_type=decision.event_type,
            order_id=str((decision.payload or {}).get("order_id") or ""),
            payload=decision.payload,
            findings=(found_by_conversion(finding),),
            at=moment_of(self._clock.now() * 1000),
            attempt=decision.release,
            **of_source(source),
        )

    def _never_taken(self, decision: Decision, source: Source, why: str) -> Item:
        return self._item(decision, source, Finding("not_published", why))

    def _unfound(self, settling: Settling, decision: Decision, why: str) -> None:
        self._observer.note(names.RELEASE_UNREADABLE, item=decision.id, why=why)
        settling.settle()

    @staticmethod
    def _work(settling: Settling, lane: str, source: Source, since: datetime) -> Work:
        key = lane.encode(errors="surrogatepass")
        return Work(settling=settling, lane=key, source=source.id, since=since)

    def _soon(self, step: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(self._safely(step))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _safely(self, step: Coroutine[object, object, None]) -> None:
        try:
            await step
        except Exception as error:  # noqa: BLE001 - a bug; it stays open, others go on
            self._observer.note(BUG, why=repr(error), exc_info=error)


def _is_meant(read: Read, section: str, decision: Decision) -> bool:
    """Whether a part is the one that was parked."""
    place, source = decision.place, read.source.id
    return place is not None and (
        item_id(source, place, decision.part, section) == decision.id
    )
