"""From a record's bytes to an event: one parsed schema an id, fetched once.

What a schema is, is asked for beside the flow: only the partitions whose next record
needs it wait, and not without end for a schema that the registry refuses to give.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bus.contracts.framing import named, needed, split
from bus.contracts.writers import Writer, parse_writer, read
from bus.delivery.delivery import Origin
from bus.delivery.headers import build_event, read_state
from bus.delivery.patience import Patience
from bus.delivery.structured import is_json
from bus.errors import (
    ConfigurationError,
    DecodeError,
    RegistryUnavailableError,
    SchemaNotFoundError,
    undecodable,
)
from bus.event import Event
from bus.native.heads import read_attributes
from bus.native.reading import read as read_lazily
from bus.ports import Clock, Observer, Schemas
from bus.record import Record, SchemaRef
from processors.delivery.json_events import JsonEvents
from processors.delivery.oddities import Looks, Oddities
from processors.telemetry import names

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_ASK_AGAIN_S = 5.0
_REFUSALS = 10_000


class _Known(NamedTuple):
    id: int
    writer: Writer


class _Refusal(NamedTuple):
    why: str
    until: float


@dataclass(slots=True)
class _Question:
    """A schema that is being asked for, and how many wait for the answer."""

    task: asyncio.Task[None]
    since: float
    waiting: int = 0
    said: str = "no answer yet"


class Decoder:
    """Decodes records that are `ready`; `fetch` makes them so.

    With `lazily` an event's data is decoded when it is looked into: for those who
    mostly send it on.
    """

    def __init__(
        self,
        schemas: Schemas,
        clock: Clock,
        observer: Observer,
        patience: Patience | None = None,
        oddities: Looks | None = None,
        *,
        lazily: bool = False,
    ) -> None:
        self._read = read_lazily if lazily else read
        self._schemas = schemas
        self._clock = clock
        self._observer = observer
        self._oddities: Looks = oddities or Oddities(observer)
        self._patience = patience or Patience()
        self._json = JsonEvents(
            schemas, clock, observer, self._patience, self._oddities
        )
        self._known: dict[SchemaRef, _Known] = {}
        self._refusals: OrderedDict[SchemaRef, _Refusal] = OrderedDict()
        self._asking: dict[SchemaRef, _Question] = {}

    def all_known(self, batch: Sequence[Record]) -> bool:
        """Whether the schemas of a batch are all at hand: the usual case."""
        known = self._known
        for record in batch:
            ref = needed(record)
            if ref not in known and (ref is not None or is_json(record)):
                return False
        return True

    def ready(self, record: Record) -> bool:
        """Whether `decode` has an answer for this record now."""
        if is_json(record):
            return self._json.ready(record)
        ref = needed(record)
        return ref is None or ref in self._known or self._refused(ref)

    async def fetch(self, record: Record) -> None:
        """Ask for the schema of a record until there is an answer, good or bad."""
        if is_json(record):
            await self._json.fetch(record)
            return
        ref = needed(record)
        if ref is None:
            return
        question = self._asking.get(ref) or self._ask(ref)
        question.waiting += 1
        try:
            await asyncio.shield(question.task)
        finally:
            question.waiting -= 1
            if not question.waiting:  # whoever waited has gone: nobody wants to know
                question.task.cancel()
                if self._asking.get(ref) is question:
                    del self._asking[ref]

    def decode(self, record: Record) -> Event:
        """Turn a record that is `ready` into its event.

        Raises:
            DecodeError: this record cannot be decoded, now or later; says why.
        """
        try:
            return self._decode(record)
        except Exception as error:
            raise undecodable(error) from error

    def _decode(self, record: Record) -> Event:
        if record.value is None:
            why = record.unreadable or "a record without value is no event"
            raise DecodeError(why)
        if is_json(record):
            return self._json.decode(record)
        attributes = read_attributes(record)
        known, body = self._written_with(record)
        schema, data = self._read(known.writer, body)
        self._oddities.look(record, attributes, schema.event_type)
        return build_event(record, attributes, data, known.id, schema.event_type)

    def fields(self, record: Record) -> Mapping[str, object]:
        """Return what a record that is `ready` holds in Avro, event or not.

        Raises:
            DecodeError: this record cannot be decoded, now or later; says why.
        """
        try:
            known, body = self._written_with(record)
            return read(known.writer, body)[1]
        except Exception as error:
            raise undecodable(error) from error

    def _written_with(self, record: Record) -> tuple[_Known, bytes]:
        """The schema a record was written with, and the Avro body."""
        ref, body = split(record)
        known = self._known.get(ref)
        if known is None:
            refusal = self._refusals.get(ref)
            why = refusal.why if refusal else f"schema {named(ref)} was not fetched"
            raise DecodeError(why)
        return known, body

    # ------------------------------------------------ who waits for what

    def waits(self) -> Mapping[str, float]:
        """For how long which schemas have been asked for, seconds."""
        now = self._clock.monotonic()
        asked = {named(ref): now - q.since for ref, q in self._asking.items()}
        return {**asked, **self._json.waits()}

    def said(self, record: Record) -> str:
        """What a record waits for, since when, and what the registry said last."""
        if is_json(record):
            return self._json.said(record)
        ref = needed(record)
        question = None if ref is None else self._asking.get(ref)
        if ref is None or question is None:
            return "a schema"
        waited_s = self._clock.monotonic() - question.since
        return f"schema {named(ref)}, {waited_s:.0f} s: {question.said}"

    # ------------------------------------------------ asking

    def _ask(self, ref: SchemaRef) -> _Question:
        task = asyncio.create_task(self._answer(ref), name=f"schema {ref}")
        question = self._asking[ref] = _Question(task, self._clock.monotonic())
        return question

    async def _answer(self, ref: SchemaRef) -> None:
        pause_s = _FIRST_PAUSE_S
        while (left_s := await self._try(ref)) > 0:
            await self._clock.sleep(min(pause_s, left_s))
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        if ref in self._known:
            self._patience.settled(ref)
        self._asking.pop(ref, None)

    async def _try(self, ref: SchemaRef) -> float:
        """Ask once; return how much longer to try, 0: there is an answer."""
        asked_at = self._clock.monotonic()
        try:
            found = await self._schemas.by_id(ref)
            self._known[ref] = _Known(found.id, parse_writer(found.text))
        except SchemaNotFoundError:
            why = f"the registry has no schema with {named(ref)}"
            self._refuse(ref, why, _ASK_AGAIN_S)
        except ConfigurationError as error:
            why = f"schema {named(ref)} cannot be used: {error}"
            self._refuse(ref, why, _ASK_AGAIN_S)
        except RegistryUnavailableError as error:
            return await self._judge(ref, str(error), asked_at)
        return 0.0

    async def _judge(self, ref: SchemaRef, why: str, asked_at: float) -> float:
        """Is the registry away, or does it refuse this schema alone?"""
        if question := self._asking.get(ref):
            question.said = why
        if not await self._schemas.answers(ref):
            self._patience.away(ref)
            self._observer.note(names.REGISTRY_LOST, why=why)
            return _LONGEST_PAUSE_S
        self._observer.note(names.SCHEMA_REFUSED, schema=named(ref), why=why)
        left_s = self._patience.refused(ref, asked_at)
        if left_s <= 0:
            given_up = f"the registry does not give schema {named(ref)}: {why}"
            self._refuse(ref, given_up, self._patience.again_s)
        return left_s

    def _refuse(self, ref: SchemaRef, why: str, again_s: float) -> None:
        self._refusals[ref] = _Refusal(why, self._clock.monotonic() + again_s)
        self._refusals.move_to_end(ref)
        if len(self._refusals) > _REFUSALS:
            self._refusals.popitem(last=False)

    def _refused(self, ref: SchemaRef) -> bool:
        refusal = self._refusals.get(ref)
        return refusal is not None and self._clock.monotonic() < refusal.until


def as_sent(record: Record) -> Record:
    """Return a hop's record as its schema is to be looked for.

    Avro names its schema by itself. JSON does so by its topic, which is the source's.
    """
    if not is_json(record):
        return record
    try:
        return at_origin(record, read_state(record).origin)
    except DecodeError:  # it is put aside for that when its turn comes
        return record


def at_origin(record: Record, origin: Origin) -> Record:
    """Return a hop's record as it stood in its source topic.

    What a foreign producer left out is made up from the record's place, which must
    be the same on every way.
    """
    return record._replace(
        topic=origin.topic,
        partition=origin.partition,
        offset=origin.offset,
        timestamp_ms=origin.own_ms,
        topic_id=origin.topic_id,
    )
