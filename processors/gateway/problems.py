"""What may go wrong with a request, as problem documents of RFC 9457.

`KINDS` is the one table; the OpenAPI document and the readable page show it. The
`type` of a problem is the place on that page where its kind is explained.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from processors.gateway.model import Model

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its name in URLs, its status, what it says and means."""

    slug: str
    status: int
    title: str
    meaning: str

    @property
    def type(self) -> str:
        """The URI of the kind, relative to the API's own address."""
        return f"/docs#problem-{self.slug}"


BAD_REQUEST = Kind(
    "bad-request",
    400,
    "The request cannot be read",
    "It is no HTTP or JSON, or a parameter or header is not what the route takes.",
)
BAD_CURSOR = Kind(
    "bad-cursor",
    400,
    "The cursor belongs to no such list",
    "A cursor is taken from `next` or `previous` of the same list with the same "
    "filters; begin again without one.",
)
NOT_AUTHENTICATED = Kind(
    "not-authenticated",
    401,
    "A key is needed",
    "Send `Authorization: Bearer ob_…`. The key may be mistyped, expired or revoked.",
)
NOT_ALLOWED = Kind(
    "not-allowed",
    403,
    "The key may not do this",
    "The role of the key lacks the scope that the route needs; both are named.",
)
NOT_FOUND = Kind(
    "not-found",
    404,
    "There is no such thing",
    "Nothing here has this id. What belongs to others looks exactly the same.",
)
NOT_SUPPORTED = Kind(
    "method-not-allowed",
    405,
    "The path has no such method",
    "The `Allow` header lists those it has.",
)
NOT_ACCEPTABLE = Kind(
    "not-acceptable",
    406,
    "The answer has no such form",
    "`Accept` names none of the media types that the route can answer with.",
)
TOO_SLOW = Kind(
    "request-timeout",
    408,
    "The request came too slowly",
    "Its body was not there in time.",
)
CONFLICT = Kind(
    "conflict",
    409,
    "It does not go with how things stand",
    "The request is right in itself, but not now: the id is taken, the thing is being "
    "removed, somebody else changes it. The detail says which.",
)
IN_PROGRESS = Kind(
    "in-progress",
    409,
    "The same request is still running",
    "One with this Idempotency-Key has no answer yet; try again after a moment.",
)
EXPIRED = Kind(
    "expired",
    410,
    "It is not kept any more",
    "Kafka has deleted the record after its topic's time; the log still knows of it.",
)
CHANGED = Kind(
    "precondition-failed",
    412,
    "It was changed meanwhile",
    "`If-Match` is not the ETag it has now: read it again, and make the change on top.",
)
TOO_LARGE = Kind(
    "too-large",
    413,
    "The body is too large",
    "The detail says how many bytes a body may have.",
)
UNSUPPORTED = Kind(
    "unsupported-media-type",
    415,
    "The body has another form than expected",
    "Send `Content-Type: application/json`, not compressed.",
)
INVALID = Kind(
    "invalid",
    422,
    "The body is not what was expected",
    "`errors` has a line a field: a JSON pointer into the body, and why.",
)
REUSED = Kind(
    "idempotency-key-reused",
    422,
    "The Idempotency-Key was used for another request",
    "A key stands for one request: method, path and body. Take a new one.",
)
UNCONDITIONAL = Kind(
    "precondition-required",
    428,
    "Say which version is to be changed",
    "Send the ETag of what you have read as `If-Match`.",
)
TOO_MANY = Kind(
    "too-many-requests",
    429,
    "Too many requests",
    "`Retry-After` says in how many seconds there is room again.",
)
LONG_HEADERS = Kind(
    "headers-too-large",
    431,
    "The headers are too large",
    "A line or the number of headers is above the limit that the detail names.",
)
INTERNAL = Kind(
    "internal",
    500,
    "Something is broken here",
    "Not the request's fault. Operators find it in the log by its request id.",
)
UNAVAILABLE = Kind(
    "unavailable",
    503,
    "Something we need gives no answer",
    "Kafka, the registry or the log is away, or took too long: try again. With an "
    "Idempotency-Key nothing is done twice.",
)

KINDS = (
    BAD_REQUEST,
    BAD_CURSOR,
    NOT_AUTHENTICATED,
    NOT_ALLOWED,
    NOT_FOUND,
    NOT_SUPPORTED,
    NOT_ACCEPTABLE,
    TOO_SLOW,
    CONFLICT,
    IN_PROGRESS,
    EXPIRED,
    CHANGED,
    TOO_LARGE,
    UNSUPPORTED,
    INVALID,
    REUSED,
    UNCONDITIONAL,
    TOO_MANY,
    LONG_HEADERS,
    INTERNAL,
    UNAVAILABLE,
)


class Fault(Model):
    """One thing that is wrong: where, and why."""

    pointer: Annotated[
        str | None, Field(description="JSON pointer into the body, `#/types/0`.")
    ] = None
    parameter: Annotated[
        str | None, Field(description="Name of the parameter or header.")
    ] = None
    detail: str


class Problem(Model):
    """Why a request was not done."""

    type: Annotated[str, Field(description="URI of the kind of problem.")]
    title: Annotated[str, Field(description="The kind of problem, in a few words.")]
    status: Annotated[int, Field(ge=400, le=599)]
    detail: Annotated[str, Field(description="What is wrong here, and what to do.")]
    errors: Annotated[
        Sequence[Fault], Field(description="All that is wrong, one line each.")
    ] = ()
    request_id: Annotated[str, Field(description="Names the request in our log.")] = ""


class ProblemError(Exception):
    """Ends the handling of a request with a problem."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail or kind.meaning
        self.errors = errors
        self.headers = headers

    def document(self, request_id: str) -> bytes:
        """The problem as JSON."""
        problem = Problem(
            type=self.kind.type,
            title=self.kind.title,
            status=self.kind.status,
            detail=self.detail,
            errors=self.errors,
            request_id=request_id,
        )
        return problem.model_dump_json(exclude_defaults=True).encode()
