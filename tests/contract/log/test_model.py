"""Any rows, any question: the answer is that of the log in memory."""

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bus.adapters.memory import MemoryLog
from bus.log.questions import AttemptQuestion, DeliveryQuestion, EventQuestion
from bus.log.rows import AttemptRow, EventRow
from tests.contract.log.rows import (
    MINUTE_US,
    NOW_US,
    AnyLog,
    all_pages,
    attempt,
    event,
    write,
)

_SUBSCRIPTIONS = ("erp", "shop", "mail")
_TYPES = ("order.created", "order.paid", "stock.low")
_ORDERS = ("o-1", "o-2", "")
_WEB = ("", "web", "edi")
_ROUTES = ("done", "retry:1s", "dead_letter:refused", "held")
_OUTCOMES = ("accepted", "failed", "refused", "held")
_DETAILS = ("breaker", "paused", "timeout: 5 s", "older than 60 s")
_ARRIVED = (0, NOW_US, NOW_US - 3 * MINUTE_US, NOW_US - 9 * MINUTE_US)
_scopes = st.none() | st.frozensets(st.sampled_from((*_SUBSCRIPTIONS, "nobody")))
_moments = st.none() | st.integers(-3, 8).map(lambda m: NOW_US + m * MINUTE_US)


@st.composite
def _rows(draw: st.DrawFn) -> Sequence[EventRow | AttemptRow]:
    events = [
        event(
            n,
            arrived_us=NOW_US + draw(st.integers(0, 3)) * MINUTE_US,
            event_type=draw(st.sampled_from(_TYPES)),
            order_id=draw(st.sampled_from(_ORDERS)),
            channel=draw(st.sampled_from(_WEB)),
            account=draw(st.sampled_from(_WEB)),
        )
        for n in range(draw(st.integers(1, 8)))
    ]
    attempts = [
        attempt(
            n,
            draw(st.sampled_from(events)),
            started_us=NOW_US + draw(st.integers(0, 5)) * MINUTE_US,
            subscription=draw(st.sampled_from(_SUBSCRIPTIONS)),
            outcome=draw(st.sampled_from(_OUTCOMES)),
            status=draw(st.sampled_from((0, 200, 404, 503))),
            route=draw(st.sampled_from(_ROUTES)),
            number=draw(st.integers(0, 3)),
            replay=draw(st.integers(0, 1)),
            detail=draw(st.sampled_from(_DETAILS)),
            arrived_us=draw(st.sampled_from(_ARRIVED)),
        )
        for n in range(draw(st.integers(0, 20)))
    ]
    return [*events, *attempts]


_event_questions = st.builds(
    EventQuestion,
    order_id=st.none() | st.sampled_from(_ORDERS),
    types=st.lists(st.sampled_from((*_TYPES, "order.*", "none.*")), max_size=2).map(
        tuple
    ),
    channel=st.none() | st.sampled_from(_WEB),
    account=st.none() | st.sampled_from(_WEB),
    since_us=_moments,
    until_us=_moments,
    scope=_scopes,
)
_attempt_questions = st.builds(
    AttemptQuestion,
    subscriptions=st.frozensets(st.sampled_from(_SUBSCRIPTIONS)),
    types=st.frozensets(st.sampled_from((*_TYPES, "order.*"))),
    event_id=st.none() | st.integers(0, 8).map(lambda n: event(n).event_id),
    order_id=st.none() | st.sampled_from(_ORDERS),
    outcomes=st.frozensets(st.sampled_from(_OUTCOMES)),
    status_classes=st.frozensets(st.sampled_from((0, 2, 4, 5))),
    since_us=_moments,
    until_us=_moments,
    scope=_scopes,
)
_delivery_questions = st.builds(
    DeliveryQuestion,
    subscriptions=st.frozensets(st.sampled_from(_SUBSCRIPTIONS)),
    states=st.frozensets(st.sampled_from(("retrying", "held", "dead_letter"))),
    scope=_scopes,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rows=_rows(),
    cut=st.integers(0, 28),
    limit=st.integers(1, 7),
    of_events=_event_questions,
    of_attempts=_attempt_questions,
    of_deliveries=_delivery_questions,
)
async def test_every_question_has_the_models_answer(  # noqa: PLR0913, PLR0917 - what is drawn
    log: AnyLog,
    rows: Sequence[EventRow | AttemptRow],
    cut: int,
    limit: int,
    of_events: EventQuestion,
    of_attempts: AttemptQuestion,
    of_deliveries: DeliveryQuestion,
) -> None:
    """Written in two batches, read page by page."""
    model = MemoryLog()
    await log.clear()
    for one in (log, model):
        for some in (rows[:cut], rows[cut:]):
            if some:
                await write(one, *some)
    assert await all_pages(lambda at: log.events(of_events, at), limit) == (
        await all_pages(lambda at: model.events(of_events, at), limit)
    )
    assert await all_pages(lambda at: log.attempts(of_attempts, at), limit) == (
        await all_pages(lambda at: model.attempts(of_attempts, at), limit)
    )
    deliveries = await all_pages(lambda at: log.deliveries(of_deliveries, at), limit)
    expected = await all_pages(lambda at: model.deliveries(of_deliveries, at), limit)
    assert set(deliveries) == set(expected)
    assert [d.changed_us for d in deliveries] == [d.changed_us for d in expected]
    assert await log.minutes(None, 0, NOW_US * 2) == (
        await model.minutes(None, 0, NOW_US * 2)
    )
    assert await log.health(None, NOW_US) == await model.health(None, NOW_US)
    await _same_ledgers(log, model)


async def _same_ledgers(log: AnyLog, model: MemoryLog) -> None:
    """What objectives are told from."""
    later = NOW_US + 7 * MINUTE_US
    lately = NOW_US // MINUTE_US // 1_440 * 1_440
    assert await log.ledger.spans(None, 0, lately) == (
        await model.ledger.spans(None, 0, lately)
    )
    assert await log.ledger.latencies(None, 0) == await model.ledger.latencies(None, 0)
    assert await log.ledger.overdue(None, later) == (
        await model.ledger.overdue(None, later)
    )
    for name in _SUBSCRIPTIONS:
        assert await log.ledger.days(name, 0) == await model.ledger.days(name, 0)
        assert await log.ledger.hours(name, 0) == await model.ledger.hours(name, 0)
