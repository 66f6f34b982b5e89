"""What comes by gRPC or from a queue is read, answered, passed on and told of."""

from dataclasses import replace

import pytest

from bus.adapters.memory.clock import MemoryClock
from bus.adapters.memory.sender import MemorySender
from bus.receiving import Arrival, Reaction
from bus.sending import Answer
from processors.listening.answers import parse_answers
from processors.listening.arrivals import Arrivals
from processors.listening.heard import Heard
from processors.listening.memory import Memory
from processors.listening.passing import Onward
from processors.listening.plan import Plan
from processors.listening.reading import Reading
from tests.support.heard import BODY, SECRET, signed_headers

NOW = 1_795_435_200
URL = "http://elsewhere/hook"


def arrival(body: bytes = BODY, signed: bytes = BODY, at: int = NOW) -> Arrival:
    """A signed one."""
    headers = signed_headers(at, signed)
    encoded = {name.encode(): value.encode() for name, value in headers.items()}
    return Arrival("/orders", encoded, body)


class World:
    """Arrivals and what was told of them."""

    def __init__(self, *, answered: bool = True, **changes: object) -> None:
        self.heard: list[Heard] = []
        clock = MemoryClock(NOW)
        plan = Plan(
            reading=Reading([SECRET], Memory()),
            tell=self.heard.append,
            refused=lambda _: None,
        )
        plan = replace(plan, **changes)  # type: ignore[arg-type]
        self.take = Arrivals(clock, plan, answered=answered).take


async def test_it_is_told_of() -> None:
    """As a webhook is: its event, that it is verified, what it is answered."""
    world = World()
    assert await world.take(arrival()) == Reaction(200)
    (found,) = world.heard
    assert (found.target, found.type, found.order_id) == (
        "/orders",
        "order.created",
        "SO-1",
    )
    assert found.verdict is not None
    assert found.verdict.good
    assert (found.answer, found.status) == ("200", 200)


@pytest.mark.parametrize("answered", [True, False])
async def test_what_waited_in_a_queue(*, answered: bool) -> None:
    """It may be of any age, and is passed on; a call of that age is refused."""
    sender = MemorySender(MemoryClock(NOW))
    world = World(answered=answered, onward=Onward(URL, sender, MemoryClock(NOW)))
    await world.take(arrival(at=NOW - 600))
    (found,) = world.heard
    assert found.verdict is not None
    assert found.verdict.good is not answered
    assert len(sender.sent) == (0 if answered else 1)


async def test_a_forgery_is_refused() -> None:
    """And told of as one."""
    world = World()
    assert await world.take(arrival(b"{}")) == Reaction(401)
    assert world.heard[0].verdict is not None
    assert not world.heard[0].verdict.good


async def test_answers_in_turn() -> None:
    """Attempt by attempt; who hangs up is unavailable."""
    planned = parse_answers("429:retry-after=5,hang,close,200")
    world = World(answers=planned)
    said = [await world.take(arrival()) for _ in range(4)]
    assert [one.status for one in said] == [429, 0, 503, 200]
    assert said[0].retry_after_s == 5


async def test_nobody_hears_an_answer() -> None:
    """What comes from a queue was taken, signed or not."""
    world = World(answered=False)
    await world.take(arrival())
    await world.take(arrival(b"{}"))
    assert [one.answer for one in world.heard] == ["taken", "taken"]


@pytest.mark.parametrize("answered", [True, False])
async def test_a_challenge(*, answered: bool) -> None:
    """Is answered whatever else is planned."""
    body = b'{"type":"orderbus.verification","data":{"challenge":"Zm9y"}}'
    world = World(answered=answered, answers=parse_answers("500"))
    assert await world.take(arrival(body, body)) == Reaction(200, "Zm9y")
    assert world.heard[0].answer == "200 challenge"


async def test_passed_on() -> None:
    """A receiver of HTTP gets it with its headers, and its answer is the answer."""
    sender = MemorySender(MemoryClock(NOW))
    sender.then(URL, Answer(503, "7"))
    world = World(onward=Onward(URL, sender, MemoryClock(NOW)))
    assert await world.take(arrival()) == Reaction(503, "", 7.0)
    (sent,) = sender.sent
    assert sent.post.body == BODY
    assert ("webhook-id", "e-1") in sent.post.headers
