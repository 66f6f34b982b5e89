"""Which of the subscriptions that want an event send it, where orders are moving."""

from collections.abc import Iterable, Sequence

from bus.delivery.delivery import Origin
from bus.migration.ledger import Migration, Place
from bus.migration.owners import may_be_left, owner, waits_until_ms
from bus.migration.sent import Side
from bus.record import Record


class Moves:
    """All migrations, by the subscriptions on either side."""

    def __init__(self, migrations: Iterable[Migration]) -> None:
        self._of: dict[str, list[tuple[Migration, Side]]] = {}
        for one in migrations:
            self._of.setdefault(one.id, []).append((one, Side.NEW))
            if one.old:
                self._of.setdefault(one.old, []).append((one, Side.OLD))

    def sift(
        self, wanting: Sequence[str], order: str, record: Record, happened_ms: int
    ) -> Sequence[str]:
        """Those that send it: all that take part in no migration, and the owners.

        `happened_ms` is the event's own time, by which an old sender outside asks.
        """
        place = Place(record.topic, record.partition, record.offset)
        times = happened_ms, record.timestamp_ms
        return [one for one in wanting if self._sends(one, order, place, times)]

    def lane(self, subscription: str) -> str:
        """Whose ordered topic its deliveries go through: the old side's, for both.

        An order that changes its sender so stays in one lane: what the one side still
        owes of it is settled before the other begins.
        """
        for migration, side in self._of.get(subscription, ()):
            if side is Side.NEW and migration.old:
                return migration.old
        return subscription

    def waits_until_ms(self, subscription: str, order: str, origin: Origin) -> int:
        """Before which moment an event is not sent in order, epoch milliseconds."""
        place = Place(origin.topic, origin.partition, origin.offset)
        return max(
            (
                waits_until_ms(migration, order, place)
                for migration, side in self._of.get(subscription, ())
                if side is Side.NEW
            ),
            default=0,
        )

    def _sends(
        self, subscription: str, order: str, place: Place, times: Sequence[int]
    ) -> bool:
        return all(
            owner(migration, order, place) is side
            or (not migration.old and _left(migration, order, times))
            for migration, side in self._of.get(subscription, ())
        )


def _left(migration: Migration, order: str, times: Sequence[int]) -> bool:
    """Whether a sender outside may leave it, whichever of its times it asks by."""
    return any(may_be_left(migration, order, at_ms) for at_ms in times)
