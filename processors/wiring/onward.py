"""What posts to an endpoint that the user of this machine names."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bus.adapters.http.aiohttp_sender import AiohttpSender
from bus.adapters.http.guard import Guard
from bus.delivery.shown import shown_url
from bus.errors import ConfigurationError
from bus.ports import Clock
from bus.sending import Sender
from processors.listening.passing import Onward

_EVERYWHERE = ("0.0.0.0/0", "::/0")


@asynccontextmanager
async def open_onward(url: str, clock: Clock) -> AsyncIterator[Onward]:
    """Open it. Any address will do: the user chose it, no partner.

    Raises:
        ConfigurationError: it is no URL to post to.
    """
    async with open_sender(url) as sender:
        yield Onward(url, sender, clock)


@asynccontextmanager
async def open_sender(url: str) -> AsyncIterator[Sender]:
    """What posts there, and to any path below.

    Raises:
        ConfigurationError: it is no URL to post to.
    """
    guard = Guard(allow=_EVERYWHERE, https_only=False)
    if (why := guard.check_url(url)) is not None:
        raise ConfigurationError(f"{shown_url(url)}: {why}")
    sender = AiohttpSender(guard)
    try:
        yield sender
    finally:
        await sender.close()
