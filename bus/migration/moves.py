"""Which of the subscriptions that want an event send it, where orders are moving."""

from collections.abc import Iterable, Sequence

from bus.delivery.delivery import Origin
from bus.migration.ledger import Migration, Place, owner, waits_until_ms
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

    def sift(self, wanting: Sequence[str], order: str, record: Record) -> Sequence[str]:
        """Those that send it: all that take part in no migration, and the owners."""
        place = Place(record.topic, record.partition, record.offset)
        return [one for one in wanting if self._sends(one, order, place)]

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

    def _sends(self, subscription: str, order: str, place: Place) -> bool:
        return all(
            owner(migration, order, place) is side
            for migration, side in self._of.get(subscription, ())
        )
