"""Posts a webhook once more, to an endpoint of the listener's user."""

from collections.abc import Iterable, Mapping

from bus.ports import Clock
from bus.sending import Answer, Post, Sender
from processors.listening.heard import Passed

_TIMEOUT_S = 30.0
_OURS = frozenset(
    {
        b"accept-encoding",
        b"connection",
        b"content-length",
        b"expect",
        b"forwarded",
        b"host",
        b"keep-alive",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"user-agent",
    }
)
"""Of one connection, not of the message (RFC 9110, section 7.6.1); or the client's."""


class Onward:
    """Where requests go on to."""

    def __init__(self, url: str, sender: Sender, clock: Clock) -> None:
        self._url = url
        self._sender = sender
        self._clock = clock

    async def send(
        self, headers: Mapping[bytes, bytes], body: bytes
    ) -> tuple[Passed, str | None]:
        """Post a request's body with its headers; what came of it, and Retry-After."""
        began = self._clock.monotonic()
        post = Post(self._url, tuple(passed_on(headers.items())), body, _TIMEOUT_S)
        reply = await self._sender.send(post)
        took_ms = (self._clock.monotonic() - began) * 1000
        status, why, retry_after = None, "", None
        if isinstance(reply, Answer):
            status, retry_after = reply.status, reply.retry_after
        else:
            why = f"{reply.kind}: {reply.detail}" if reply.detail else str(reply.kind)
        passed = Passed(url=self._url, status=status, why=why, took_ms=took_ms)
        return passed, retry_after


def passed_on(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[str, str]]:
    """Those headers that belong to the message."""
    for name, value in headers:
        if name not in _OURS:
            yield name.decode("latin-1"), value.decode("latin-1")
