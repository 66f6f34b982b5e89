"""All subscriptions, as `bus.subscriptions` says them, up to date within moments."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from bus.delivery.subscription import Subscription
from bus.errors import OrderbusError
from bus.ports import Clock, LogReader
from bus.record import Record
from processors.subscriptions.checks import check_runnable
from processors.subscriptions.keys import Keys
from processors.subscriptions.stored import restore
from processors.versioned import VersionedFollower

TOPIC = "bus.subscriptions"

OnChange: TypeAlias = Callable[[Subscription | None, Subscription | None], None]
OnProblem: TypeAlias = Callable[[str, str], None]


class SubscriptionTable(VersionedFollower):
    """Follows the topic; holds every subscription with its secrets opened.

    A record that cannot be read, opened or run goes to `on_problem(id, why)` and to
    `unreadable`; the subscription stays as the record before it said, and all
    others are not touched. Use it as `async with table:`, or run `run()` in a task
    that somebody watches. All callbacks are called on the event loop.
    """

    def __init__(
        self,
        reader: LogReader,
        keys: Keys,
        clock: Clock,
        *,
        topic: str = TOPIC,
        on_problem: OnProblem = lambda _id, _why: None,
    ) -> None:
        super().__init__(reader, clock, topic, self._hold, caught_up=self._load_all)
        self._keys = keys
        self._on_problem = on_problem
        self._on_change: list[OnChange] = []
        self._subscriptions: dict[str, Subscription] = {}
        self._unreadable: dict[str, str] = {}
        self._loading: dict[str, list[Record]] | None = {}

    def get(self, subscription_id: str) -> Subscription | None:
        """The subscription with this id, or None."""
        return self._subscriptions.get(subscription_id)

    def all(self) -> Sequence[Subscription]:
        """All subscriptions, by id."""
        return [self._subscriptions[i] for i in sorted(self._subscriptions)]

    @property
    def unreadable(self) -> Mapping[str, str]:
        """Ids whose newest record could not be read, each with why."""
        return MappingProxyType(self._unreadable)

    def on_change(self, callback: OnChange) -> None:
        """Call `callback(old, new)` for each change from now on.

        On loading, each subscription is one change from None.
        """
        self._on_change.append(callback)

    def _hold(self, record: Record) -> None:
        name = (record.key or b"").decode(errors="replace")
        if self._loading is None:
            self._apply(name, record)
        else:
            self._loading.setdefault(name, []).append(record)

    def _load_all(self) -> None:
        loaded, self._loading = self._loading or {}, None
        for name, records in loaded.items():
            self._load(name, records)

    def _load(self, name: str, records: Sequence[Record]) -> None:
        """Apply the newest record, or where it is unreadable the one before."""
        newest, *earlier = reversed(records)
        if self._apply(name, newest):
            return
        problem = self._unreadable[name]
        if any(self._apply(name, record) for record in earlier):
            self._unreadable[name] = problem

    def _apply(self, name: str, record: Record) -> bool:
        """Make a record's change; False if it could not be read."""
        new: Subscription | None = None
        if record.value is not None:
            try:
                new = restore(record.key or b"", record.value, self._keys)
                check_runnable(new)
            except Exception as error:  # noqa: BLE001 - one record, one subscription
                why = _why(error)
                self._unreadable[name] = why
                self._on_problem(name, f"record {record.offset}: {why}")
                return False
        self._unreadable.pop(name, None)
        self._change(name, new)
        return True

    def _change(self, name: str, new: Subscription | None) -> None:
        old = self._subscriptions.get(name)
        if new is None:
            self._subscriptions.pop(name, None)
        else:
            self._subscriptions[name] = new
        if old == new:
            return
        for callback in self._on_change:
            try:
                callback(old, new)
            except Exception as error:  # noqa: BLE001 - all others still need to hear
                self._on_problem(name, f"a listener failed: {type(error).__name__}")


def _why(error: Exception) -> str:
    if isinstance(error, OrderbusError):
        return str(error).replace("\n", "; ")
    return f"{type(error).__name__}: {error}"
