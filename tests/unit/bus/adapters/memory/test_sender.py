"""The in-memory sender follows its script, on the clock's time."""

import asyncio

from bus.adapters.memory.clock import MemoryClock, settle
from bus.adapters.memory.sender import HANG, After, MemorySender
from bus.ports import Answer, NoAnswer, NoAnswerKind, Post

URL = "https://partner.example/hook"


def post(url: str = URL) -> Post:
    """A webhook."""
    return Post(url, (), b"{}", 5)


async def test_script_in_order_then_for_good() -> None:
    """Queued replies come first, one each; then what is always said."""
    sender = MemorySender(MemoryClock())
    sender.then(URL, Answer(500), lambda sent: Answer(len(sent.body)))
    sender.always(URL, Answer(410))

    replies = [await sender.send(post()) for _ in range(4)]

    assert replies == [Answer(500), Answer(2), Answer(410), Answer(410)]
    assert await sender.send(post("https://other.example/")) == Answer(200)
    assert len(sender.posts(URL)) == 4


async def test_slow_and_hanging_take_their_time() -> None:
    """A slow reply comes when the clock says so; a late one is a timeout."""
    clock = MemoryClock()
    sender = MemorySender(clock)
    sender.then(URL, After(2, Answer(201)), After(9, Answer(201)), HANG)

    sent = [asyncio.create_task(sender.send(post())) for _ in range(3)]
    await clock.advance(2)
    await settle()
    assert [task.done() for task in sent] == [True, False, False]
    assert sender.in_flight == 2
    await clock.advance(3)

    replies = await asyncio.gather(*sent)
    assert replies[0] == Answer(201)
    assert [r.kind for r in replies if isinstance(r, NoAnswer)] == [
        NoAnswerKind.TIMEOUT
    ] * 2
    assert [one.ended - one.started for one in sender.sent] == [2, 5, 5]
