"""Events in JSON: their schemas, which no number in the record names.

The registry's versions of a type are kept, and asked for again when data fits none of
them: a producer may have registered a newer one a moment ago.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bus.client.typed import parsed_versions
from bus.delivery.headers import printable
from bus.delivery.patience import Patience
from bus.delivery.structured import TypeOnTopic, Version, event_of, open_json
from bus.errors import DecodeError, RegistryUnavailableError
from bus.event import Event
from bus.ports import Clock, Observer, Schemas
from bus.record import Record
from processors.delivery.oddities import Looks
from processors.telemetry import names

_FRESH_S = 1.0
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_REMEMBERED = 10_000
_UNKNOWN = 1_000
_LOOKED = 1_024


class _Place(NamedTuple):
    """Which record it was, on its source topic."""

    topic: str
    partition: int
    offset: int


class _Known(NamedTuple):
    versions: tuple[Version, ...]
    at: float
    refused: str = ""


@dataclass(slots=True)
class _Question:
    """A type's schemas that are being asked for, and how many partitions wait."""

    since: float
    waiting: int = 0
    said: str = "no answer yet"


class JsonEvents:
    """Decodes records for which `bus.delivery.structured.is_json` holds.

    As with the decoder, a record has to be `ready`, and `fetch` makes it so.
    """

    def __init__(
        self,
        schemas: Schemas,
        clock: Clock,
        observer: Observer,
        patience: Patience,
        oddities: Looks,
    ) -> None:
        self._patience = patience
        self._oddities = oddities
        self._schemas = schemas
        self._clock = clock
        self._observer = observer
        self._known: OrderedDict[TypeOnTopic, _Known] = OrderedDict()
        self._unknown: OrderedDict[TypeOnTopic, _Known] = OrderedDict()
        self._looked: OrderedDict[_Place, None] = OrderedDict()
        self._asking: dict[TypeOnTopic, _Question] = {}

    def ready(self, record: Record) -> bool:
        """Whether `decode` has an answer for this record now."""
        try:
            opened = open_json(record)
        except DecodeError:
            return True
        if _Place(*record[:3]) in self._looked:
            return True
        known = self._held(opened.schema)
        if known is None:
            return False
        try:
            event_of(record, opened, known.versions)
        except DecodeError:
            return self._clock.monotonic() - known.at < _FRESH_S
        return True

    async def fetch(self, record: Record) -> None:
        """Ask for the versions of a record's type until there is an answer.

        A registry that is away is waited for, one that refuses this alone for a while.
        """
        try:
            wanted = open_json(record).schema
        except DecodeError:
            return
        question = self._asking.setdefault(wanted, _Question(self._clock.monotonic()))
        question.waiting += 1
        try:
            await self._answer(wanted)
        finally:
            question.waiting -= 1
            if not question.waiting:
                del self._asking[wanted]
        self._looked[_Place(*record[:3])] = None
        if len(self._looked) > _LOOKED:
            self._looked.popitem(last=False)

    def decode(self, record: Record) -> Event:
        """Turn a record that is `ready` into its event.

        Raises:
            DecodeError: this record cannot be decoded, now or later; says why.
        """
        opened = open_json(record)
        known = self._held(opened.schema)
        try:
            event = event_of(record, opened, known.versions if known else ())
        except DecodeError:
            if known is not None and known.refused:
                raise DecodeError(known.refused) from None
            raise
        self._oddities.look(record, opened.attributes, event.type)
        return event

    # ------------------------------------------------ who waits for what

    def waits(self) -> Mapping[str, float]:
        """For how long the schemas of which types have been asked for, seconds."""
        now = self._clock.monotonic()
        return {_named(wanted): now - q.since for wanted, q in self._asking.items()}

    def said(self, record: Record) -> str:
        """What a record waits for, since when, and what the registry said last."""
        try:
            wanted = open_json(record).schema
            question = self._asking[wanted]
        except (DecodeError, KeyError):
            return "a schema"
        waited_s = self._clock.monotonic() - question.since
        return f"the schemas {_named(wanted)}, {waited_s:.0f} s: {question.said}"

    # ------------------------------------------------ asking

    async def _answer(self, wanted: TypeOnTopic) -> None:
        pause_s = _FIRST_PAUSE_S
        while (left_s := await self._try(wanted)) > 0:
            await self._clock.sleep(min(pause_s, left_s))
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _try(self, wanted: TypeOnTopic) -> float:
        """Ask once; return how much longer to try, 0: there is an answer."""
        asked_at = self._clock.monotonic()
        try:
            texts = await self._schemas.by_type(wanted.topic, wanted.type)
        except RegistryUnavailableError as error:
            return await self._judge(wanted, str(error), asked_at)
        self._patience.settled(wanted)
        self._keep(wanted, _Known(parsed_versions(texts), self._clock.monotonic()))
        return 0.0

    async def _judge(self, wanted: TypeOnTopic, why: str, asked_at: float) -> float:
        """Is the registry away, or does it refuse the schemas of this type alone?"""
        if question := self._asking.get(wanted):
            question.said = why
        if not await self._schemas.answers(_NO_ID):
            self._patience.away(wanted)
            self._observer.note(names.REGISTRY_LOST, why=why)
            return _LONGEST_PAUSE_S
        schema = _named(wanted)
        self._observer.note(names.SCHEMA_REFUSED, schema=schema, why=why)
        left_s = self._patience.refused(wanted, asked_at)
        if left_s <= 0:
            said = f"the registry does not give the schemas {schema}: {why}"
            before = self._held(wanted)
            versions = before.versions if before else ()
            self._keep(wanted, _Known(versions, self._clock.monotonic(), said))
        return left_s

    def _held(self, wanted: TypeOnTopic) -> _Known | None:
        return self._known.get(wanted) or self._unknown.get(wanted)

    def _keep(self, wanted: TypeOnTopic, known: _Known) -> None:
        """Remember; types that nobody registered never push out those that are."""
        self._known.pop(wanted, None)
        self._unknown.pop(wanted, None)
        kept, most = self._known, _REMEMBERED
        if not known.versions:
            kept, most = self._unknown, _UNKNOWN
        kept[wanted] = known
        if len(kept) > most:
            kept.popitem(last=False)


def _named(wanted: TypeOnTopic) -> str:
    return printable(f"of {wanted.type} on {wanted.topic}")


_NO_ID = 0
