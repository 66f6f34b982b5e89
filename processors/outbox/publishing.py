"""The step from a row of the outbox to a record in Kafka."""

from dataclasses import replace
from typing import TypeAlias

from bus.client.producer import EventWriter, make_event
from bus.contracts.catalogue import Catalogue
from bus.errors import OrderbusError
from bus.event import Event
from bus.outbox.content import read
from bus.outbox.judging import Hold, Refuse, judge
from bus.outbox.rows import OutboxRow, Published, Refused
from bus.ports import Observer
from processors.telemetry import names as common

Outcome: TypeAlias = Published | Refused | Hold


async def publish(writer: EventWriter, row: OutboxRow, observer: Observer) -> Outcome:
    """Write a row's event to its topic; say what became of it.

    What nobody foresaw in a row is the row's fault: others go on.
    """
    try:
        await writer.write(event_of(writer.catalogue, row))
    except OrderbusError as error:
        match judge(error):
            case Refuse(why):
                return Refused(row.number, why)
            case hold:
                return hold
    except Exception as error:  # noqa: BLE001 - a bug ends with its row
        observer.note(common.BUG, why=repr(error), exc_info=error)
        return Refused(row.number, f"a bug of the relay: {error!r}")
    return Published(row.number)


def event_of(catalogue: Catalogue, row: OutboxRow) -> Event:
    """The event of a row.

    Raises:
        InvalidEventError: it does not match its schema, or there is no such type.
    """
    entry = row.entry
    data = read(catalogue.schema(entry.event_type), entry.data)
    event = make_event(
        entry.event_type, data, event_id=entry.event_id, source=entry.source
    )
    return replace(event, traceparent=entry.traceparent or None)
