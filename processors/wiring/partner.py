"""A partner on this machine, to try a bus with: takes webhooks, and can be broken."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bus.errors import ConfigurationError
from processors.clock import SystemClock
from processors.receiver import Receiver

USUAL_PORT = 8471


@asynccontextmanager
async def open_partner(port: int | None) -> AsyncIterator[str]:
    """Let one listen; gives its address. None: the usual port, or else a free one.

    It counts, and keeps nothing of what it gets: it may run for weeks.

    Raises:
        ConfigurationError: the port cannot be had.
    """
    receiver = Receiver(SystemClock(), remember=False)
    try:
        await _start(receiver, port)
        yield receiver.url("")
    finally:
        await receiver.close()


async def _start(receiver: Receiver, port: int | None) -> None:
    try:
        await receiver.start(port=USUAL_PORT if port is None else port)
    except OSError as error:
        if port is None:
            await receiver.start(port=0)
            return
        raise ConfigurationError(
            f"--receiver-port: cannot listen on 127.0.0.1:{port}: {error.strerror};"
            " choose another port"
        ) from None
