"""What the OMS writes events with in its own database transactions."""

from pathlib import Path

from sqlalchemy import MetaData, Table

from bus.adapters.outbox.names import table_name
from bus.adapters.outbox.statements import adding
from bus.adapters.outbox.tables import outbox_table
from bus.adapters.outbox.using import run, run_async
from bus.client.producer import MOST_BYTES, check_attributes, make_event, too_large
from bus.client.schemas import load_catalogue
from bus.client.tracing import traceparent_now
from bus.errors import InvalidEventError
from bus.event import Data, Event
from bus.outbox.content import written
from bus.outbox.rows import Entry

OUTBOX = "orderbus_outbox"


class Outbox:
    """Writes events into a table, in the transaction that makes them true.

    `bus run outbox` publishes what is committed: at least once, in order per order id,
    with the same id each time; what is rolled back never was. In PostgreSQL and SQLite.

    Args:
        table: Its table, `oms.orderbus_outbox` where it is in a schema.
        schemas: Folder of Avro schemas; default: the ones that come with Orderbus. The
            relay needs the same or newer ones.
        source: CloudEvents source of the events; default `/oms/<channel>`.
        in_turn: In PostgreSQL, two transactions that add events of one order take
            turns, the second waits until the first has ended. False spares that where
            the order's own row is locked before events of it are added.
        most_bytes: How large an event may be, before compression.
    """

    def __init__(
        self,
        *,
        table: str = OUTBOX,
        schemas: Path | None = None,
        source: str | None = None,
        in_turn: bool = True,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._name = table_name(table)
        self._adding = adding(self._name, in_turn=in_turn)
        self._catalogue = load_catalogue(schemas)
        self._source = source
        self._most_bytes = most_bytes

    def table(self, metadata: MetaData) -> Table:
        """The table, in the metadata that your migrations are made from.

        `bus outbox ddl` prints it for those that are made by hand.
        """
        return outbox_table(metadata, self._name)

    def add(
        self,
        connection: object,
        event_type: str,
        data: Data,
        *,
        event_id: str | None = None,
        source: str | None = None,
    ) -> Event:
        """Add an event to the transaction that `connection` is in; return the event.

        `connection` is one of SQLAlchemy, a session of its ORM, or a connection of
        psycopg or sqlite3. The rest is as for `Producer.send`; where no `event_id` is
        given one is made, now and for good.

        Raises:
            InvalidEventError: it does not match its schema, is too large, or cannot
                be kept as JSON; names the field. The transaction is as before.
            ConfigurationError: that is no connection this can use.
            Exception: whatever the database's driver raises.
        """
        event, entry = self._made(event_type, data, event_id, source)
        run(connection, self._adding, entry._asdict())
        return event

    async def add_async(
        self,
        connection: object,
        event_type: str,
        data: Data,
        *,
        event_id: str | None = None,
        source: str | None = None,
    ) -> Event:
        """Add an event through a connection or session that is awaited, as `add`."""
        event, entry = self._made(event_type, data, event_id, source)
        await run_async(connection, self._adding, entry._asdict())
        return event

    def _made(
        self, event_type: str, data: Data, event_id: str | None, source: str | None
    ) -> tuple[Event, Entry]:
        event = make_event(
            event_type, data, event_id=event_id, source=source or self._source
        )
        check_attributes(event)
        text, size = written(self._catalogue.schema(event_type), data)
        if size > self._most_bytes:
            raise too_large(event, size, self._most_bytes)
        for field, value in (("source", event.source), ("order_id", event.subject)):
            _check_text(field, value)
        entry = Entry(
            event_id=event.id,
            event_type=event.type,
            source=event.source,
            order_id=event.subject,
            data=text,
            traceparent=traceparent_now(),
        )
        return event, entry


def _check_text(field: str, value: str) -> None:
    """Refuse what a database has no text for."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidEventError(field, "expected text that UTF-8 can hold") from None
    if "\0" in value:
        raise InvalidEventError(field, "expected text without NUL, for the database")
