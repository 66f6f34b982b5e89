"""The outbox's database, as far as it can be used: waiting for it, and telling so."""

from bus.ports import Clock, Observer
from processors.telemetry import outbox_names as names

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 10.0


class Away:
    """Counts how long the database has given no answer."""

    def __init__(self, clock: Clock, observer: Observer) -> None:
        self._clock = clock
        self._observer = observer
        self._since: float | None = None
        self._why = ""
        self._pause_s = _FIRST_PAUSE_S

    def pause(self, why: str) -> float:
        """It gave no answer: say so, once; return how long to let it be."""
        self._why = why
        if self._since is None:
            self._since = self._clock.monotonic()
            self._observer.note(names.AWAY, why=why)
        pause_s, self._pause_s = self._pause_s, min(2 * self._pause_s, _LONGEST_PAUSE_S)
        return pause_s

    def back(self) -> None:
        """It answers."""
        if self._since is None:
            return
        away_s = round(self._clock.monotonic() - self._since, 1)
        self._since, self._pause_s, self._why = None, _FIRST_PAUSE_S, ""
        self._observer.note(names.BACK, away_s=away_s)

    def said(self) -> str | None:
        """A readiness check: None, or for how long it has been away, and why."""
        if self._since is None:
            return None
        return f"away for {self._clock.monotonic() - self._since:.0f} s: {self._why}"

    def reachable(self) -> float:
        """For the gauge: 1 or 0."""
        return 1.0 if self._since is None else 0.0
