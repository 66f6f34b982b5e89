"""What is odd about an event and costs it nothing: said once, counted always.

A producer's mistake would otherwise be seen by nobody: the event is delivered.
"""

from typing import Protocol

from bus.delivery.attributes import Attributes
from bus.delivery.headers import printable
from bus.ports import Observer
from bus.record import Record
from processors.telemetry import names

_REMEMBERED = 1_000


class Looks(Protocol):
    """Hears of each record that was decoded."""

    def look(
        self, record: Record, attributes: Attributes, schema_type: str | None
    ) -> None:
        """Report what is odd, if anything is."""
        ...


class Unseen:
    """Tells nobody: for readers beside the deliveries, which have told already."""

    def look(
        self, record: Record, attributes: Attributes, schema_type: str | None
    ) -> None:
        """Do nothing."""


class Oddities:
    """Tells operators of odd headers. Retries of an event are not told of again."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._told: set[tuple[str, ...]] = set()

    def look(
        self, record: Record, attributes: Attributes, schema_type: str | None
    ) -> None:
        """Report what is odd, if anything is; the usual event costs two comparisons."""
        differs = attributes.type != schema_type and attributes.type and schema_type
        if not (differs or attributes.unreadable):
            return
        if any(name == "bus-origin" for name, _ in record.headers):
            return
        if differs:
            self._tell(
                names.TYPE_DIFFERS,
                topic=record.topic,
                ce_type=str(attributes.type),
                schema_type=str(schema_type),
            )
        for header in attributes.unreadable:
            self._tell(names.ATTRIBUTE_UNREADABLE, topic=record.topic, header=header)

    def _tell(self, name: str, **fields: str) -> None:
        self._observer.measure(names.ODD_EVENTS, 1, name)
        fields = {what: printable(said) for what, said in fields.items()}
        key = (name, *fields.values())
        if key not in self._told and len(self._told) < _REMEMBERED:
            self._told.add(key)
            self._observer.note(name, **fields)
