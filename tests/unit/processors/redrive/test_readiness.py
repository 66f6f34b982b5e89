"""When replays are refused, and what lets them pass."""

import pytest

from bus.errors import NotReadyError
from bus.event import Event
from processors.redrive.readiness import refuse_unready
from tests.support.past import Past
from tests.support.worlds import Worlds


async def check(past: Past, *, force: bool = False) -> None:
    """Ask for acme."""
    subscription = past.world.table.get("acme")
    assert subscription is not None
    await refuse_unready(past.world, subscription, force=force)


async def event_of(past: Past) -> Event:
    """Some event."""
    return (await past.order())[0][0]


async def test_failures_in_a_row_mean_an_open_breaker(past: Past) -> None:
    """As many as open it are refused with what was seen; forced they pass."""
    await past.subscribe()
    event = await event_of(past)
    for _ in range(4):
        await past.attempt("acme", event, "failed", "retry:1s", detail="503 oops")
    await check(past)
    await past.attempt("acme", event, "unreachable", "retry:1s", detail="503 oops")
    with pytest.raises(NotReadyError, match=r"5 failed \(503 oops\).*--force"):
        await check(past)
    await check(past, force=True)


@pytest.mark.parametrize("outcome", ["accepted", "refused"])
async def test_an_answer_since_then_means_a_closed_one(
    past: Past, worlds: Worlds, outcome: str
) -> None:
    """Only what came after the last answer counts."""
    await past.subscribe()
    event = await event_of(past)
    for _ in range(9):
        await past.attempt("acme", event, "failed", "retry:1s")
    await worlds.clock.advance(1)
    await past.attempt("acme", event, outcome, "done")
    await check(past)


@pytest.mark.parametrize(
    ("outcome", "route", "number", "detail"),
    [("held", "retry:1s", 0, "breaker"), ("failed", "held", 2, "503")],
)
async def test_one_held_back_or_failed_probe_is_proof(
    past: Past, outcome: str, route: str, number: int, detail: str
) -> None:
    """A delivery that the breaker held back, or a probe that failed."""
    await past.subscribe()
    event = await event_of(past)
    await past.attempt("acme", event, outcome, route, number=number, detail=detail)
    with pytest.raises(NotReadyError, match="breaker is open"):
        await check(past)


async def test_others_and_the_past_do_not_count(past: Past, worlds: Worlds) -> None:
    """Another's failures, busy spills, our own faults, and what is long ago."""
    await past.subscribe()
    event = await event_of(past)
    for _ in range(9):
        await past.attempt("beta", event, "failed", "retry:1s")
        await past.attempt("acme", event, "held", "retry:1s", number=0, detail="busy")
        await past.attempt(
            "acme", event, "unreachable", "dead_letter:forbidden", detail="forbidden: x"
        )
    await check(past)
    for _ in range(9):
        await past.attempt("acme", event, "failed", "retry:1s")
    await worlds.clock.advance(121)
    await check(past)


async def test_a_paused_one_is_refused_unless_forced(past: Past) -> None:
    """And says how to go on."""
    await past.subscribe()
    await past.world.writer.pause("acme", "release")
    with pytest.raises(NotReadyError, match="bus subscriptions resume acme"):
        await check(past)
    await check(past, force=True)


async def test_disabled_and_removing_ones_are_refused_always(past: Past) -> None:
    """Their deliveries would wait or die at once."""
    await past.subscribe()
    await past.world.writer.disable("acme", "answered 410 Gone")
    with pytest.raises(NotReadyError, match=r"410 Gone.*resume acme"):
        await check(past, force=True)
    await past.world.writer.begin_removal("acme")
    with pytest.raises(NotReadyError, match="being removed"):
        await check(past, force=True)
