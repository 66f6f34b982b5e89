"""The log's database, as far as it can be used: waiting for it, and telling so."""

from collections.abc import Callable

from bus.ports import Clock, Observer
from processors.telemetry import log_names as names
from processors.telemetry import names as common

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 10.0


class Away:
    """Counts how long the database has taken nothing. `changed` is called with that."""

    def __init__(
        self,
        clock: Clock,
        observer: Observer,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
        self._observer = observer
        self.changed = changed
        self._since: float | None = None
        self._pause_s = _FIRST_PAUSE_S
        self.why = ""

    def __bool__(self) -> bool:
        """Whether it is away."""
        return self._since is not None

    def reachable(self) -> float:
        """For the gauge: 1 or 0."""
        return 0.0 if self else 1.0

    def said(self) -> str | None:
        """A notice: None, or for how long it has been away, and why."""
        if self._since is None:
            return None
        away_s = self._clock.monotonic() - self._since
        return f"no rows are taken for {away_s:.0f} s: {self.why}"

    async def wait(self, why: str, bug: Exception | None = None) -> None:
        """It took nothing: say so, once, and let some time pass."""
        self.why = why
        if self._since is None:
            self._since = self._clock.monotonic()
            self._observer.note(names.AWAY, why=why)
            if bug is not None:
                self._observer.note(common.BUG, why=repr(bug), exc_info=bug)
            self.changed()
        pause_s, self._pause_s = self._pause_s, min(2 * self._pause_s, _LONGEST_PAUSE_S)
        await self._clock.sleep(pause_s)

    def back(self) -> None:
        """It takes rows."""
        if self._since is None:
            return
        away_s = round(self._clock.monotonic() - self._since, 1)
        self._since, self._pause_s, self.why = None, _FIRST_PAUSE_S, ""
        self._observer.note(names.BACK, away_s=away_s)
        self.changed()
