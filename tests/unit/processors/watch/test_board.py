"""What `bus.alerts` says, whoever writes into it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bus.record import Message
from bus.watch.alerts import Phase
from bus.watch.states import Reason, State
from bus.watch.verdicts import Health, Kind, Subject
from processors.watch.board import Board
from processors.watch.records import (
    Look,
    PastHour,
    alert_message,
    hour_message,
    look_message,
    state_message,
)
from tests.support.watching import Watched
from tests.unit.bus.watch.test_stored import ALERT

TOPIC = "bus.alerts"
SHOP = Subject(Kind.SUBSCRIPTION, "shop")


@pytest.fixture
async def board(stage: Watched) -> AsyncIterator[Board]:
    """A board that is followed."""
    made = Board(stage.world.reader, stage.world.clock, TOPIC)
    task = asyncio.create_task(made.run())
    await made.ready()
    yield made
    task.cancel()


async def put(stage: Watched, board: Board, *messages: Message) -> None:
    """Write, and wait until it is read."""
    for message in messages:
        written = await stage.world.publisher.publish(message)
        await board.applied(written)


async def test_what_a_leader_wrote_is_there(stage: Watched, board: Board) -> None:
    """Alerts, states, hours, and when it looked; and gone once it is taken away."""
    state = State(Health.FAILING, (Reason("the breaker is open", "breaker_open"),))
    past = PastHour(topic="oms.order", hour=17 + 168, weeks=[[1] * 60])
    await put(
        stage,
        board,
        look_message(TOPIC, Look(leader="a", at=1.0, unknown={"counts": "x"}), 7),
        alert_message(TOPIC, ALERT.key, ALERT, 7),
        state_message(TOPIC, SHOP, state, 7),
        hour_message(TOPIC, past, 17, 7),
    )
    assert board.look == Look(leader="a", at=1.0, unknown={"counts": "x"})
    assert board.alerts == {ALERT.key: ALERT}
    assert board.states == {SHOP: state}
    assert board.weeks("oms.order") == {17: [[1] * 60]}
    assert board.past("oms.order", 17) == past
    await put(
        stage,
        board,
        alert_message(TOPIC, ALERT.key, None, 7),
        state_message(TOPIC, SHOP, None, 7),
    )
    assert (board.alerts, board.states) == ({}, {})


async def test_who_was_frozen_and_leads_no_more_is_not_heard(
    stage: Watched, board: Board
) -> None:
    """Its record may be all that compaction keeps: that it overwrote is known."""
    await put(stage, board, alert_message(TOPIC, ALERT.key, ALERT, 9))
    stale = replace(ALERT, phase=Phase.RESOLVED)
    await put(stage, board, alert_message(TOPIC, ALERT.key, stale, 3))
    assert board.alerts == {ALERT.key: ALERT}
    assert board.overwritten == {f"alert/{ALERT.key}"}
    await put(stage, board, alert_message(TOPIC, ALERT.key, ALERT, 9))
    assert board.overwritten == set()


async def test_who_takes_over_has_a_later_term(stage: Watched, board: Board) -> None:
    """The offset at which it said so."""
    await put(stage, board, look_message(TOPIC, Look(leader="a", at=1.0), None))
    first = board.term
    await put(stage, board, look_message(TOPIC, Look(leader="b", at=2.0), None))
    assert board.term > first
    assert board.look is not None
    assert board.look.leader == "b"


async def test_strange_records_are_passed_over(stage: Watched, board: Board) -> None:
    """Whatever somebody writes there."""
    term = (("orderbus-term", b"5"),)
    for key in (b"watch", b"alert/x", b"state/what/x", b"hour/x/1", b"silence/s", b"?"):
        for value in (b"{", b"[]", b'{"weeks": [[1]]}', b"{}"):
            await put(stage, board, Message(TOPIC, key, value, term, 0))
    await put(
        stage, board, Message(TOPIC, b"watch", b"{}", (("orderbus-term", b"x"),), 0)
    )
    assert (board.alerts, board.states, board.silences) == ({}, {}, {})
    assert board.look is None
