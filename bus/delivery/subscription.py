"""A subscription: who wants which events, where, how.

The model holds what an operator or a partner may say. What it may not say is
refused with the field and the reason (`InvalidSubscriptionError`).
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from bus.delivery.choices import MAILBOX, Concern, Exhausted, Ordering
from bus.delivery.endpoint import Kind, kind_of, parse_endpoint
from bus.delivery.objective import OwnObjective
from bus.delivery.shown import shown_url
from bus.errors import InvalidSubscriptionError
from bus.expected import expected, instead

ID_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
# CloudEvents allows any text as a type; these are the characters that occur. What is
# left out means something to a shell, a list or a pattern.
_TYPE_SEGMENT = r"[\w/:+~@$%&#;=!()'-]+"
_TYPE_PATTERN = re.compile(rf"\*|{_TYPE_SEGMENT}(\.{_TYPE_SEGMENT})*(\.\*)?")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_RESERVED_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "te",
        "traceparent",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
    }
)
DEFAULT_TRANSIENT = frozenset({408, 409, 425, 429})


class State(StrEnum):
    """What a subscription is doing.

    `paused` is the owner's wish, `disabled` the bus's (410): both hold
    deliveries. `removing` dead-letters what is pending.
    """

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"
    REMOVING = "removing"


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )


class Secret(_Model):
    """A signing secret. `value` is sealed (AES-GCM) wherever it is stored.

    `scheme` v1 is HMAC-SHA256 (`whsec_` + base64), v1a ed25519 (`whsk_` + base64
    of the 32-byte seed). After `expires_at` it no longer signs.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    scheme: Literal["v1", "v1a"] = "v1"
    value: str = Field(repr=False)
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = None


class Tls(_Model):
    """How the endpoint's certificate is checked and ours is shown (PEM texts).

    `client_key` is sealed wherever it is stored.
    """

    verify: bool = True
    ca: str | None = None
    client_certificate: str | None = None
    client_key: str | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.client_certificate is None) != (self.client_key is None):
            raise ValueError("client_certificate and client_key belong together")
        return self


Mechanism: TypeAlias = Literal[
    "plain", "scram-sha-256", "scram-sha-512", "token", "nkey"
]


class Login(_Model):
    """A name and a password, for kinds of endpoints that ask for them.

    `password` is sealed wherever it is stored. `mechanism` is SASL's, or how NATS is
    signed in to: by a token, or the seed of an nkey, whose public key is the name.
    """

    username: Annotated[str, Field(min_length=1, max_length=500)]
    password: Annotated[str, Field(max_length=4096)] = Field(repr=False)
    mechanism: Mechanism = "plain"


def _url(value: str) -> str:
    _ = parse_endpoint(value)
    return value


def _event_type(value: str) -> str:
    if not _TYPE_PATTERN.fullmatch(value):
        raise ValueError(
            f"{value!r} is no event type pattern; expected order.created, order.* or *"
        )
    return value


def _headers(value: Mapping[str, str]) -> Mapping[str, str]:
    seen: set[str] = set()
    for name, text in value.items():
        if name.lower() in seen:
            raise ValueError(f"{name} is there twice; case does not matter")
        seen.add(name.lower())
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no HTTP header name")
        if name.lower() in _RESERVED_HEADERS:
            raise ValueError(f"{name} is set by the bus")
        if not text.isascii() or any(ord(c) < 0x20 or ord(c) == 0x7F for c in text):  # noqa: PLR2004 - control characters
            raise ValueError(f"{name}: expected printable ASCII")
    return value


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("expected one line without control characters")
    return value


def _statuses(value: frozenset[int]) -> frozenset[int]:
    wrong = sorted(s for s in value if not 300 <= s <= 599 or s == 410)  # noqa: PLR2004 - HTTP statuses
    if wrong:
        raise ValueError(f"{wrong}: expected statuses from 300 to 599 except 410")
    return value


def one_line(text: str) -> str:
    """Return a text as `Line` takes it: what it does not take becomes spaces."""
    return "".join(c if c.isprintable() else " " for c in text[:_LINE_CHARS])


