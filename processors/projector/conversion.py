"""Which rows the records of which topic become, and what of them is not readable."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from bus.errors import DecodeError, undecodable
from bus.log.rows import AttemptRow, EventRow, Row
from bus.ports import Observer
from bus.record import Record, TopicPartition
from bus.topics.topology import Topology
from processors.delivery.decoding import Decoder
from processors.delivery.handling import say_bug
from processors.projector.rows import (
    ack_row,
    attempt_row,
    audit_row,
    event_row,
    quarantine_row,
)
from processors.telemetry import log_names as names

_TOLD = 1_000
_SHOWN = 200

Plain: TypeAlias = Callable[[Record, int], Row | None]


class Conversion:
    """Turns records into rows; what cannot be read costs itself only.

    Topics that have no meaning of their own hold events.
    """

    def __init__(
        self, decoder: Decoder, topology: Topology, observer: Observer
    ) -> None:
        self._decoder = decoder
        self._observer = observer
        self._attempts = topology.attempts
        self._plain: Mapping[str, Plain] = {
            topology.acks: ack_row,
            topology.quarantine: quarantine_row,
            topology.audit: audit_row,
        }
        self._given_up: dict[TopicPartition, int] = {}
        self._told: set[tuple[str, str]] = set()

    def ready(self, record: Record) -> bool:
        """Whether `row` has an answer for this record now."""
        if record.topic in self._plain:
            return True
        if self._given_up and record.offset == self._given_up.get(
            record.topic_partition
        ):
            return True
        try:
            return self._decoder.ready(record)
        except Exception as error:  # noqa: BLE001 - a bug; other records have not met it
            self._unforeseen(record, error)
            return True

    async def fetch(self, record: Record) -> None:
        """Make a record ready, however long that takes."""
        try:
            await self._decoder.fetch(record)
        except Exception as error:  # noqa: BLE001 - as above
            self._unforeseen(record, error)
            self._given_up[record.topic_partition] = record.offset

    def _unforeseen(self, record: Record, error: Exception) -> None:
        say_bug(self._observer, record, error)

    def said(self, record: Record) -> str:
        """What a record waits for."""
        return self._decoder.said(record)

    def row(self, record: Record, now_us: int) -> Row | None:
        """The row of a record that is ready; None if it has none."""
        try:
            plain = self._plain.get(record.topic)
            return plain(record, now_us) if plain else self._avro(record, now_us)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, others go on
            self._tell(record, undecodable(error))
            return None

    def _avro(self, record: Record, now_us: int) -> AttemptRow | EventRow:
        if record.topic == self._attempts:
            return attempt_row(record, self._decoder.fields(record))
        return event_row(record, self._decoder.decode(record), now_us)

    def _tell(self, record: Record, error: DecodeError) -> None:
        self._observer.measure(names.SKIPPED, 1, "undecoded")
        why = str(error)[:_SHOWN]
        kind = (record.topic, why)
        if kind in self._told or len(self._told) >= _TOLD:
            return
        self._told.add(kind)
        place = {"partition": record.partition, "offset": record.offset}
        self._observer.note(names.UNDECODED, topic=record.topic, **place, why=why)
