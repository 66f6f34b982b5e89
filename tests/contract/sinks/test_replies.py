"""What every sink makes of an answer, where a server can be told what to answer."""

import asyncio

import pytest

from bus.delivery.delivery import Accepted, Failed, Refused, Throttled, Unreachable
from bus.ports import NoAnswerKind
from tests.contract.sinks.conftest import SCRIPTED
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.worlds import (
    WHY,
    Reply,
    Scripted,
    nobody,
    nobody_reached,
)
from tests.support.pace import patience


async def test_refused(scripted: Scripted) -> None:
    """A refusal is for good, and says why."""
    scripted.then(Reply.REFUSE)

    outcome = await scripted.sink.send(parcel(scripted.url))

    assert isinstance(outcome, Refused)
    assert outcome.status == 400
    assert WHY in outcome.detail


@pytest.mark.parametrize("scripted", sorted({*SCRIPTED} - {"pull"}), indirect=True)
async def test_wrong_credentials(scripted: Scripted) -> None:
    """Who is not let in is refused; nothing of the credentials is told.

    But who pulls lets nobody in, it is let in itself (`test_pull.py`).
    """
    scripted.then(Reply.UNAUTHORISED)

    sent = parcel(scripted.url, headers={"authorization": "Bearer s3cret"})
    outcome = await scripted.sink.send(sent)

    assert isinstance(outcome, Refused)
    assert outcome.status == 401
    assert "s3cret" not in outcome.detail


async def test_throttled(scripted: Scripted) -> None:
    """Who asks to slow down may say for how long."""
    scripted.then(Reply.THROTTLE)

    outcome = await scripted.sink.send(parcel(scripted.url))

    assert isinstance(outcome, Throttled)
    assert outcome.status == 429
    assert outcome.retry_after_s == scripted.wait_s


async def test_failed(scripted: Scripted) -> None:
    """What may go better another time is no refusal."""
    scripted.then(Reply.FAIL)

    outcome = await scripted.sink.send(parcel(scripted.url))

    assert isinstance(outcome, Failed)
    assert outcome.status == 500


async def test_hang(scripted: Scripted) -> None:
    """Who takes a delivery and says nothing costs its timeout, and holds up nobody."""
    scripted.then(Reply.HANG)
    waiting = asyncio.create_task(
        scripted.sink.send(parcel(scripted.url, timeout_s=0.5))
    )
    await scripted.asked()

    assert await scripted.sink.send(parcel(scripted.url)) == Accepted(200)
    assert nobody_reached(await waiting) == NoAnswerKind.TIMEOUT


@pytest.mark.parametrize("answer_bytes", [1, 10, 30])
async def test_half_an_answer(scripted: Scripted, answer_bytes: int) -> None:
    """An answer that breaks off is none."""
    scripted.relay.answer_bytes = answer_bytes

    outcome = await scripted.sink.send(parcel(scripted.url, timeout_s=patience(2)))

    assert isinstance(outcome, Unreachable | Failed), outcome


async def test_cut_in_flight(scripted: Scripted) -> None:
    """A connection cut while an answer is due is nobody reached; soon it is again.

    What is begun in the very moment of the cut may go over it, too.
    """
    scripted.then(Reply.HANG)
    waiting = asyncio.create_task(scripted.sink.send(parcel(scripted.url)))
    await scripted.asked()

    scripted.relay.cut()

    assert nobody_reached(await waiting) == NoAnswerKind.RESET
    async with asyncio.timeout(patience(10)):
        while isinstance(await scripted.sink.send(parcel(scripted.url)), Unreachable):
            pass


async def test_restart(scripted: Scripted) -> None:
    """A server that was started anew is found again, at the first attempt."""
    assert await scripted.sink.send(parcel(scripted.url)) == Accepted(200)

    await scripted.restart()

    assert await scripted.sink.send(parcel(scripted.url, number=2)) == Accepted(200)


async def test_back_within_a_second(scripted: Scripted) -> None:
    """Failures while it was away are not held against a server that is back."""
    port = await nobody()
    url = scripted.at(port)
    for _ in range(5):
        assert (
            nobody_reached(await scripted.sink.send(parcel(url)))
            == NoAnswerKind.CONNECT
        )
    async with asyncio.timeout(patience(10)):
        while isinstance(await scripted.sink.send(parcel(scripted.url)), Unreachable):
            pass


async def test_given_up(scripted: Scripted) -> None:
    """Giving up on a delivery cancels it, and disturbs no other."""
    scripted.then(Reply.HANG)
    given_up = asyncio.create_task(
        scripted.sink.send(parcel(scripted.url, timeout_s=60))
    )
    await scripted.asked()

    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)

    assert given_up.cancelled()
    assert await scripted.sink.send(parcel(scripted.url)) == Accepted(200)


async def test_close(scripted: Scripted) -> None:
    """Closing ends what is under way, as if the connection broke; twice is fine."""
    scripted.then(Reply.HANG)
    waiting = asyncio.create_task(scripted.sink.send(parcel(scripted.url, timeout_s=2)))
    await scripted.asked()

    await scripted.sink.close()

    assert isinstance(await waiting, Unreachable)
    await scripted.sink.close()
