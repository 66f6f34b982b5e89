"""Whether a subscription can take replays now.

The breaker lives in the memory of the processors. What it did can be read in the
attempt log: failures in a row, failed probes, deliveries held back by it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bus.delivery.delivery import Attempt
from bus.delivery.subscription import State, Subscription
from bus.errors import NotReadyError
from processors.redrive.attempts import read_attempts
from processors.subscriptions.world import World

_AT_LEAST_S = 120.0
_FAILURES = frozenset({"failed", "unreachable"})
_ANSWERS = frozenset({"accepted", "refused"})
_OUR_FAULT = ("forbidden", "unrenderable", "bug")


async def refuse_unready(
    world: World, subscription: Subscription, *, force: bool
) -> None:
    """Raise unless deliveries to a subscription would be tried now.

    `force` lets a paused subscription and an open breaker pass.

    Raises:
        NotReadyError: why, and how to go on.
    """
    name, state = subscription.id, subscription.state
    if state is State.REMOVING:
        raise NotReadyError(f"{name} is being removed")
    if state is State.DISABLED:
        raise NotReadyError(
            f"{name} is disabled ({subscription.state_reason or 'no reason given'});"
            f" first: bus subscriptions resume {name}"
        )
    if force:
        return
    if subscription.unproven:
        raise NotReadyError(
            f"{name}: its endpoint has not said that it wants events; first: bus"
            f" subscriptions verify {name} (or --force: replays wait until it does)"
        )
    if state is State.PAUSED:
        raise NotReadyError(
            f"{name} is paused; first: bus subscriptions resume {name}"
            " (or --force: replays wait in its retry topics)"
        )
    seen = open_breaker(await _recent(world, name), world.breaker.consecutive)
    if seen is not None:
        raise NotReadyError(_sentence(world, name, seen))


class Seen(NamedTuple):
    """What speaks for an open breaker: how many of each, and the newest."""

    failures: int
    held: int
    newest_us: int
    detail: str


def open_breaker(attempts: Sequence[Attempt], in_a_row: int) -> Seen | None:
    """What says that the breaker is open; None if it seems closed.

    Looks back from the newest attempt to the last answer that was none of the
    breaker's business. So many failures `in_a_row` open it; one held back by it, or
    a failed probe, is proof.
    """
    failures = held = 0
    newest_us, detail = 0, ""
    for attempt in sorted(attempts, key=_ended_us, reverse=True):
        if attempt.outcome in _ANSWERS:
            break
        stopped = attempt.outcome == "held" and attempt.detail == "breaker"
        failed = attempt.outcome in _FAILURES and not attempt.detail.startswith(
            _OUR_FAULT
        )
        held += stopped or (failed and attempt.route == "held")
        failures += failed
        if failed or stopped:
            newest_us = newest_us or _ended_us(attempt)
        if failed:
            detail = detail or attempt.detail
    if held or failures >= in_a_row:
        return Seen(failures, held, newest_us, detail)
    return None


def _ended_us(attempt: Attempt) -> int:
    return attempt.started_us + attempt.duration_us


async def _recent(world: World, subscription: str) -> Sequence[Attempt]:
    since_ms = int((world.clock.now() - _window_s(world)) * 1000)
    return [
        attempt
        async for batch in read_attempts(world, since_ms=since_ms)
        for attempt in batch
        if attempt.subscription == subscription
    ]


def _window_s(world: World) -> float:
    """Longer than an open breaker can go without a probe."""
    return max(_AT_LEAST_S, 2 * world.breaker.open_max_s)


def _sentence(world: World, name: str, seen: Seen) -> str:
    ago_s = max(0.0, world.clock.now() - seen.newest_us / 1e6)
    detail = f" ({seen.detail})" if seen.detail else ""
    what = f"{seen.failures} failed{detail} and {seen.held} held back"
    return (
        f"{name}: its breaker is open: {what} in the last {_window_s(world):.0f} s and"
        f" none accepted, the newest {ago_s:.0f} s ago. Try again when the"
        " endpoint answers (bus subscriptions test), or --force: replays then wait"
        " in its retry topics until it does"
    )
