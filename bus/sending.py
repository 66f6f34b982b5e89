"""Posting a webhook, as a port: what is sent, what comes back or does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from bus.delivery.subscription import Tls


class NoAnswerKind(StrEnum):
    """Why there was no HTTP answer."""

    TIMEOUT = "timeout"
    CONNECT = "connect"
    DNS = "dns"
    TLS = "tls"
    RESET = "reset"
    PROTOCOL = "protocol"
    FORBIDDEN = "forbidden"


@dataclass(slots=True)
class Post:
    """One webhook request. `headers` are complete but for host and length."""

    url: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    timeout_s: float
    tls: Tls | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. `excerpt` is the start of its body, printable, short."""

    status: int
    retry_after: str | None = None
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No HTTP answer. `detail` never holds a secret or the URL's query."""

    kind: NoAnswerKind
    detail: str = ""


Reply: TypeAlias = Answer | NoAnswer


class Sender(Protocol):
    """Posts webhooks. Never raises for what an endpoint or network does."""

    async def send(self, post: Post) -> Reply:
        """Post, within `timeout_s`; no redirects. `FORBIDDEN` is the SSRF guard.

        Posts once more where a kept connection ends before any byte of an answer:
        most likely the endpoint closed it before the post came. No other retries.
        """
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...
