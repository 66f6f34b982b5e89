"""The first tables of the log.

On PostgreSQL attempts are kept apart by whether they were accepted, then by day, so
that either kind is removed a day at a time.
"""

from typing import Any, TypeAlias

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_BIG, _INT, _SMALL, _TEXT = sa.BigInteger, sa.Integer, sa.SmallInteger, sa.Text
_BYTES, _BOOL = sa.LargeBinary, sa.Boolean
_TALLY = (
    "accepted refused throttled failed unreachable held dead_letters "
    + " ".join(f"latency_{number:02}" for number in range(38))
)  # fmt: skip

_Columns: TypeAlias = list[tuple[type[sa.types.TypeEngine[Any]], str]]
_TABLES: dict[str, _Columns] = {
    "name": [(_INT, "id"), (_BYTES, "digest"), (_TEXT, "text")],
    "position": [
        (_BIG, "next_offset read_to_us"),
        (_INT, "partition"),
        (_TEXT, "topic topic_id"),
    ],
    "event": [
        (_BIG, "arrived_us offset time_us order_key own_key channel_key account_key"),
        (_INT, "topic partition event_type"),
        (_BYTES, "event"),
        (_TEXT, "own_id source order_id channel account"),
        (_BYTES, "trace"),
    ],
    "attempt": [
        (_BIG, "started_us offset origin_offset order_key"),
        (_INT, "topic partition origin_topic origin_partition"),
        (_INT, "subscription event_type outcome route number duration_us"),
        (_SMALL, "replay status"),
        (_BOOL, "accepted"),
        (_BYTES, "event"),
        (_TEXT, "order_id detail"),
        (_BYTES, "trace"),
    ],
    "delivery_open": [
        (_BIG, "changed_us"),
        (_INT, "subscription event_type outcome attempts"),
        (_SMALL, "state replay status"),
        (_BYTES, "event"),
        (_TEXT, "order_id detail tier reason"),
    ],
    "ack": [
        (_BIG, "arrived_us offset"),
        (_INT, "topic partition subscription"),
        (_BYTES, "event"),
    ],
    "quarantine": [
        (_BIG, "arrived_us offset origin_offset"),
        (_INT, "topic partition origin_topic origin_partition"),
        (_TEXT, "reason"),
    ],
    "audit": [
        (_BIG, "arrived_us offset entity_key"),
        (_INT, "topic partition"),
        (_TEXT, "actor tenant address action entity entity_id before after"),
    ],
    "stray": [
        (_BIG, "seen_us us offset"),
        (_INT, "topic partition"),
        (_TEXT, "kind said"),
    ],
    "minute": [(_INT, "start subscription event_type"), (_INT, _TALLY)],
    "five_minutes": [(_INT, "start subscription"), (_INT, _TALLY)],
    "hour": [(_INT, "start subscription"), (_INT, _TALLY)],
}
_KEYS = {
    "name": "id",
    "position": "topic partition",
    "delivery_open": "subscription event",
    "minute": "start subscription event_type",
    "five_minutes": "start subscription",
    "hour": "start subscription",
}
_INDEXES = {
    "event": (
        "arrived_us",
        "event",
        "order_key arrived_us",
        "event_type arrived_us",
    ),
    "attempt": ("started_us", "order_key started_us", "subscription started_us"),
    "delivery_open": ("changed_us", "subscription changed_us"),
    "ack": ("event",),
    "quarantine": ("arrived_us", "origin_offset"),
    "audit": ("arrived_us", "entity_key arrived_us"),
    "minute": ("subscription start",),
}
# Few events have them, or all have the same: only what has one is in the index.
_PARTLY = {"event": ("own_key", "channel_key arrived_us", "account_key arrived_us")}
_PARTITIONED = {
    "event": "RANGE (arrived_us)",
    "attempt": "LIST (accepted)",
    "ack": "RANGE (arrived_us)",
    "minute": "RANGE (start)",
    "five_minutes": "RANGE (start)",
}


def upgrade() -> None:
    """Make the tables."""
    tally = _TALLY.split()
    for name, groups in _TABLES.items():
        keys = _KEYS.get(name, "").split()
        columns = [
            sa.Column(
                column, kind, nullable=column in tally, primary_key=column in keys
            )
            for kind, columns in groups
            for column in columns.split()
        ]
        op.create_table(name, *columns, postgresql_partition_by=_PARTITIONED.get(name))
    op.create_index("name_digest", "name", ["digest"], unique=True)
    if op.get_bind().dialect.name == "postgresql":
        for kind, accepted in (("accepted", "true"), ("other", "false")):
            op.execute(
                f"CREATE TABLE attempt_{kind} PARTITION OF attempt "
                f"FOR VALUES IN ({accepted}) PARTITION BY RANGE (started_us)"
            )
    for table, indexes in _INDEXES.items():
        for index in indexes:
            _index(table, index.split())
    for table, indexes in _PARTLY.items():
        for index in indexes:
            _index(table, index.split(), f"{index.split()[0]} <> 0")


def _index(table: str, columns: list[str], where: str | None = None) -> None:
    some = sa.text(where) if where else None
    op.create_index(
        "_".join([table, *columns]),
        table,
        columns,
        sqlite_where=some,
        postgresql_where=some,
    )


def downgrade() -> None:
    """Remove the tables."""
    for name in reversed(_TABLES):
        op.drop_table(name)
