"""One service that Apprise knows."""

import asyncio
import logging
import re
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bus.errors import ConfigurationError
from bus.watch.message import Message, Mood
from bus.watch.sinks import NotTakenError

if TYPE_CHECKING:
    from apprise import Apprise

MISSING = "needs Apprise: pip install 'orderbus[alerts]'"
_STATUS = re.compile(r"\berror=(\d{3})\b")
_KINDS = {Mood.PAGE: "failure", Mood.TICKET: "warning", Mood.OVER: "success"}


class AppriseService:
    """Tells one address, in a thread of its own, since Apprise waits for its answer.

    Raises:
        ConfigurationError: Apprise is not installed, or knows no such address; which
            one it is, is not said.
    """

    def __init__(self, url: str) -> None:
        if find_spec("apprise") is None:
            raise ConfigurationError(MISSING)
        self._service = _opened(url)

    async def send(self, message: Message) -> None:
        """Send it once; whoever no longer waits leaves the thread behind.

        Raises:
            NotTakenError: it was not taken.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[str | None] = loop.create_future()

        def said(why: str | None) -> None:
            if not answer.done():
                answer.set_result(why)

        def work() -> None:
            why = self._send(message)
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(said, why)

        # A daemon: a service that never answers keeps no process from ending.
        threading.Thread(target=work, name="apprise", daemon=True).start()
        why = await answer
        if why is not None:
            raise NotTakenError(why)

    def _send(self, message: Message) -> str | None:
        """Why it was not taken; None: it was."""
        seen: list[str] = []
        try:
            taken = self._service.notify(
                body=message.body,
                body_format="text",  # what is no markup stays none, in mail above all
                title=message.title,
                notify_type=_KINDS[message.mood],
                log_callback=_collecting(seen),
            )
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything, with a secret in it
            return f"the plug-in failed: {type(error).__name__}"
        return None if taken else _why(seen)


def _opened(url: str) -> "Apprise":
    _hush()
    from apprise import (  # noqa: PLC0415 - an extra, imported when used
        Apprise,
        AppriseAsset,
    )

    asset = AppriseAsset(app_id="Orderbus", app_desc="Orderbus", async_mode=False)
    service = Apprise(asset=asset)
    try:
        with warnings.catch_warnings(action="ignore"):  # its plug-ins' imports
            known = service.add(url)
    except Exception:  # noqa: BLE001 - likewise
        known = False
    if not known or len(service) != 1:
        raise ConfigurationError("expected one address that Apprise knows")
    return service


def _hush() -> None:
    """Let no line of its, or of what it asks with, be written: they hold addresses."""
    for name in ("apprise", "urllib3", "requests"):
        logger = logging.getLogger(name)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


def _collecting(seen: list[str]) -> Callable[[object, object], None]:
    def collect(entry: object, _service: object) -> None:
        seen.append(str(getattr(entry, "message", entry)))

    return collect


def _why(seen: list[str]) -> str:
    """Of all that was said, only the status: the rest may hold secrets."""
    for text in seen:
        if found := _STATUS.search(text):
            return f"the service answered {found[1]}"
    return "the service did not take it"
