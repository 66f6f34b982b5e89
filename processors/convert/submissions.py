"""Records of raw topics: converted, merged, judged; what follows goes to `outgoing`.

Read top to bottom: `handle` reads, `decide` says for each part what it is, and it is
told, parked or settled. All of that happens at once and in the order of records; only
writing takes time.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import assert_never

from bus.intake.converting import Converted
from bus.intake.fetching.template import fields_of
from bus.intake.fetching.wanted import Wanted
from bus.intake.findings import Finding
from bus.intake.health import words
from bus.intake.merging.fates import Held, Ignored, Merging, Repeat, Superseded, Told
from bus.intake.merging.identity import (
    anew,
    is_meant,
    name_of,
    owner_at,
    with_raw_findings,
    without_trust,
)
from bus.intake.merging.notes import Became, Note
from bus.intake.parked.item import Found, Item, Stage, found_by_conversion
from bus.intake.submission import Place
from bus.ports import Clock, Observer
from bus.record import Record
from bus.times import moment_of
from processors.convert.judging import Judge, with_found
from processors.convert.noticing import Noticing
from processors.convert.outgoing import Outgoing
from processors.convert.parking import item_of, stage_of
from processors.convert.reading import Read, Reading
from processors.convert.work import Settling, Work
from processors.delivery.partition import Partition
from processors.telemetry import convert_names as names

_GONE = ("gone",)


@dataclass(frozen=True, slots=True)
class Handling:
    """How a part is looked at.

    `released`: somebody decided that it goes on, whatever its signature and whatever
    the rules say that it `overrules`; `attempt` counts how often that was.
    """

    released: bool = False
    attempt: int = 0
    overrules: frozenset[str] = frozenset()


_AS_SENT = Handling()


class Submissions:
    """The handler of raw topics."""

    def __init__(  # noqa: PLR0913 - the parts of the program; made in one place
        self,
        *,
        reading: Reading,
        merging: Merging,
        judge: Judge,
        outgoing: Outgoing,
        noticing: Noticing,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._reading = reading
        self._merging = merging
        self._judge = judge
        self._outgoing = outgoing
        self._noticing = noticing
        self._clock = clock
        self._observer = observer

    def handle(self, partition: Partition, record: Record) -> None:
        """Take a record of a raw topic."""
        read = self._reading.read(record)
        if read is None:  # its source went between two looks; its topic goes with it
            partition.begin(record.offset, _GONE)
            return
        self._noticing.came(read)
        meant = [part for part in read.parts if is_meant(part, record.headers)]
        named = {name_of(part): part for part in meant}
        wanted = partition.ledger.remaining(record.offset, named)
        partition.begin(record.offset, wanted)
        for name in wanted:
            job = _Job(Settling(partition, record.offset, name), read, _AS_SENT)
            self._decide(job, named[name])

    def again(
        self, settling: Settling, read: Read, part: Converted, how: Handling
    ) -> None:
        """Take a part that somebody has released from the parked ones."""
        self._decide(_Job(settling, read, how), part)

    # ------------------------------------------------ what becomes of a part

    def _decide(self, job: "_Job", part: Converted) -> None:
        read, now = job.read, self._clock.now()
        prepared = self._prepared(job, part)
        if prepared is None:
            self._settle(job, "repeat")
            return
        part = prepared
        owner = owner_at(job.place, part.part, read.record.topic_id)
        fate = self._merging.decide(part, owner, read.channel.deduplicate_s, now)
        match fate:
            case Told():
                self._judged(job, part, fate)
            case Held(note=note):
                self._park(job, part, note, stage_of(part))
            case Superseded(note=note):
                self._merging.learn(note, now)
                self._noticing.became(job.read.source.id, words.SUPERSEDED)
                self._outgoing.put(self._work(job, part, note))
            case Repeat():
                self._settle(job, "repeat")
            case Ignored():
                self._settle(job, "ignored")
            case _:
                assert_never(fate)

    def _prepared(self, job: "_Job", part: Converted) -> Converted | None:
        """A part as its submission came in; None: its replay repeats a repeat."""
        raw = job.read.raw
        part = with_raw_findings(part, raw.findings)
        if not job.how.released:
            part = without_trust(part, raw)
        if raw.submission.via != "replay" or raw.of is None:
            return part
        first = owner_at(raw.of, part.part, job.read.record.topic_id)
        seen, now = self._merging.seen, self._clock.now()
        is_repeat = seen.belongs_to_another(part.key, first, now)
        return None if is_repeat else anew(part, raw.id)

    def _judged(self, job: "_Job", part: Converted, told: Told) -> None:
        """Tell an event, unless a rule holds it."""
        observed = job.read.raw.submission.observed_at
        judged = self._judge.judge(told.event, job.read.source, observed)
        event = with_found(told.event, judged.found)
        part = replace(part, event=event, made=event.data)
        if judged.held_beside(job.how.overrules):
            note = replace(told.note, became=Became.PARKED, version=None)
            self._park(job, part, note, Stage.RULE, judged.found)
            return
        self._noticing.told(job.read, event)
        self._merging.learn(told.note, self._clock.now())
        instead = partial(self._never_taken, job, part)
        wanted = self._wanted(job, part, opens=told.opens)
        self._outgoing.put(
            replace(
                self._work(job, part, told.note),
                event=event,
                instead=instead,
                wanted=wanted,
            )
        )

    def _park(
        self,
        job: "_Job",
        part: Converted,
        note: Note,
        stage: Stage,
        found: tuple[Found, ...] = (),
    ) -> None:
        self._noticing.became(job.read.source.id, f"{words.PARKED}.{stage.value}")
        self._merging.learn(note, self._clock.now())
        item = self._item(job, part, stage, found)
        self._outgoing.put(replace(self._work(job, part, note), item=item))

    def _settle(self, job: "_Job", result: str) -> None:
        self._observer.measure(names.CONVERTED, 1, result)
        self._noticing.became(job.read.source.id, result)
        if result == "repeat":
            self._observer.measure(names.REPEATS_BY, 1, job.read.source.id)
        job.settling.settle()

    # ------------------------------------------------ what is written

    def _work(self, job: "_Job", part: Converted, note: Note) -> Work:
        return Work(
            settling=job.settling,
            lane=(part.order_id or str(part.key)).encode(errors="surrogatepass"),
            source=job.read.source.id,
            since=job.read.raw.submission.observed_at,
            note=note,
        )

    def _item(
        self, job: "_Job", part: Converted, stage: Stage, found: tuple[Found, ...] = ()
    ) -> Item:
        now = moment_of(self._clock.now() * 1000)
        return item_of(job.read, part, stage, now, found, job.how.attempt)

    def _never_taken(self, job: "_Job", part: Converted, why: str) -> Item:
        found = found_by_conversion(Finding("not_published", why))
        return self._item(job, part, Stage.MAP, (found,))

    def _wanted(self, job: "_Job", part: Converted, *, opens: bool) -> Wanted | None:
        """What is to be fetched after a part is told; None: nothing."""
        read, fetch = job.read, job.read.channel.fetch
        if fetch is None or read.source.fetch is None or part.made is None:
            return None
        is_thin = part.native_type in fetch.after or opens
        if read.raw.submission.fetched or not is_thin:
            return None
        return Wanted(
            source=read.source.id,
            order_id=part.order_id,
            fields=fields_of(fetch.url, part.made),
            place=job.place,
            part=part.part,
            key=read.record.key,
            since=read.raw.submission.observed_at,
        )


@dataclass(frozen=True, slots=True)
class _Job:
    """A part's submission, how it is looked at, and where it is settled."""

    settling: Settling
    read: Read
    how: Handling

    @property
    def place(self) -> Place:
        record = self.read.record
        return Place(record.topic, record.partition, record.offset)
