"""What the event loop's side of a group member promises without a broker."""

import asyncio
import threading

import pytest

from bus.adapters.kafka import Connection, KafkaSource
from bus.record import Commit, TopicPartition
from tests.contract.world import Recorder

NOBODYS = {TopicPartition("t", 0): Commit(1)}
"""A partition of somebody else: its commit is answered without a broker."""


async def test_a_commit_cancelled_as_its_answer_comes_is_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who ends a task that commits over and over would else wait for it for ever."""
    loop, answered = asyncio.get_running_loop(), threading.Event()
    call_soon = loop.call_soon_threadsafe

    def from_the_thread(*args: object, **options: object) -> asyncio.Handle:
        handle = call_soon(*args, **options)  # type: ignore[arg-type]
        answered.set()
        return handle

    source = KafkaSource(Connection({"bootstrap.servers": "127.0.0.1:1"}), "g")
    await source.start([], Recorder())
    try:
        monkeypatch.setattr(loop, "call_soon_threadsafe", from_the_thread)
        committing = asyncio.ensure_future(source.commit(NOBODYS))
        turn = loop.create_future()
        loop.call_soon(turn.set_result, None)
        await turn  # it is waiting for the answer
        assert answered.wait(10)  # which is next in the loop, and the cancel after it
        loop.call_soon(committing.cancel)
        with pytest.raises(asyncio.CancelledError):
            await committing
    finally:
        monkeypatch.undo()
        await source.stop()