_LINE_CHARS = 500
Line: TypeAlias = Annotated[
    str, Field(max_length=_LINE_CHARS), AfterValidator(_printable)
]


Mailbox: TypeAlias = Annotated[str, Field(pattern=MAILBOX, max_length=254)]


class Subscription(_Model):
    """Who wants which events, where, how. Times are seconds.

    Printing one shows no secret, and no URL either, as its query may hold one.
    Deliveries wait while it is `unproven`: its endpoint has yet to say that it wants
    them. `allowed_rate` is what it then said it takes.
    """

    id: Annotated[str, Field(pattern=rf"^{ID_PATTERN.pattern}$")]
    owner: Annotated[str, Field(pattern=rf"^({ID_PATTERN.pattern})?$")] = ""
    url: Annotated[str, Field(max_length=2048), AfterValidator(_url)] = Field(
        repr=False
    )
    types: Annotated[
        tuple[Annotated[str, AfterValidator(_event_type)], ...], Field(min_length=1)
    ]
    filter: str | None = None
    transform: str | None = None
    accept: str = "application/json"
    ordering: Ordering = Ordering.NONE
    on_exhausted: Exhausted = Exhausted.SKIP
    retry: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)] = (
        "1s",
        "5s",
        "30s",
    )
    max_age_s: Annotated[float, Field(gt=0)] = 172_800
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 5
    concurrency: Annotated[int, Field(ge=1, le=10_000)] = 100
    rate: Annotated[float, Field(gt=0)] | None = None
    transient_statuses: Annotated[frozenset[int], AfterValidator(_statuses)] = (
        DEFAULT_TRANSIENT
    )
    headers: Annotated[dict[str, str], AfterValidator(_headers)] = Field(
        default_factory=dict, repr=False
    )
    login: Login | None = None
    tls: Tls = Tls()
    objective: OwnObjective = OwnObjective()
    mail_to: Annotated[tuple[Mailbox, ...], Field(max_length=5)] = ()
    mail_about: tuple[Concern, ...] = tuple(Concern)
    secrets: tuple[Secret, ...] = ()
    description: Line = ""
    state: State = State.ACTIVE
    state_reason: Line = ""
    unproven: bool = False
    allowed_rate: Annotated[float, Field(gt=0)] | None = None
    past_tiers: tuple[str, ...] = ()
    created_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None

    @property
    def tiers(self) -> Sequence[str]:
        """The tiers in whose topics its deliveries may be, now or from earlier."""
        if self.ordering is Ordering.KEY:
            return ()
        return tuple(dict.fromkeys((*self.retry, *self.past_tiers)))

    @property
    def limit(self) -> float | None:
        """Attempts a second, at most: its own rate, or what its endpoint allows."""
        limits = [one for one in (self.rate, self.allowed_rate) if one is not None]
        return min(limits, default=None)

    @property
    def kind(self) -> Kind:
        """How its deliveries travel, which the URL's scheme says."""
        return kind_of(self.url)

    @property
    def endpoint(self) -> str:
        """The URL as it may be shown: without its query's values."""
        return shown_url(self.url)


def parse_subscription(fields: Mapping[str, object]) -> Subscription:
    """Build a subscription from plain fields.

    Raises:
        InvalidSubscriptionError: with every wrong field and why. The value of a
            wrong field is never repeated, as it could be a secret.
    """
    try:
        return Subscription.model_validate(fields)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    # A list with wrong items is also said to be too short.
    parents = {e["loc"][:-1] for e in found}
    first, *more = (
        (".".join(str(part) for part in e["loc"]), _why(e))
        for e in found
        if e["loc"] not in parents - {()}
    )
    raise InvalidSubscriptionError(*first, *more)


def _why(error: ErrorDetails) -> str:
    field, kind = error["loc"], error["type"]
    if kind == "extra_forbidden":
        return f"no such field; {instead(Subscription, field)}"
    return _WORDS.get(kind) or expected(kind, error.get("ctx", {}), error["msg"])


_WORDS = {
    "missing": "is required",
    "too_short": "expected at least one",
    "dict_type": "expected a mapping",
    "model_type": "expected a mapping",
    "string_type": "expected text",
}
