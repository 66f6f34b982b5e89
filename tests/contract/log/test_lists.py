"""Lists: what fits and nothing else, newest first, page by page, both ways."""

from collections.abc import Callable, Mapping

import pytest

from bus.errors import BadCursorError
from bus.log.questions import (
    AttemptQuestion,
    AuditQuestion,
    DeliveryQuestion,
    EventQuestion,
    Paging,
    QuarantineQuestion,
)
from bus.log.rows import Place
from tests.contract.log.rows import (
    NOW_US,
    SECOND_US,
    AnyLog,
    ack,
    all_pages,
    attempt,
    change,
    event,
    failed,
    held,
    quarantined,
    write,
)


async def test_pages_hold_every_row_once_both_ways(log: AnyLog) -> None:
    """From the newest to the oldest and back again, rows of one moment included."""
    rows = [attempt(n, started_us=NOW_US + n // 3) for n in range(11)]
    await write(log, *rows)
    asked = AttemptQuestion(subscriptions=frozenset({"erp"}))
    pages = [await log.attempts(asked, Paging(4))]
    while pages[-1].next:
        pages.append(await log.attempts(asked, Paging(4, pages[-1].next)))
    assert [row for page in pages for row in page.rows] == rows[::-1]
    assert pages[0].previous == ""
    back = [pages[-1]]
    while back[-1].previous:
        back.append(await log.attempts(asked, Paging(4, back[-1].previous)))
    assert [row for page in reversed(back) for row in page.rows] == rows[::-1]


async def test_rows_that_come_in_move_no_page(log: AnyLog) -> None:
    """Older pages stay what they are; what is new comes before the first one."""
    old = [attempt(n) for n in range(6)]
    await write(log, *old)
    asked = AttemptQuestion()
    first = await log.attempts(asked, Paging(3))
    await write(log, *[attempt(n) for n in range(6, 9)])
    second = await log.attempts(asked, Paging(3, first.next))
    assert [*first.rows, *second.rows] == old[::-1]
    newer = await log.attempts(asked, Paging(3, second.previous))
    assert newer.rows == first.rows
    newest = await log.attempts(asked, Paging(3, newer.previous))
    assert [row.at.offset for row in newest.rows] == [8, 7, 6]
    assert newest.previous == ""


_SPOILT: Mapping[str, Callable[[str], str]] = {
    "cut": lambda text: text[:-2],
    "longer": lambda text: "A" + text,
    "backwards": lambda text: text[::-1],
    "nonsense": lambda _: "nonsense",
    "letters": lambda _: "ü",
    "empty": lambda _: "W10",
    "endless": lambda text: text * 200,
}


@pytest.mark.parametrize("how", _SPOILT)
async def test_a_spoilt_cursor_is_refused(log: AnyLog, how: str) -> None:
    """It never starts from the beginning in silence."""
    await write(log, *[attempt(n) for n in range(3)])
    page = await log.attempts(AttemptQuestion(), Paging(1))
    with pytest.raises(BadCursorError):
        await log.attempts(AttemptQuestion(), Paging(1, _SPOILT[how](page.next)))


async def test_a_cursor_is_of_its_question_only(log: AnyLog) -> None:
    """Of another filter, another scope or another list it is refused."""
    await write(log, *[attempt(n) for n in range(3)])
    cursor = (await log.attempts(AttemptQuestion(), Paging(1))).next
    for other in (
        AttemptQuestion(subscriptions=frozenset({"erp"})),
        AttemptQuestion(scope=frozenset({"erp"})),
    ):
        with pytest.raises(BadCursorError):
            await log.attempts(other, Paging(1, cursor))
    with pytest.raises(BadCursorError):
        await log.events(EventQuestion(), Paging(1, cursor))
    with pytest.raises(BadCursorError):
        await log.deliveries(DeliveryQuestion(), Paging(1, cursor))


async def test_attempts_by_all_that_can_be_asked(log: AnyLog) -> None:
    """Each filter by itself, and together."""
    rows = [
        attempt(0, event(0)),
        failed(1, event(1), subscription="shop"),
        held(2, event(0), subscription="shop"),
        attempt(
            3, event(3), status=404, outcome="refused", route="dead_letter:refused"
        ),
        failed(4, event(0), status=0, outcome="unreachable"),
    ]
    await write(log, *[event(n) for n in range(4)], *rows)

    async def found(**asked: object) -> list[int]:
        question = AttemptQuestion(**asked)  # type: ignore[arg-type]
        pages = await all_pages(lambda at: log.attempts(question, at))
        return sorted(row.at.offset for row in pages)

    assert await found() == [0, 1, 2, 3, 4]
    assert await found(subscriptions=frozenset({"shop"})) == [1, 2]
    assert await found(event_id=event(0).event_id) == [0, 2, 4]
    assert await found(order_id="order-0") == [0, 2, 4]
    assert await found(order_id="order-0", event_id=event(1).event_id) == []
    assert await found(outcomes=frozenset({"failed", "held"})) == [1, 2]
    assert await found(outcomes=frozenset({"accepted"})) == [0]
    assert await found(outcomes=frozenset({"accepted", "refused"})) == [0, 3]
    assert await found(status_classes=frozenset({0})) == [2, 4]
    assert await found(status_classes=frozenset({2, 4})) == [0, 3]
    span = {"since_us": NOW_US + SECOND_US, "until_us": NOW_US + 3 * SECOND_US}
    assert await found(**span) == [1, 2]
    assert await found(
        **span, subscriptions=frozenset({"shop"}), order_id="order-0"
    ) == [2]
    assert await found(scope=frozenset({"shop"})) == [1, 2]
    assert await found(scope=frozenset({"shop", "erp"})) == [0, 1, 2, 3, 4]
    assert (
        await found(scope=frozenset({"erp"}), subscriptions=frozenset({"shop"})) == []
    )
    assert await found(scope=frozenset({"erp"}), order_id="order-0") == [0, 4]
    assert await found(scope=frozenset()) == []


async def test_of_several_words_one_has_to_fit(log: AnyLog) -> None:
    """Subscriptions and types of attempts; what there is not fits nothing."""
    rows = [
        attempt(0, event(0)),
        failed(1, event(1), subscription="shop"),
        attempt(2, event(0), subscription="shop"),
        attempt(3, event(3), event_type="payment.captured"),
        attempt(4, event(0), subscription="crm"),
    ]
    await write(log, *[event(n) for n in range(4)], *rows)

    async def found(**asked: object) -> list[int]:
        question = AttemptQuestion(**asked)  # type: ignore[arg-type]
        pages = await all_pages(lambda at: log.attempts(question, at), 2)
        return [row.at.offset for row in pages]

    assert await found(subscriptions=frozenset({"nobody", "shop"})) == [2, 1]
    assert await found(subscriptions=frozenset({"erp", "shop"})) == [3, 2, 1, 0]
    assert await found(types=frozenset({"order.created", "x.y"})) == [4, 2, 1, 0]
    assert await found(types=frozenset({"order.*"})) == [4, 2, 1, 0]
    assert await found(types=frozenset({"payment.*", "order.created"})) == [
        4,
        3,
        2,
        1,
        0,
    ]
    assert await found(types=frozenset({"x.*"})) == []
    assert await found(subscriptions=frozenset({"nobody"})) == []
    assert await found(outcomes=frozenset({"never-heard-of"})) == []
    mine = {"subscriptions": frozenset({"erp"}), "types": frozenset({"payment.*"})}
    assert await found(**mine) == [3]
    assert await found(**mine, scope=frozenset({"shop"})) == []
    assert await found(**mine, outcomes=frozenset({"failed"})) == []


async def test_events_by_all_that_can_be_asked(log: AnyLog) -> None:
    """Each filter by itself; a scope sees what was attempted for it."""
    rows = [
        event(0),
        event(1, event_type="order.cancelled", channel="web"),
        event(2, event_type="orders.odd", channel="edi", account="acme"),
        event(3, event_type="ORDER.created", account="acme"),
    ]
    await write(log, *rows, attempt(0, rows[1]), attempt(1, rows[2], subscription="b"))

    async def found(**asked: object) -> list[int]:
        question = EventQuestion(**asked)  # type: ignore[arg-type]
        pages = await all_pages(lambda at: log.events(question, at))
        return sorted(row.at.offset for row in pages)

    assert await found() == [0, 1, 2, 3]
    assert await found(order_id="order-2") == [2]
    assert await found(types=("order.cancelled",)) == [1]
    assert await found(types=("order.*",)) == [0, 1]
    assert await found(types=("order.cancelled", "orders.odd")) == [1, 2]
    assert await found(types=("nothing.*",)) == []
    assert await found(channel="web") == [1]
    assert await found(account="acme") == [2, 3]
    assert await found(account="acme", channel="edi") == [2]
    assert await found(
        since_us=NOW_US + SECOND_US, until_us=NOW_US + 2 * SECOND_US
    ) == [1]
    assert await found(scope=frozenset({"erp"})) == [1]
    assert await found(scope=frozenset({"erp", "b"})) == [1, 2]
    assert await found(scope=frozenset({"nobody"})) == []
    assert await found(scope=frozenset({"b"}), types=("order.*",)) == []


async def test_an_event_by_either_id(log: AnyLog) -> None:
    """By the webhook-id and by what its producer calls it; in a scope only its own."""
    ours = event(0)
    theirs = event(1, own_id="7", event_id="00000000-0000-5000-8000-000000000001")
    other = event(2, own_id="7", event_id="00000000-0000-5000-8000-000000000002")
    await write(log, ours, theirs, other, attempt(0, ours))
    assert await log.event(ours.event_id) == [ours]
    assert await log.event(theirs.event_id) == [theirs]
    assert await log.event("7") == [other, theirs]
    assert not await log.event("8")
    assert await log.event(ours.event_id, frozenset({"erp"})) == [ours]
    assert not await log.event("7", frozenset({"erp"}))


async def test_acks_and_quarantine_of_an_event(log: AnyLog) -> None:
    """What else befell an event: who acknowledged it, and what nobody could read."""
    of = event(0)
    acks = [ack(0, of), ack(1, of, "shop"), ack(2, event(1))]
    away = [quarantined(0, of.at), quarantined(1, None), quarantined(2, event(1).at)]
    await write(log, of, *acks, *away)
    assert await log.acks(of.event_id) == [acks[1], acks[0]]
    assert await log.acks(of.event_id, frozenset({"shop"})) == [acks[1]]
    assert await log.quarantined([of.at, Place("elsewhere", 0, 0)]) == [away[0]]
    assert await log.quarantined([]) == []
    listed = await all_pages(lambda at: log.quarantine(QuarantineQuestion(), at))
    assert listed == away[::-1]
    of_topic = QuarantineQuestion(topic=of.at.topic, since_us=NOW_US + SECOND_US)
    assert await all_pages(lambda at: log.quarantine(of_topic, at)) == [away[2]]


async def test_changes_by_all_that_can_be_asked(log: AnyLog) -> None:
    """A tenant sees its own."""
    rows = [
        change(0),
        change(1, tenant="acme", actor="partner-1"),
        change(2, tenant="acme", entity_id="shop"),
        change(3, entity="key", entity_id="erp"),
    ]
    await write(log, *rows)

    async def found(**asked: object) -> list[int]:
        question = AuditQuestion(**asked)  # type: ignore[arg-type]
        pages = await all_pages(lambda at: log.audit(question, at))
        return sorted(row.at.offset for row in pages)

    assert await found() == [0, 1, 2, 3]
    assert await found(tenant="acme") == [1, 2]
    assert await found(tenant="") == [0, 3]
    assert await found(entity="key") == [3]
    assert await found(entity="subscription", entity_id="erp") == [0, 1]
    assert await found(actor="partner-1") == [1]
    assert await found(until_us=NOW_US + SECOND_US) == [0]
    assert (await log.audit(AuditQuestion(entity="key"), Paging())).rows == [rows[3]]


async def test_a_page_is_never_larger_than_it_may_be(log: AnyLog) -> None:
    """A limit beyond the most is the most; one of nothing is one row."""
    await write(log, *[attempt(n) for n in range(300)])
    assert len((await log.attempts(AttemptQuestion(), Paging(10_000))).rows) == 250
    assert len((await log.attempts(AttemptQuestion(), Paging(0))).rows) == 1
