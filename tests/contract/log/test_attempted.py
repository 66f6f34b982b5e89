"""Events by what their attempts came to."""

from bus.log.questions import EventQuestion
from tests.contract.log.rows import (
    AnyLog,
    all_pages,
    attempt,
    event,
    failed,
    write,
)


async def test_events_by_what_their_attempts_came_to(log: AnyLog) -> None:
    """One attempt has to fit all that is asked of attempts; a scope narrows that."""
    rows = [event(n) for n in range(5)]
    tried = [
        attempt(0, rows[0]),
        failed(1, rows[1]),
        attempt(2, rows[1], subscription="shop"),
        attempt(3, rows[2], status=404, outcome="refused", subscription="shop"),
        failed(4, rows[3], status=0, outcome="unreachable"),
    ]
    await write(log, *rows, *tried)

    async def found(**asked: object) -> list[int]:
        question = EventQuestion(**asked)  # type: ignore[arg-type]
        pages = await all_pages(lambda at: log.events(question, at))
        return sorted(row.at.offset for row in pages)

    assert await found(outcomes=frozenset({"failed"})) == [1]
    assert await found(outcomes=frozenset({"failed", "accepted"})) == [0, 1]
    assert await found(outcomes=frozenset({"never-heard-of"})) == []
    assert await found(status_classes=frozenset({4})) == [2]
    assert await found(status_classes=frozenset({0, 5})) == [1, 3]
    assert await found(subscriptions=frozenset({"shop"})) == [1, 2]
    assert (
        await found(subscriptions=frozenset({"shop"}), outcomes=frozenset({"failed"}))
        == []
    )
    assert await found(
        subscriptions=frozenset({"erp"}), outcomes=frozenset({"failed"})
    ) == [1]
    assert await found(subscriptions=frozenset({"nobody"})) == []
    assert (
        await found(subscriptions=frozenset({"shop"}), scope=frozenset({"erp"})) == []
    )
    assert await found(outcomes=frozenset({"accepted"}), scope=frozenset({"shop"})) == [
        1
    ]
    assert await found(outcomes=frozenset({"accepted"}), types=("order.*",)) == [0, 1]
