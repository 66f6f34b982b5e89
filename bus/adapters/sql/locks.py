"""PostgreSQL's advisory locks that are ours, in the log's database."""

from sqlalchemy import Connection, text

_OURS = 0x6F72_6465  # "orde"

MIGRATING = _OURS << 8 | 1
DAYS = _OURS << 8 | 2
PRUNING = _OURS << 8 | 3


def take(connection: Connection, number: int) -> None:
    """Hold one of these to the transaction's end, once who holds it lets go.

    That is waited for as long as a statement may take: it holds up nobody else, as
    waiting for a lock on a table does.
    """
    within = connection.execute(text("SHOW lock_timeout")).scalar_one()
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    lock = text("SELECT pg_advisory_xact_lock(:number)")
    connection.execute(lock, {"number": number})
    again = text("SELECT set_config('lock_timeout', :within, true)")
    connection.execute(again, {"within": within})
