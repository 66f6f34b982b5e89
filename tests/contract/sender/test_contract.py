"""What every sender promises: the in-memory one, aiohttp's and the lean one.

The straight ones post by both their ways.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bus.ports import Answer, NoAnswer, NoAnswerKind
from tests.contract.sender.worlds import REAL, World, open_world, post
from tests.support.pace import patience


@pytest.fixture(params=["memory", "memory, straight", *REAL])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Each fulfilment of the port in turn."""
    async for opened in open_world(request.param):
        yield opened


@pytest.mark.parametrize(
    "status", [200, 201, 202, 204, 301, 304, 307, 400, 404, 410, 415, 429, 500, 503]
)
async def test_status_is_handed_over(world: World, status: int) -> None:
    """Every final status is an answer, redirects are not followed."""
    url = await world.answering(status)

    assert await world.sender.send(post(url)) == Answer(status)


async def test_retry_after_and_excerpt(world: World) -> None:
    """`Retry-After` comes as it was sent, and the start of the body with it."""
    url = await world.answering(429, "slow down", "120")

    assert await world.sender.send(post(url)) == Answer(429, "120", "slow down")


async def test_hanging_endpoint_times_out(world: World) -> None:
    """An endpoint that says nothing costs its timeout, and gives no answer."""
    url = await world.hanging()

    reply = await world.passing(
        asyncio.create_task(world.sender.send(post(url, timeout_s=0.1)))
    )

    assert isinstance(reply, NoAnswer)
    assert reply.kind is NoAnswerKind.TIMEOUT


async def test_many_time_out_together(world: World) -> None:
    """Posts that hang at once all end in time, and later ones do too."""
    url = await world.hanging()
    for _ in range(2):
        sent = [
            asyncio.create_task(
                world.sender.send(post(url, timeout_s=0.05 + i % 3 / 40))
            )
            for i in range(30)
        ]
        async with asyncio.timeout(patience(10)):
            replies = [await world.passing(task) for task in sent]

        assert {r.kind for r in replies if isinstance(r, NoAnswer)} == {
            NoAnswerKind.TIMEOUT
        }
        assert len(replies) == 30


async def test_reset_is_no_answer(world: World) -> None:
    """A connection that is reset gives no answer, and raises nothing."""
    reply = await world.sender.send(post(await world.resetting()))

    assert isinstance(reply, NoAnswer)
    assert reply.kind is NoAnswerKind.RESET


async def test_hanging_endpoint_holds_nobody_up(world: World) -> None:
    """While an endpoint hangs with many posts, another answers at once."""
    hanging = await world.hanging()
    quick = await world.answering(200)
    waiting = [
        asyncio.create_task(world.sender.send(post(hanging, timeout_s=60)))
        for _ in range(50)
    ]

    replies = await asyncio.gather(*(world.sender.send(post(quick)) for _ in range(50)))

    assert replies == [Answer(200)] * 50
    assert not any(task.done() for task in waiting)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_cancelled_post_leaves_the_sender_usable(world: World) -> None:
    """Giving up on a post does not disturb the next one to the same endpoint."""
    hanging = await world.hanging()
    quick = await world.answering(204)
    given_up = asyncio.create_task(world.sender.send(post(hanging, timeout_s=60)))
    await asyncio.wait([given_up], timeout=0.05)

    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)

    assert given_up.cancelled()
    assert await world.sender.send(post(quick)) == Answer(204)


async def test_close_twice(world: World) -> None:
    """Closing is safe to repeat."""
    await world.sender.close()
    await world.sender.close()
