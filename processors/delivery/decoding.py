"""From a record's bytes to an event: one parsed schema an id, fetched once."""

from collections.abc import Sequence

from bus.contracts.codec import Schema, decode, parse_schema, split_frame
from bus.delivery.delivery import Origin
from bus.delivery.headers import build_event, read_attributes
from bus.errors import (
    ConfigurationError,
    DecodeError,
    RegistryUnavailableError,
    SchemaNotFoundError,
    undecodable,
)
from bus.event import Event
from bus.ports import Clock, Observer, Schemas
from bus.record import Record
from processors.delivery.oddities import Oddities
from processors.telemetry import names

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_ASK_AGAIN_S = 5.0


class Decoder:
    """Decodes records; call `prepare` with a batch before `decode` of its records."""

    def __init__(self, schemas: Schemas, clock: Clock, observer: Observer) -> None:
        self._schemas = schemas
        self._clock = clock
        self._observer = observer
        self._oddities = Oddities(observer)
        self._known: dict[int, Schema | str] = {}
        self._unknown_until: dict[int, float] = {}

    async def prepare(self, batch: Sequence[Record]) -> None:
        """Fetch the schemas the batch needs; wait as long as the registry is away."""
        for record in batch:
            value = record.value
            if value is None or len(value) < _FRAME or value[0] != 0:
                continue
            schema_id = int.from_bytes(value[1:_FRAME], "big")
            if schema_id not in self._known or self._stale(schema_id):
                self._known[schema_id] = await self._fetch(schema_id)

    def decode(self, record: Record) -> Event:
        """Turn a record into its event.

        Raises:
            DecodeError: this record cannot be decoded, now or later; says why.
        """
        try:
            return self._decode(record)
        except Exception as error:
            raise undecodable(error) from error

    def _decode(self, record: Record) -> Event:
        if record.value is None:
            raise DecodeError("a record without value is no event")
        attributes = read_attributes(record)
        schema_id, body = split_frame(record.value)
        schema = self._known[schema_id]
        if isinstance(schema, str):
            raise DecodeError(schema)
        data = decode(schema, body)
        self._oddities.look(record, attributes, schema.event_type)
        return build_event(record, attributes, data, schema_id, schema.event_type)

    def _stale(self, schema_id: int) -> bool:
        """Whether to ask again for an id that the registry did not know."""
        until = self._unknown_until.get(schema_id)
        return until is not None and self._clock.monotonic() >= until

    async def _fetch(self, schema_id: int) -> Schema | str:
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                found = await self._schemas.by_id(schema_id)
                self._unknown_until.pop(schema_id, None)
                return parse_schema(found.text)
            except SchemaNotFoundError:
                again_at = self._clock.monotonic() + _ASK_AGAIN_S
                self._unknown_until[schema_id] = again_at
                return f"the registry has no schema with id {schema_id}"
            except ConfigurationError as error:
                return f"schema {schema_id} cannot be used: {error}"
            except RegistryUnavailableError as error:
                self._observer.note(names.REGISTRY_LOST, why=str(error))
            await self._clock.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


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


_FRAME = 5
