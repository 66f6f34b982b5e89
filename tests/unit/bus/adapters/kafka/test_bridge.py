"""Between the event loop and the thread that owns a client."""

import asyncio
import threading

from typing_extensions import override

from bus.adapters.kafka.bridge import Bridge


class Dozing(Bridge):
    """A bridge whose thread looks up only once the loop has answered."""

    def __init__(self) -> None:
        super().__init__(asyncio.get_running_loop())
        self.answered = threading.Event()

    @override
    def obey(self, wait_s: float = 0) -> None:
        """Sleep through what a wait would have noticed."""
        if wait_s:
            self.answered.wait()
        else:
            super().obey()


async def test_what_was_asked_for_before_the_answer_is_done_with_it() -> None:
    """A pause from within `assigned` holds when `assigned` has returned."""
    bridge = Dozing()
    obeyed: list[str] = []

    async def question() -> str:
        bridge.submit(lambda: obeyed.append("paused"))
        bridge.answered.set()
        return "assigned"

    assert await asyncio.to_thread(bridge.ask, question(), 5) == "assigned"
    assert obeyed == ["paused"]
