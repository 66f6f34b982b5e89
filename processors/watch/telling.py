"""Tells sinks what is due to them; none waits for another, nor does the watch."""

import asyncio
from collections.abc import Collection, Mapping

from bus.ports import Clock, Observer
from bus.watch.alerts import Alert
from bus.watch.muting import Muting
from bus.watch.sinks import Told
from bus.watch.telling import heard
from processors.watch.ear import Ear
from processors.watch.sinks import Listener, Moment

PROMPT_S = 2.0
"""How long a look waits for sinks; who takes longer is heard at a later one."""


class Telling:
    """All sinks of a watch that leads, with what the one before knew of them."""

    def __init__(
        self,
        listeners: Mapping[str, Listener],
        before: Mapping[str, Told],
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._clock = clock
        self._ears = [
            Ear(before.get(name, Told(name=name, kind=one.kind)), one, clock, observer)
            for name, one in listeners.items()
        ]

    def states(self) -> Mapping[str, Told]:
        """How each sink fares."""
        return {ear.told.name: ear.told for ear in self._ears}

    async def tell(
        self, alerts: Mapping[str, Alert], muting: Muting, moment: Moment
    ) -> Mapping[str, Alert]:
        """Tell all that is due; return the alerts with who has heard of them."""
        alerts = self._heard(alerts)
        begun = [ear.begin(alerts.values(), muting, moment) for ear in self._ears]
        await self._wait([task for task in begun if task is not None])
        alerts = self._heard(alerts)
        for ear in self._ears:
            ear.count(alerts.values(), muting, moment)
        return alerts

    def try_out(self, trials: Mapping[str, float]) -> None:
        """Send tests to those of which somebody has asked for one, by when."""
        for ear in self._ears:
            if (asked := trials.get(ear.told.name)) is not None:
                ear.try_out(asked)

    def close(self) -> None:
        """Tell nobody any more."""
        for ear in self._ears:
            ear.close()

    def _heard(self, alerts: Mapping[str, Alert]) -> Mapping[str, Alert]:
        after = dict(alerts)
        for ear in self._ears:
            for notice in ear.taken():
                key = notice.alert.key
                if key in after:
                    after[key] = heard(after[key], notice)
        return after

    async def _wait(self, begun: "Collection[asyncio.Task[None]]") -> None:
        if not begun:
            return
        prompt = asyncio.ensure_future(self._clock.sleep(PROMPT_S))
        waiting = set(begun)
        while waiting and not prompt.done():
            done, _ = await asyncio.wait(
                [*waiting, prompt], return_when=asyncio.FIRST_COMPLETED
            )
            waiting -= done
        prompt.cancel()
