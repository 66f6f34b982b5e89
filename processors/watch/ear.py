"""One sink: what is under way to it, what it took, and when it is tried again."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace

from bus.errors import OrderbusError
from bus.ports import Clock, Observer
from bus.watch.alerts import Alert, Phase
from bus.watch.muting import Muting
from bus.watch.sinks import LONGEST_S, Told, pause_s
from bus.watch.telling import Notice, due
from processors.telemetry import watch_names as names
from processors.watch.sinks import Listener, Minute, Moment, one_line
from processors.watch.trying import tried

SLOW_S = 30.0
"""Whoever has not answered for so long counts as failing, and is waited for."""
HUNG_S = 300.0
"""Whoever has not answered for so long is given up, and asked again."""
REMIND_EVERY_S = 60.0
_LATE_S = 300.0
"""Whoever asked for a test so long ago waits for it no more."""


class Ear:
    """A sink takes one thing after the other; after a failure it is left alone.

    What it is told is always what is due at that moment: one that was away for an hour
    hears what is so now, not what was so meanwhile.
    """

    def __init__(
        self, before: Told, listener: Listener, clock: Clock, observer: Observer
    ) -> None:
        quiet = listener.receiver.quiet
        self.told = replace(
            before, kind=listener.kind, quiet="" if quiet is None else str(quiet)
        )
        self._listener = listener
        self._clock = clock
        self._observer = observer
        self._task: asyncio.Task[None] | None = None
        self._trial: asyncio.Task[None] | None = None
        self._began = 0.0
        self._next = self._reminded = float("-inf")
        self._failures = 0
        self._took: list[Notice] = []

    def begin(
        self, alerts: Collection[Alert], muting: Muting, moment: Moment
    ) -> "asyncio.Task[None] | None":
        """Start telling it what it is time to tell; None: there is nothing, for now."""
        now = self._clock.monotonic()
        if self._busy(now) or now < self._next:
            return None
        notices = self._due(alerts, muting, moment)
        minute = self._minute(alerts, moment, now)
        if not notices and minute is None:
            return None
        self._began = now
        self._task = asyncio.create_task(self._tell(notices, minute, moment.at))
        return self._task

    def try_out(self, asked: float) -> None:
        """Send it a test, if one was asked for since the last, lately."""
        late = self._clock.now() - asked > _LATE_S
        if late or asked <= (self.told.tried or 0.0):
            return
        self.told = replace(self.told, tried=asked, tried_why=None)
        self._trial = asyncio.create_task(self._try_out())

    async def _try_out(self) -> None:
        name, now = self.told.name, self._clock.now()
        try:
            why = await tried(name, self._listener, now)
        except Exception as error:  # noqa: BLE001 - as in `_tell`
            why = f"a bug: {type(error).__name__}"
        self.told = replace(self.told, tried_why=why or "")

    def taken(self) -> Sequence[Notice]:
        """What it took since this was last asked."""
        took, self._took = self._took, []
        return took

    def count(self, alerts: Collection[Alert], muting: Muting, moment: Moment) -> None:
        """Note how much waits for it."""
        waiting = len(self._due(alerts, muting, moment))
        self.told = replace(self.told, waiting=waiting)

    def close(self) -> None:
        """Wait for it no more."""
        for task in (self._task, self._trial):
            if task is not None:
                task.cancel()

    # ------------------------------------------------ what there is to tell

    def _due(
        self, alerts: Collection[Alert], muting: Muting, moment: Moment
    ) -> Sequence[Notice]:
        if self._listener.sink is None:
            return ()
        name, receiver = self.told.name, self._listener.receiver
        found = (due(one, name, receiver, muting, moment.at) for one in alerts)
        return [notice for notice in found if notice is not None]

    def _minute(
        self, alerts: Collection[Alert], moment: Moment, now: float
    ) -> Minute | None:
        """What it is reminded of; None: not now."""
        late = now - self._reminded >= REMIND_EVERY_S
        if self._listener.reminder is None or not late:
            return None
        self._reminded = now
        believed = [
            one
            for one in alerts
            if self.told.name in one.owed and one.phase is not Phase.RESOLVED
        ]
        firing = sum(one.phase is Phase.FIRING for one in alerts)
        return Minute(moment=moment, believed=believed, firing=firing)

    def _busy(self, now: float) -> bool:
        """Whether something is under way to it; what hangs for too long is given up."""
        if self._task is None or self._task.done():
            return False
        waited_s = now - self._began
        if waited_s >= SLOW_S and self.told.failing_since is None:
            self._fails("no answer yet; it is waited for")
        if waited_s < HUNG_S:
            return True
        self._task.cancel()
        self._failed("no answer")
        return now < self._next

    # ------------------------------------------------ telling it

    async def _tell(
        self, notices: Sequence[Notice], minute: Minute | None, at: float
    ) -> None:
        try:
            if self._listener.sink is not None:
                for notice in notices:
                    await self._listener.sink.tell(notice, at)
                    self._took.append(notice)
                    self._succeeded(notice)
            reminder = self._listener.reminder
            if minute is not None and reminder and await reminder.remind(minute):
                self._succeeded(None)
        except OrderbusError as error:
            self._failed(one_line(str(error)) or "no answer")
        except Exception as error:  # noqa: BLE001 - no sink ends the watch, and its text may hold a secret
            self._failed(f"a bug: {type(error).__name__}")

    def _succeeded(self, notice: Notice | None) -> None:
        if self.told.failing_since is not None:
            self._observer.note(names.TAKES_AGAIN, sink=self.told.name)
        self._failures, self._next = 0, float("-inf")
        now = self._clock.now()
        self.told = replace(self.told, sent=now, failing_since=None, why="")
        if notice is not None:
            self._observer.measure(names.TOLD, label=self.told.name)

    def _failed(self, why: str) -> None:
        self._failures += 1
        longest_s = LONGEST_S if self._listener.reminder is None else REMIND_EVERY_S
        self._next = self._clock.monotonic() + pause_s(self._failures, longest_s)
        self._reminded = float("-inf")
        self._observer.measure(names.NOT_TOLD, label=self.told.name)
        self._fails(why)

    def _fails(self, why: str) -> None:
        since = self.told.failing_since
        if since is None or why != self.told.why:
            self._observer.note(names.UNTOLD, sink=self.told.name, why=why)
        since = self._clock.now() if since is None else since
        self.told = replace(self.told, failing_since=since, why=why)
