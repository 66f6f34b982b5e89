"""What connections need of an event loop, without one that runs."""

import asyncio

from typing_extensions import override

from bus.adapters.http.deadlines import Deadlines

LOOP = asyncio.new_event_loop()


async def _deadlines() -> Deadlines:
    return Deadlines()


DEADLINES = LOOP.run_until_complete(_deadlines())


class Unplugged(asyncio.Transport):
    """Takes all that is written; knows whether it was closed."""

    _closed = False

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self._closed

    @override
    def close(self) -> None:
        self._closed = True

    @override
    def abort(self) -> None:
        self._closed = True

    @override
    def is_closing(self) -> bool:
        return self._closed

    @override
    def get_write_buffer_size(self) -> int:
        return 0
