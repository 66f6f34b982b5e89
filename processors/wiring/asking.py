"""The log as the gateway asks it: opened when there is one, closed at the end."""

from contextlib import AsyncExitStack
from typing import Self

from bus.log.store import Log
from processors.settings import Settings
from processors.wiring.log import log_is_there, open_log


class AskedLog:
    """Opens the log of the settings once it is there: a projector may come later."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = AsyncExitStack()
        self._log: Log | None = None

    async def __aenter__(self) -> Self:
        """Open it if it is there by now.

        Raises:
            ConfigurationError: the setting cannot be used.
        """
        await self()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of it."""
        await self._stack.aclose()

    async def __call__(self) -> Log | None:
        """The log; None while there is none.

        Raises:
            ConfigurationError: the setting cannot be used.
        """
        if self._log is None and log_is_there(self._settings):
            log = open_log(self._settings)
            self._log = await self._stack.enter_async_context(log)
        return self._log
