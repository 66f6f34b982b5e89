"""May a batch be written, and which of its rows: exactly once, by positions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bus.errors import LogOvertakenError
from bus.log.rows import Advance, Position, Row
from bus.record import TopicPartition

NOWHERE = -1
"""The position of a partition that the log never read."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """What is left to write of a batch: rows, and positions to be moved."""

    rows: Sequence[Row]
    advances: Sequence[Advance]


def admit(
    rows: Sequence[Row],
    advances: Sequence[Advance],
    stored: Mapping[TopicPartition, Position],
) -> Admitted:
    """Return what was not written before.

    Raises:
        LogOvertakenError: a partition does not stand where its advance begins.
    """
    floors: dict[TopicPartition, int] = {}
    moves = []
    for advance in advances:
        position = stored.get(advance.partition)
        if position is not None and _written(advance, position):
            continue
        floors[advance.partition] = _floor(advance, position)
        moves.append(advance)
    known = {advance.partition for advance in advances}
    wanted = []
    for row in rows:
        partition = row.at.topic_partition
        if partition in floors and row.at.offset >= floors[partition]:
            wanted.append(row)
        elif partition not in known:
            raise ValueError(f"a row of {row.at} without an advance")
    return Admitted(wanted, moves)


def _written(advance: Advance, position: Position) -> bool:
    """Is this a batch whose answer was lost?"""
    return (
        advance.before != advance.after == position.next_offset
        and advance.topic_id == position.topic_id
    )


def _floor(advance: Advance, position: Position | None) -> int:
    """The first offset of a partition that was not written yet."""
    stands = NOWHERE if position is None else position.next_offset
    if stands != advance.before:
        topic, partition = advance.partition
        raise LogOvertakenError(
            f"{topic}/{partition}: the log stands at {stands}, not at {advance.before}"
        )
    if position is None or advance.after < stands or _anew(advance, position):
        return 0
    return stands


def _anew(advance: Advance, position: Position) -> bool:
    """Is this another topic of the same name?"""
    ids = {advance.topic_id, position.topic_id}
    return len(ids) > 1 and "" not in ids
