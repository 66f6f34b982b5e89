"""Who sends an event while orders move: a pure function of the migration's ledger.

An old sender outside knows times and no offsets, and asks when it likes. So either side
sends what the other may have been told to leave: what lies near a step comes from both,
with one id, and nothing is nobody's.
"""

from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Final

from bus.migration.ledger import Epoch, Migration, Place
from bus.migration.phases import ALL
from bus.migration.sent import Side

_BUCKETS: Final = 10_000
_LEAST_S: Final = 1.0


def bucket(migration: str, order: str) -> int:
    """Which of 10,000 an order is in: the first 8 bytes of SHA-256 of `id/order`."""
    digest = sha256(f"{migration}/{order}".encode(errors="surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % _BUCKETS


def side_of(migration: Migration, order: str, share: int) -> Side:
    """Whose an order is at a share."""
    return _side(bucket(migration.id, order), share)


def owner(migration: Migration, order: str, place: Place) -> Side:
    """Whose an event is that stands there: one of the two, always."""
    return side_of(migration, order, migration.at(place).share)


def old_sends(migration: Migration, order: str, made_ms: int) -> bool:
    """Whether an old sender outside has to send an event that was made then.

    It knows no offsets. So it sends whatever it owned at any moment from `overlap_s`
    before to `overlap_s` after: what lies near a step comes from both, with one id.
    """
    mine = bucket(migration.id, order)
    return _told(migration.epochs, mine, made_ms, _around(migration))


def may_be_left(migration: Migration, order: str, made_ms: int) -> bool:
    """Whether an old sender outside may have been told to leave an event made then.

    It may have asked before a step that the ledger tells of now, and what it heard then
    goes by the epochs until then. Whoever told it was behind by less than `overlap_s`.
    """
    mine, around = bucket(migration.id, order), _around(migration)
    for known in range(len(migration.epochs), 0, -1):
        epochs = migration.epochs[:known]
        if known < len(migration.epochs):
            ended_ms = migration.epochs[known].held_ms
            if ended_ms < made_ms - around:
                return False
        if not _told(epochs, mine, made_ms, around):
            return True
    return False


def young_s(migration: Migration) -> float:
    """How old a view of the ledger may be that anything is left to the other side by.

    A step that is not in it was then written so late that an old sender is still told
    to send; the other half of the overlap is for clocks that differ.
    """
    return max(migration.overlap_s / 2, _LEAST_S)


def waits_until_ms(migration: Migration, order: str, place: Place) -> int:
    """Before which moment the new side does not send an event that stands there.

    An old sender outside is behind by less than `overlap_s`: once so long has passed
    since the order changed hands, nothing that came before is still on its way there.
    Where the old side is a subscription, both share a lane, and nothing need wait.
    """
    if migration.old:
        return 0
    until, epoch = 0, migration.at(place)
    ladder = migration.epochs[: migration.epochs.index(epoch) + 1]
    for before, after in pairwise(ladder):
        sides = [side_of(migration, order, one.share) for one in (before, after)]
        if sides == [Side.OLD, Side.NEW]:
            until = after.held_ms + _around(migration)
    return until


def both_until_ms(migration: Migration) -> int | None:
    """Until when, after the last step, an old sender outside sends what it gave away.

    None: it gave nothing away, or is none outside.
    """
    before, now = migration.epochs[-2:][0], migration.now
    if migration.old or now.share <= before.share:
        return None
    return now.held_ms + _around(migration)


def _told(epochs: Sequence[Epoch], mine: int, made_ms: int, around: int) -> bool:
    """Whether the old side had this bucket at any moment near that one."""
    ended_ms: int | None = None
    for epoch in reversed(epochs):
        if ended_ms is not None and ended_ms < made_ms - around:
            return False
        begun = epoch.at_ms <= made_ms + around or epoch is epochs[0]
        if begun and _side(mine, epoch.share) is Side.OLD:
            return True
        ended_ms = epoch.held_ms
    return False


def _side(mine: int, share: int) -> Side:
    return Side.NEW if mine < share * (_BUCKETS // ALL) else Side.OLD


def _around(migration: Migration) -> int:
    return int(migration.overlap_s * 1000)
