"""Positions: read with a lock, and moved only from where they were read."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from bus.adapters.sql.tables import POSITION
from bus.errors import LogOvertakenError
from bus.log.positions import NOWHERE
from bus.log.rows import Advance, Position
from bus.record import TopicPartition

_AT = tuple_(POSITION.c.topic, POSITION.c.partition)
_MOVE = (
    update(POSITION)
    .where(
        POSITION.c.topic == bindparam("of_topic"),
        POSITION.c.partition == bindparam("of_partition"),
        POSITION.c.next_offset == bindparam("before"),
    )
    .values(
        next_offset=bindparam("next_offset"),
        read_to_us=bindparam("read_to_us"),
        topic_id=bindparam("topic_id"),
    )
)


def stored(
    connection: Connection,
    partitions: Collection[TopicPartition] | None = None,
    *,
    lock: bool = False,
) -> Mapping[TopicPartition, Position]:
    """Return where these (None: all) stand; locked, nobody else moves them."""
    # In one order always, so that no two wait for each other.
    query = select(POSITION).order_by(POSITION.c.topic, POSITION.c.partition)
    if partitions is not None:
        query = query.where(_AT.in_([tuple(one) for one in partitions]))
    if lock:
        query = query.with_for_update()
    return {
        TopicPartition(row.topic, row.partition): Position(
            row.next_offset, row.read_to_us, row.topic_id
        )
        for row in connection.execute(query)
    }


def move(connection: Connection, advances: Sequence[Advance]) -> None:
    """Move positions.

    Raises:
        LogOvertakenError: one of them is not where it was.
    """
    first = [one for one in advances if one.before == NOWHERE]
    moved = [one for one in advances if one.before != NOWHERE]
    if first:
        try:
            connection.execute(insert(POSITION), [_values(one) for one in first])
        except IntegrityError as error:
            raise LogOvertakenError("another process has begun the log") from error
    if not moved:
        return
    where = [
        {
            "of_topic": one.partition.topic,
            "of_partition": one.partition.partition,
            "before": one.before,
            **_values(one),
        }
        for one in moved
    ]
    for values in where:
        values.pop("topic")
        values.pop("partition")
    if connection.execute(_MOVE, where).rowcount != len(moved):
        raise LogOvertakenError("another process has moved the log's positions")


def forget(connection: Connection, partitions: Collection[TopicPartition]) -> None:
    """Drop positions."""
    gone = [tuple(one) for one in partitions]
    connection.execute(delete(POSITION).where(_AT.in_(gone)))


def _values(advance: Advance) -> dict[str, str | int]:
    return {
        "topic": advance.partition.topic,
        "partition": advance.partition.partition,
        "next_offset": advance.after,
        "read_to_us": advance.read_to_us,
        "topic_id": advance.topic_id,
    }
