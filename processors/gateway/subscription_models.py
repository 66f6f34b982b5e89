"""Subscriptions as the API takes and shows them: as in YAML, without file names."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from bus.delivery.objective import LEAST, MOST
from bus.delivery.schedule import parse_duration
from bus.delivery.subscription import ID_PATTERN
from processors.gateway.login_models import Login, LoginShown
from processors.gateway.mail_fields import EVERY, MailAbout, MailTo
from processors.gateway.model import Flag, Model, Page, PageQuery
from processors.gateway.url_field import Url

_NEVER_SHOWN = {"writeOnly": True}


def _readable(duration: str) -> str:
    """A duration as it is, unless none can be so long."""
    parse_duration(duration)
    return duration


Duration: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,9}(\.[0-9]{1,3})?(ms|s|m|h|d)$",
        description="A number and ms, s, m, h or d.",
        examples=["5s"],
    ),
    AfterValidator(_readable),
]
Id: TypeAlias = Annotated[
    str, Field(pattern=rf"^{ID_PATTERN.pattern}$", examples=["my-shop"])
]
Owner: TypeAlias = Annotated[
    str,
    Field(
        pattern=rf"^({ID_PATTERN.pattern})?$",
        description="The tenant it belongs to; empty: the bus itself. A tenant's key "
        "need not name it, and names no other.",
    ),
]
Line: TypeAlias = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
Pem: TypeAlias = Annotated[str, Field(max_length=100_000)]
Types: TypeAlias = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]],
    Field(
        min_length=1,
        max_length=100,
        description="Event types; `order.*` and `*` stand for several.",
        examples=[["order.*"]],
    ),
]
Expression: TypeAlias = Annotated[str, Field(max_length=10_000)]
Tiers: TypeAlias = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=20)]],
    Field(
        min_length=1,
        max_length=20,
        description="The pauses before each repetition, of the declared tiers.",
        examples=[["1s", "5s", "30s"]],
    ),
]
Statuses: TypeAlias = Annotated[
    list[Annotated[int, Field(ge=300, le=599)]],
    Field(max_length=300, description="Answers that are tried again, besides 5xx."),
]
Headers: TypeAlias = Annotated[
    dict[str, Annotated[str, Field(max_length=4096)]],
    Field(
        max_length=50,
        description="Sent with every webhook. Values are sealed and never shown.",
        json_schema_extra=_NEVER_SHOWN,
    ),
]
Secret: TypeAlias = Annotated[
    str,
    Field(
        max_length=500,
        description="A signing secret of your own, `whsec_…`. Without one it is made.",
        json_schema_extra=_NEVER_SHOWN,
    ),
]
Trust: TypeAlias = Annotated[
    Flag,
    Field(
        description="Take endpoints on without their word; needs subscriptions:trust."
    ),
]
Scheme: TypeAlias = Annotated[
    Literal["v1", "v1a"], Field(description="v1: HMAC-SHA256. v1a: ed25519.")
]


class Tls(Model):
    """How the endpoint's certificate is checked and ours is shown (PEM texts)."""

    verify: bool = True
    ca: Pem | None = None
    client_certificate: Pem | None = None
    client_key: Annotated[
        Pem | None, Field(json_schema_extra=_NEVER_SHOWN, repr=False)
    ] = None


class ObjectiveWanted(Model):
    """What is aimed at for it; null: as the bus has it for all."""

    success: Annotated[
        Annotated[float, Field(ge=LEAST, le=MOST)] | None,
        Field(description="The share of its deliveries that are accepted in time."),
    ] = None
    p95: Annotated[
        Duration | None,
        Field(description="What 95 of 100 attempts take at most; up to 300s."),
    ] = None


