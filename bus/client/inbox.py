"""What a consumer remembers events with, so that each takes effect once."""

import re
from datetime import timedelta

from sqlalchemy import MetaData, Table

from bus.adapters.outbox.names import table_name
from bus.adapters.outbox.statements import forgetting, marking
from bus.adapters.outbox.tables import inbox_table
from bus.adapters.outbox.using import run, run_async
from bus.errors import ConfigurationError, InvalidEventError
from bus.event import Event

INBOX = "orderbus_inbox"
_ID = re.compile(r"[!-~]{1,256}")
KEPT = timedelta(days=15)
"""Longer than any topic of the bus keeps events or deliveries."""


class Inbox:
    """Marks events as seen, in the transaction in which they take effect.

    The mark and the effect are committed together, or neither is: an event that comes
    again, after a crash or at two members of a group at once, has no second effect.

    Args:
        consumer: Who takes effect: its consumer group. Each sees each event once.
        table: Its table, `oms.orderbus_inbox` where it is in a schema.
    """

    def __init__(self, consumer: str, *, table: str = INBOX) -> None:
        if not consumer or "\0" in consumer:
            raise ConfigurationError("an inbox needs the name of its consumer")
        self._consumer = consumer
        self._name = table_name(table)
        self._marking = marking(self._name)
        self._forgetting = forgetting(self._name)

    def table(self, metadata: MetaData) -> Table:
        """The table, in the metadata that your migrations are made from.

        `bus outbox ddl --inbox` prints it for those that are made by hand.
        """
        return inbox_table(metadata, self._name)

    def first(self, connection: object, event: Event | str) -> bool:
        """Mark an event as seen; False if it was: then do nothing.

        `connection` is as for `Outbox.add`, in the transaction of the effect. A text
        is an event's `webhook_id`, for those who receive webhooks. While another
        transaction that has marked it is open, this waits for its end. At PostgreSQL's
        isolation levels above READ COMMITTED the loser may get a serialization
        failure instead, as for any other row: run the transaction again.

        Raises:
            InvalidEventError: the text is no id; all that come without one would be
                taken for the same event.
            ConfigurationError: that is no connection this can use.
            Exception: whatever the database's driver raises.
        """
        return run(connection, self._marking, self._values(event)) == 1

    async def first_async(self, connection: object, event: Event | str) -> bool:
        """Mark an event through a connection that is awaited, as `first`."""
        return await run_async(connection, self._marking, self._values(event)) == 1

    def forget(self, connection: object, *, older_than: timedelta = KEPT) -> int:
        """Forget what was seen so long ago; return how many that was.

        What comes again later than that takes effect again: keep them for longer than
        the topics keep events (7 days as shipped, dead letters 14) and a margin.
        """
        return run(connection, self._forgetting, self._age(older_than))

    async def forget_async(
        self, connection: object, *, older_than: timedelta = KEPT
    ) -> int:
        """Forget likewise through a connection that is awaited."""
        return await run_async(connection, self._forgetting, self._age(older_than))

    def _values(self, event: Event | str) -> dict[str, object]:
        event_id = event if isinstance(event, str) else event.webhook_id
        if not _ID.fullmatch(event_id):
            raise InvalidEventError(
                "id", "expected a webhook_id, 1 to 256 visible ASCII"
            )
        return {"consumer": self._consumer, "event_id": event_id}

    def _age(self, older_than: timedelta) -> dict[str, object]:
        return {"consumer": self._consumer, "age_s": older_than.total_seconds()}
