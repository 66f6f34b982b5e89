"""Open deliveries: those that were not accepted at once, as they stand now."""

from bus.log.causes import Cause
from bus.log.questions import DeliveryQuestion, OpenDelivery
from tests.contract.log.rows import (
    AnyLog,
    all_pages,
    attempt,
    event,
    failed,
    held,
    write,
)


async def _open(log: AnyLog, **asked: object) -> list[OpenDelivery]:
    question = DeliveryQuestion(**asked)  # type: ignore[arg-type]
    return await all_pages(lambda at: log.deliveries(question, at))


async def test_one_that_is_accepted_at_once_is_never_open(log: AnyLog) -> None:
    """Nor one that fails and is accepted within the same batch."""
    await write(log, attempt(0), failed(1), attempt(2, event(1), number=2))
    assert await _open(log) == []


async def test_it_is_what_its_newest_attempt_left(log: AnyLog) -> None:
    """Waiting, held, a dead letter, replayed, gone: batch by batch or in one."""
    of = event(0)
    life = [
        failed(0, of),
        held(1, of, route="retry:5s"),
        failed(2, of, number=2, route="dead_letter:exhausted", status=500),
        held(3, of, replay=1, route="retry:1s"),
        attempt(4, of, replay=1),
        failed(5, of, replay=2),
    ]
    seen = []
    for row in life:
        await write(log, row)
        seen += [(d.state, d.attempts, d.tier, d.reason) for d in await _open(log)]
    assert seen == [
        ("retrying", 1, "1s", ""),
        ("held", 1, "5s", ""),
        ("dead_letter", 2, "", "exhausted"),
        ("held", 2, "1s", ""),
        ("retrying", 1, "1s", ""),
    ]
    left = await _open(log)
    await log.clear()
    await write(log, *life)
    assert await _open(log) == left


async def test_a_hop_after_it_was_done_knows_of_no_attempt(log: AnyLog) -> None:
    """Whatever stood before in the log, and whatever batches it came in."""
    of = event(0)
    await write(log, failed(0, of, number=3))
    await write(log, attempt(1, of, number=4), held(2, of, replay=1))
    assert [one.attempts for one in await _open(log)] == [0]


async def test_they_are_told_whole(log: AnyLog) -> None:
    """All that a list shows stands in the row."""
    of = event(3)
    row = failed(0, of, subscription="shop", route="dead_letter:too_old")
    await write(log, row)
    assert await _open(log) == [
        OpenDelivery(
            subscription="shop",
            event_id=of.event_id,
            event_type="order.created",
            order_id="order-3",
            state="dead_letter",
            attempts=1,
            replay=0,
            last_outcome="failed",
            last_status=503,
            last_detail="503 not now",
            changed_us=row.started_us,
            reason="too_old",
            cause=Cause.SERVER_ERROR,
        )
    ]


async def test_by_all_that_can_be_asked(log: AnyLog) -> None:
    """Each filter by itself, newest first."""
    await write(
        log,
        failed(0, event(0)),
        failed(1, event(1), subscription="shop"),
        held(2, event(2), subscription="shop"),
        failed(3, event(3), route="dead_letter:refused"),
    )

    async def found(**asked: object) -> list[str]:
        return [one.event_id for one in await _open(log, **asked)]

    ids = [event(n).event_id for n in range(4)]
    assert await found() == ids[::-1]
    assert await found(subscriptions=frozenset({"shop"})) == [ids[2], ids[1]]
    assert await found(states=frozenset({"dead_letter"})) == [ids[3]]
    assert await found(states=frozenset({"held", "retrying"})) == ids[2::-1]
    assert await found(scope=frozenset({"erp"})) == [ids[3], ids[0]]
    assert await found(scope=frozenset({"erp", "shop"})) == ids[::-1]
    assert (
        await found(scope=frozenset({"erp"}), subscriptions=frozenset({"shop"})) == []
    )
