"""What is executed in the transactions of others: add an event, mark one as seen."""
# ruff: noqa: S608 - of names that `names.table_name` has taken apart

from bus.adapters.outbox.names import TableName
from bus.adapters.outbox.using import Statement
from bus.outbox.rows import Entry

_COLUMNS = ", ".join(Entry._fields)
_VALUES = ", ".join(f":{name}" for name in Entry._fields)
_TEXTS = ", ".join(f"CAST(:{name} AS text)" for name in Entry._fields)

# Whoever adds an event takes the order's turn before the row gets its number, and has
# it until the transaction ends. So an order's numbers are in the order of commits, and
# no row can appear before one that was read already.
_TURN = "pg_advisory_xact_lock(hashtextextended(CAST(:order_id AS text), 0))"


def adding(table: TableName, *, in_turn: bool) -> Statement:
    """Add an `Entry`."""
    into = f"INSERT INTO {table.quoted} ({_COLUMNS})"
    postgresql = f"{into} SELECT {_TEXTS}"
    if in_turn:
        turn = f"WITH turn AS MATERIALIZED (SELECT {_TURN})"
        postgresql = f"{turn} {postgresql} FROM turn"
    return Statement(postgresql, f"{into} VALUES ({_VALUES})")


def marking(table: TableName) -> Statement:
    """Mark an event as seen by a consumer; no row where it was."""
    same = (
        f"INSERT INTO {table.quoted} (consumer, event_id)"
        " VALUES (:consumer, :event_id) ON CONFLICT DO NOTHING"
    )
    return Statement(same, same)


def forgetting(table: TableName) -> Statement:
    """Forget what a consumer saw more than `:age_s` ago."""
    delete = f"DELETE FROM {table.quoted} WHERE consumer = :consumer AND seen_at <"
    return Statement(
        f"{delete} now() - make_interval(secs => CAST(:age_s AS double precision))",
        f"{delete} strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || :age_s || ' seconds')",
    )
