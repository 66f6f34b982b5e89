"""What `bus log` does, and how it tells."""

import sys
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, cast

import typer

from bus.log.retention import Retention
from bus.log.store import Log
from bus.ports import Clock
from bus.topics.topology import Topology
from processors.cli.asking import ask
from processors.cli.control import FAILED, GOOD, console, print_json
from processors.cli.log_view import kept, plain_state, removed, show
from processors.cli.root import Root
from processors.clock import SystemClock
from processors.projector.state import lag_of, look_at_log
from processors.redrive.rendering import span
from processors.screen.saying import say
from processors.wiring.adapters import declared_topology
from processors.wiring.log import open_log, retention

if TYPE_CHECKING:
    from processors.settings import Settings

_LOOK_S = 1.0
_CAUGHT_UP_S = 5.0
_NOBODY_S = 30.0
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Less:
    """What is to be kept less than the settings say; None: as they say."""

    accepted_days: int | None = None
    days: int | None = None
    audit_days: int | None = None
    most_bytes: int | None = None

    def of(self, keep: Retention) -> Retention:
        """What is kept then."""
        said = {name: value for name, value in asdict(self).items() if value}
        return replace(keep, **said)


async def tell_state(ctx: typer.Context, *, as_json: bool) -> int:
    """Show how the log is."""
    async with open_log(_settings(ctx)) as log:
        state = await look_at_log(log, SystemClock())
    if as_json:
        print_json(plain_state(state))
    else:
        show(state)
    return GOOD


async def prune(ctx: typer.Context, less: Less, *, yes: bool, as_json: bool) -> int:
    """Remove what is older than it is kept for; say what."""
    settings = _settings(ctx)
    keep = less.of(retention(settings))
    clock = SystemClock()
    async with open_log(settings) as log:
        place = (await log.describe()).place
        ask(f"What is older than {kept(keep)} goes from {place}. Go on?", yes=yes)
        with console(stderr=True).status("Removing …"):
            pruned = await log.prune(keep, round(clock.now() * 1e6))
    if as_json:
        print_json({"days": list(pruned.days), "rows": pruned.rows})
    else:
        say(removed(pruned))
    return GOOD


async def rebuild(ctx: typer.Context, *, wait: bool, yes: bool, as_json: bool) -> int:
    """Empty the log; with `wait` look on while it is read again."""
    settings = _settings(ctx)
    clock = SystemClock()
    async with open_log(settings) as log:
        place = (await log.describe()).place
        back = _reach(declared_topology(settings.topics_file))
        ask(
            f"The log at {place} is emptied, and read again as far as Kafka reaches: "
            f"{back}. What is older is gone for good. Go on?",
            yes=yes,
        )
        await log.clear()
        lag_s = await _watched(log, clock) if wait else None
    if as_json:
        print_json({"emptied": place, "behind_s": _rounded(lag_s)})
    elif not wait:
        say(f"{place} is empty; projectors read it again: bus log status")
    elif lag_s is not None:
        say(f"{place} is read again")
    if wait and lag_s is None:
        say("nobody reads it: bus run projector", fg=typer.colors.RED, err=True)
        return FAILED
    return GOOD


async def _watched(log: Log, clock: Clock) -> float | None:
    """Look on until it has caught up; None if nobody reads it."""
    began = clock.monotonic()
    with console(stderr=True).status("Waiting for a projector …") as status:
        while True:
            await clock.sleep(_LOOK_S)
            lag_s = await lag_of(log, clock)
            if lag_s is None:
                if clock.monotonic() - began > _NOBODY_S:
                    return None
            elif lag_s < _CAUGHT_UP_S:
                return lag_s
            else:
                status.update(f"{span(lag_s * 1000)} behind …")
                if not sys.stderr.isatty():
                    say(f"{span(lag_s * 1000)} behind", err=True)


def _settings(ctx: typer.Context) -> "Settings":
    return cast(Root, ctx.obj).given()


def _reach(topology: Topology) -> str:
    """How far back Kafka's topics are declared to reach."""
    kept = {
        topic.name: topic.config.get("retention.ms", "") for topic in topology.fixed()
    }
    names = {"attempts": topology.attempts, "events": topology.sources[0]}
    return ", ".join(f"{word} {_days(kept[name])}" for word, name in names.items())


def _days(retention_ms: str) -> str:
    return f"{int(retention_ms or 0) / _DAY_MS:g} days"


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
