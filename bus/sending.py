"""Sending a delivery, as ports: what is sent, what comes back or does not.

A `Sink` takes deliveries of one kind and says what became of each; a `BatchSink` takes
several in one request. A `Sender` is what the sink of webhooks posts with, an `Asker`
what gets documents and calls APIs.
"""

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol, TypeAlias, runtime_checkable

from bus.delivery.delivery import Outcome
from bus.delivery.subscription import Subscription, Tls
from bus.event import Event


class NoAnswerKind(StrEnum):
    """Why there was no HTTP answer."""

    TIMEOUT = "timeout"
    CONNECT = "connect"
    DNS = "dns"
    TLS = "tls"
    RESET = "reset"
    PROTOCOL = "protocol"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """What all posts of a subscription begin with: made once, and told by identity.

    A sender may keep what it made of it. `headers` are those that never change; a user
    agent, if there is one, is among them.
    """

    url: str
    headers: Sequence[tuple[str, str]]
    tls: Tls | None = None


@dataclass(slots=True)
class Post:
    """One webhook request. `headers` are complete but for host and length.

    With a `head`, URL and TLS are its own, and its headers are the first ones.
    """

    url: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    timeout_s: float
    tls: Tls | None = None
    head: Head | None = field(default=None, kw_only=True)


@dataclass(slots=True)
class Parcel(Post):
    """One attempt of a delivery, whatever its kind; to a webhook's sender, its post.

    `body` is what is signed, in every kind the same. `headers` are the content type,
    the subscription's own, and those of Standard Webhooks; a kind without headers has
    a place of its own for each. `now_s` is when it was signed. A `probe` asks if an
    endpoint that failed is well again.
    """

    tls: Tls | None  # has to be said here
    subscription: Subscription
    event: Event
    now_s: float
    probe: bool = False

    @property
    def id(self) -> str:
        """Its `webhook-id`, which tells duplicates: as it is signed, in trials too."""
        return next(v for name, v in self.headers if name.lower() == "webhook-id")


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


class Sink(Protocol):
    """Delivers parcels of one kind. Never raises for what an endpoint or network does.

    Sends once: retries, limits, order and the log are the caller's.
    """

    async def send(self, parcel: Parcel) -> Outcome:
        """Deliver within the parcel's `timeout_s`, and judge what came of it."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


@runtime_checkable
class KeepingSink(Sink, Protocol):
    """A sink that keeps connections open for those that it delivers to."""

    def leave(self, subscription: str) -> None:
        """Nothing goes there for now: close what is kept for that subscription alone.

        What is under way may end, for some seconds. It is paused, has gone, goes
        elsewhere or by another login, or its breaker has opened.
        """
        ...


@runtime_checkable
class StraightSender(Sender, Protocol):
    """A sender that needs neither coroutine nor task where it can begin at once."""

    def start(self, post: Post, heard: Callable[[Reply | None], object]) -> bool:
        """Begin to post; say whether that was possible: if not, it takes `send`.

        If it was, `heard` is called once, not before this has returned: with the
        reply, or with None if a kept connection ended before any byte of an answer.
        Then `send` is to post once more, in the time that is left.
        """
        ...


@runtime_checkable
class StraightSink(Sink, Protocol):
    """A sink that posts by a straight sender, where it can begin at once."""

    def start(self, parcel: Parcel, heard: Callable[[Reply | None], object]) -> bool:
        """Begin to deliver; see `StraightSender`."""
        ...

    def judged(self, parcel: Parcel, reply: Reply) -> Outcome:
        """What the reply means that was heard."""
        ...


class Limits(NamedTuple):
    """How much one request may carry: so many parcels, of so many bytes together."""

    parcels: int
    size: int


class BatchSink(Protocol):
    """Delivers parcels of one kind, several in one request. Never raises, as `Sink`.

    Those of one request have the same URL, certificates and login.
    """

    def limits(self, parcel: Parcel) -> Limits:
        """How much a request may carry to where this one goes."""
        ...

    def size(self, parcel: Parcel) -> int:
        """How many bytes of them it takes, at most."""
        ...

    async def send_all(
        self, parcels: Sequence[Parcel], timeout_s: float
    ) -> Sequence[Outcome]:
        """Deliver within `timeout_s`; what came of each, in their order."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class Places(Protocol):
    """Which addresses an endpoint may be reached at: names resolved, and guarded."""

    async def admitted(
        self, host: str, port: int, *, plain: bool
    ) -> Sequence[str] | NoAnswer:
        """The addresses to connect to, and to no other; or why there is none.

        `plain` says that the connection would be without TLS.
        """
        ...

    async def close(self) -> None:
        """Forget the names."""
        ...


class Trust(Protocol):
    """Whom connections trust, and what of ours they show."""

    def context(self, tls: Tls | None) -> ssl.SSLContext | NoAnswer:
        """What a connection with these settings is secured by; or what is wrong."""
        ...


@dataclass(frozen=True, slots=True)
class Ask:
    """A document to be got, or an API's call. `headers` may hold credentials.

    Neither they nor `body` are ever shown.
    """

    url: str
    headers: Sequence[tuple[str, str]] = field(repr=False)
    timeout_s: float
    most_bytes: int
    method: Literal["GET", "POST", "PUT", "DELETE"] = "GET"
    body: bytes = field(default=b"", repr=False)
    tls: Tls | None = None


@dataclass(frozen=True, slots=True)
class Got:
    """What was answered: `headers` by name in small letters, the body whole.

    `cut` says that there is more of the body than was asked for; then it is left out.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool = False


class Asker(Protocol):
    """Gets documents, calls APIs. Never raises for what a server or network does."""

    async def ask(self, ask: Ask) -> Got | NoAnswer:
        """Ask, within `timeout_s`; no redirects, once. `FORBIDDEN` is the guard.

        Asks once more where a kept connection ends before any byte of an answer.
        """
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...
