"""A route as a row, what its handler gets, and what it answers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, TypeVar

from pydantic import BaseModel

from bus.access.roles import Principal, Scope
from bus.contracts.catalogue import Catalogue
from processors.gateway.api import Api
from processors.gateway.model import Model, NoQuery
from processors.gateway.problems import Kind
from processors.live.positions import Stand
from processors.live.signals import Reason

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
IfMatch: TypeAlias = Literal["none", "may", "must"]
Example: TypeAlias = Mapping[str, object]
ModelT = TypeVar("ModelT", bound=BaseModel)
Send: TypeAlias = Callable[[bytes], Awaitable[None]]
Standing: TypeAlias = Mapping[str, bytes]
"""What was done of a request whose other parts were refused: a part's row as JSON."""
JSON = "application/json"
TEXT = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What somebody who has signed in brings along, beside who it is.

    `csrf` has to stand in every form; `here` is the address of the page; `notice` is
    what came of the step before it, told once.
    """

    csrf: str = field(repr=False)
    here: str
    notice: str = ""
    cookie: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a handler gets: who asks for what, all of it checked.

    `principal` is None on routes that are open to everybody. `version` is what
    If-Match names, None for any; `key` the Idempotency-Key, empty without one;
    `accept` the media type, of the route's own, that the answer is wanted in. On a
    stream, `last_id` is where one that broke off was, and `ending` says why it is over.
    `session` is there on pages, once somebody has signed in. `standing` is what was
    done of the request when it came under this key before.
    """

    api: Api
    principal: Principal | None
    path: Mapping[str, str]
    query: BaseModel
    body: BaseModel | None = None
    address: str = ""
    version: str | None = None
    key: str = ""
    accept: str = JSON
    last_id: Stand | None = None
    ending: Callable[[], Reason | None] = lambda: None
    session: Session | None = None
    standing: Standing = field(default_factory=dict)

    @property
    def by(self) -> Principal:
        """Who asks."""
        if self.principal is None:
            raise TypeError("this route asks for no key")
        return self.principal

    def query_as(self, kind: type[ModelT]) -> ModelT:
        """The query, which the route says is of this kind."""
        return _as(self.query, kind)

    def body_as(self, kind: type[ModelT]) -> ModelT:
        """The body, which the route says is of this kind."""
        return _as(self.body, kind)


def _as(value: BaseModel | None, kind: type[ModelT]) -> ModelT:
    if not isinstance(value, kind):
        raise TypeError(f"the route takes no {kind.__name__}")
    return value


class Stream(Protocol):
    """An answer that comes bit by bit, as long as it is wanted."""

    async def run(self, send: Send) -> Reason:
        """Send all that comes; say why it ended."""
        ...

    def last(self, reason: Reason) -> bytes:
        """What is sent last."""
        ...

    def close(self) -> None:
        """It is over, or never began."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a handler answers.

    `content` is one of the route's models, bytes in one of its media types, or a
    stream of those. `etag` is the version of what it shows. `standing` is what was done
    where a part was refused: a repeat does the rest. None: it is the whole answer.
    """

    content: BaseModel | bytes | Stream | None = None
    status: int = 0
    media_type: str = JSON
    etag: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    standing: Standing | None = None


Handler: TypeAlias = Callable[[Asked], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row of the table.

    Attributes:
        operation: Its name in the OpenAPI document, unique.
        scope: What a key needs for it; None: open to everybody.
        answer: The model of a good answer; None: `media_types` say what it is.
        more_statuses: Other statuses of good answers.
        media_types: What the answer can be, the first one unless Accept says else.
        problems: Kinds of problems that are this route's own; those that follow from
            the row (no key, bad body, …) are not named.
        example: A body that works.
        tenants: Its path names what belongs to a tenant: others get 404.
        etag: The answer carries an ETag.
        if_match: A change: whether it must, or may, name the version that it changes.
        streams: The answer is a stream; it takes a Last-Event-ID.
        logged: The answer comes from the log, and says how far that is behind.
        idempotent: It takes an Idempotency-Key.
        optional_body: An empty body stands for `{}`.
        large: Its body may be as large as bodies may be; others 2 MiB.
        event_body: In JSON the answer is an event as partners get it.
        quick: Reads a body sooner; None where that is not plainly right.
        hidden: Not in the OpenAPI document.
    """

    method: Method
    path: str
    operation: str
    summary: str
    handler: Handler = field(repr=False)
    tag: str
    scope: Scope | None
    description: str = ""
    query: type[Model] = NoQuery
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    more_statuses: Sequence[int] = ()
    media_types: Sequence[str] = (JSON,)
    problems: Sequence[Kind] = ()
    example: Example | Sequence[Example] | None = None
    tenants: bool = False
    etag: bool = False
    if_match: IfMatch = "none"
    streams: bool = False
    logged: bool = False
    idempotent: bool = False
    optional_body: bool = False
    large: bool = False
    event_body: bool = False
    quick: Callable[[bytes, Catalogue], BaseModel | None] | None = None
    hidden: bool = False