class NewSubscription(Model):
    """A subscription to be made."""

    id: Id
    url: Url
    types: Types
    owner: Owner = ""
    filter: Annotated[
        Expression | None, Field(description="JMESPath; what is true is delivered.")
    ] = None
    transform: Annotated[
        Expression | None, Field(description="JMESPath that makes the body.")
    ] = None
    accept: Annotated[
        str, Field(max_length=200, description="Media type of the body.")
    ] = "application/json"
    ordering: Annotated[
        Literal["none", "key"], Field(description="key: in order for each order id.")
    ] = "none"
    on_exhausted: Literal["skip", "block"] = "skip"
    starts: Annotated[
        Literal["active", "paused"],
        Field(description="paused: events wait until it is resumed."),
    ] = "active"
    retry: Tiers = Field(default=["1s", "5s", "30s"])
    max_age: Duration = "2d"
    timeout: Duration = "5s"
    concurrency: Annotated[int, Field(ge=1, le=10_000)] = 100
    rate: Annotated[
        Annotated[float, Field(gt=0, le=1_000_000)] | None,
        Field(description="Webhooks a second, at most."),
    ] = None
    transient_statuses: Statuses = Field(default=[408, 409, 425, 429])
    headers: Headers = Field(default={}, repr=False)
    login: Login | None = Field(
        default=None, description="For all kinds but webhooks and gRPC."
    )
    tls: Tls = Tls()
    objective: Annotated[
        ObjectiveWanted, Field(description="For operators to set.")
    ] = ObjectiveWanted()
    mail_to: MailTo = Field(default=[])
    mail_about: MailAbout = Field(default=EVERY)
    description: Line = ""
    secret: Annotated[Secret | None, Field(repr=False)] = None
    scheme: Scheme = "v1"


class SecretShown(Model):
    """What may be known of a signing secret."""

    id: str
    scheme: str
    created_at: str | None
    expires_at: Annotated[
        str | None, Field(description="From then on it signs no more.")
    ]
    fingerprint: str | None
    public_key: Annotated[str | None, Field(description="Of a v1a secret.")] = None


class TlsShown(Model):
    """How certificates are checked and shown; never the key."""

    verify: bool
    ca: str | None
    client_certificate: str | None
    client_key: str | None


class ObjectiveOwn(Model):
    """What is aimed at for it alone; null: as the bus has it for all."""

    success: float | None
    p95: str | None


class SubscriptionRow(Model):
    """A subscription in a list."""

    id: str
    owner: str
    state: str
    types: Sequence[str]
    endpoint: Annotated[
        str, Field(description="The URL without the values of its query.")
    ]
    ordering: str
    unproven: Annotated[
        bool,
        Field(description="Events wait until its endpoint says that it wants them."),
    ]
    actions: Annotated[
        Sequence[str], Field(description="What you may do to it now.")
    ] = ()


class SubscriptionRows(Page[SubscriptionRow]):
    """A page of subscriptions, by id."""


class SubscriptionShown(SubscriptionRow):
    """All that may be shown of a subscription."""

    state_reason: str
    filter: str | None
    transform: str | None
    accept: str
    on_exhausted: str
    retry: Sequence[str]
    max_age: str
    timeout: str
    concurrency: int
    rate: float | None
    allowed_rate: Annotated[
        float | None, Field(description="What its endpoint allowed, a second.")
    ]
    transient_statuses: Sequence[int]
    headers: Annotated[
        Mapping[str, str], Field(description="Their names; values are hidden.")
    ]
    login: LoginShown | None
    tls: TlsShown
    objective: ObjectiveOwn
    mail_to: Sequence[str]
    mail_about: Sequence[str]
    secrets: Sequence[SecretShown]
    description: str
    created_at: str | None
    updated_at: str | None


class SubscriptionTaken(Model):
    """A subscription as it now stands, and what to tell its owner."""

    subscription: SubscriptionShown
    secret: Annotated[
        str | None,
        Field(
            description="The signing secret that was made. Shown this once, then"
            " never; null where none was made: who gave one has it."
        ),
    ] = None
    warnings: Annotated[
        Sequence[str], Field(description="What may be a mistake, one sentence each.")
    ] = ()


class SubscriptionQuery(PageQuery):
    """Which subscriptions."""

    state: Literal["active", "paused", "disabled", "removing"] | None = None


class TrustQuery(Model):
    """Whether an endpoint need not say that it wants events."""

    trust: Trust = False


class Pause(Model):
    """Why deliveries are held."""

    reason: Line = ""


class Resume(Model):
    """Nothing needs to be said."""


class Rotation(Model):
    """How a secret is followed by another."""

    grace: Annotated[
        Duration, Field(description="How long the old secrets sign as well.")
    ] = "24h"
    scheme: Scheme | None = None
    secret: Annotated[Secret | None, Field(repr=False)] = None
