"""Plays the day: the script's acts at their time, the watch looking at all of it."""

import asyncio
from collections.abc import Iterator
from inspect import isawaitable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.day.incident import Act
from tests.day.script import SCRIPT
from tests.day.stage import Stage, opened
from tests.day.town import STEP_S
from tests.day.verdict import Day, Told

_STEPS = round(24 * 3_600 / STEP_S)


def lived(seed: int) -> Day:
    """A whole day."""
    with TemporaryDirectory() as folder:
        return asyncio.run(_play(seed, Path(folder)))


async def _play(seed: int, folder: Path) -> Day:
    async with opened(seed, folder) as stage:
        midnight = stage.now
        acts = sorted(_acts(), key=lambda one: one[0])
        for step in range(_STEPS):
            while acts and acts[0][0] * 60 <= step * STEP_S:
                await _do(acts.pop(0)[1], stage)
            await stage.step()
        told = [
            Told(at, notice.alert, notice.is_over) for at, notice in stage.ear.heard
        ]
        return Day(midnight, told, stage.gathering.kept)


def _acts() -> Iterator[tuple[float, Act]]:
    for one in SCRIPT:
        yield one.at, one.begin
        yield one.at + one.lasts, one.end


async def _do(act: Act, stage: Stage) -> None:
    done = act(stage)
    if isawaitable(done):
        await done
