"""Commands of migrations, run on a bus in memory."""

import json

from typer.testing import CliRunner, Result

from processors.cli import migrate
from tests.support.past import Past
from tests.support.worlds import Worlds

FREE = ("days=0", "hold_h=0", "pairs=1")


def bus(worlds: Worlds, *args: object) -> Result:
    """Run a command; it must not fail in any way but on purpose."""
    words = [str(arg) for arg in args]
    result = CliRunner().invoke(migrate.app, words, obj=worlds.open)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def told(worlds: Worlds, *args: object) -> dict:
    """The JSON that a command prints."""
    result = bus(worlds, *args, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


async def subscribed(worlds: Worlds, *names: str) -> None:
    """There are such subscriptions."""
    async with worlds.open() as world:
        await world.table.ready()
        for name in names:
            await Past(world).subscribe(name)


def planned(worlds: Worlds, *more: str) -> None:
    """A migration to acme, whose gates ask for little."""
    limits = [word for one in FREE for word in ("--limit", one)]
    assert bus(worlds, "plan", "acme", "--force", *limits, *more).exit_code == 0


def climb(worlds: Worlds) -> None:
    """To the first share, its gates passed by force."""
    for _ in range(2):
        assert bus(worlds, "step", "acme").exit_code == 0
    shut = bus(worlds, "step", "acme")
    assert shut.exit_code == 1
    assert "no comparison is attached" in shut.output
    silent = bus(worlds, "step", "acme", "--force")
    assert silent.exit_code == 2
    assert "`--force` needs `--why TEXT`: " in silent.output
    assert bus(worlds, "step", "acme", "--force", "--why", "agreed").exit_code == 0


async def paused(worlds: Worlds, name: str) -> None:
    """Pause a subscription."""
    async with worlds.open() as world:
        await world.table.ready()
        await world.writer.pause(name, "for now")
