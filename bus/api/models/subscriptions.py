"""What is sent and answered: subscriptions."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict


class SubscriptionRow(TypedDict):
    """A subscription in a list."""

    id: str
    owner: str
    state: str
    types: Sequence[str]
    endpoint: str
    ordering: str
    unproven: bool
    actions: Sequence[str]


class SubscriptionRows(TypedDict):
    """A page of subscriptions, by id."""

    data: Sequence[SubscriptionRow]
    next: str | None
    previous: str | None


class Login(TypedDict):
    """A name and a password, for endpoints that are queues and topics."""

    username: str
    password: str
    mechanism: NotRequired[
        Literal["plain", "scram-sha-256", "scram-sha-512", "token", "nkey"]
    ]


class Tls(TypedDict):
    """How the endpoint's certificate is checked and ours is shown (PEM texts)."""

    verify: NotRequired[bool]
    ca: NotRequired[str | None]
    client_certificate: NotRequired[str | None]
    client_key: NotRequired[str | None]


class ObjectiveWanted(TypedDict):
    """What is aimed at for it; null: as the bus has it for all."""

    success: NotRequired[float | None]
    p95: NotRequired[str | None]


class NewSubscription(TypedDict):
    """A subscription to be made."""

    id: str
    url: str
    types: Sequence[str]
    owner: NotRequired[str]
    filter: NotRequired[str | None]
    transform: NotRequired[str | None]
    accept: NotRequired[str]
    ordering: NotRequired[Literal["none", "key"]]
    on_exhausted: NotRequired[Literal["skip", "block"]]
    starts: NotRequired[Literal["active", "paused"]]
    retry: NotRequired[Sequence[str]]
    max_age: NotRequired[str]
    timeout: NotRequired[str]
    concurrency: NotRequired[int]
    rate: NotRequired[float | None]
    transient_statuses: NotRequired[Sequence[int]]
    headers: NotRequired[Mapping[str, str]]
    login: NotRequired[Login | None]
    tls: NotRequired[Tls]
    objective: NotRequired[ObjectiveWanted]
    mail_to: NotRequired[Sequence[str]]
    mail_about: NotRequired[
        Sequence[Literal["disabled", "failing", "dead_letters", "secret"]]
    ]
    description: NotRequired[str]
    secret: NotRequired[str | None]
    scheme: NotRequired[Literal["v1", "v1a"]]


class LoginShown(TypedDict):
    """How the bus signs in; never the password."""

    username: str
    password: str
    mechanism: str


class TlsShown(TypedDict):
    """How certificates are checked and shown; never the key."""

    verify: bool
    ca: str | None
    client_certificate: str | None
    client_key: str | None


class ObjectiveOwn(TypedDict):
    """What is aimed at for it alone; null: as the bus has it for all."""

    success: float | None
    p95: str | None


class SecretShown(TypedDict):
    """What may be known of a signing secret."""

    id: str
    scheme: str
    created_at: str | None
    expires_at: str | None
    fingerprint: str | None
    public_key: str | None


class SubscriptionShown(TypedDict):
    """All that may be shown of a subscription."""

    id: str
    owner: str
    state: str
    types: Sequence[str]
    endpoint: str
    ordering: str
    unproven: bool
    actions: Sequence[str]
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
    allowed_rate: float | None
    transient_statuses: Sequence[int]
    headers: Mapping[str, str]
    login: LoginShown | None
    tls: TlsShown
    objective: ObjectiveOwn
    mail_to: Sequence[str]
    mail_about: Sequence[str]
    secrets: Sequence[SecretShown]
    description: str
    created_at: str | None
    updated_at: str | None


class SubscriptionTaken(TypedDict):
    """A subscription as it now stands, and what to tell its owner."""

    subscription: SubscriptionShown
    secret: str | None
    warnings: Sequence[str]


class SubscriptionChange(TypedDict):
    """The fields that are to change; all others stay.

    Header names that are given join those there are, an empty value takes one away.
    Of the objective, what is given changes; null is what all have. Operators set it.
    """

    url: NotRequired[str]
    types: NotRequired[Sequence[str]]
    filter: NotRequired[str | None]
    transform: NotRequired[str | None]
    accept: NotRequired[str]
    on_exhausted: NotRequired[Literal["skip", "block"]]
    retry: NotRequired[Sequence[str]]
    max_age: NotRequired[str]
    timeout: NotRequired[str]
    concurrency: NotRequired[int]
    rate: NotRequired[float | None]
    transient_statuses: NotRequired[Sequence[int]]
    headers: NotRequired[Mapping[str, str]]
    login: NotRequired[Login | None]
    tls: NotRequired[Tls]
    objective: NotRequired[ObjectiveWanted]
    mail_to: NotRequired[Sequence[str]]
    mail_about: NotRequired[
        Sequence[Literal["disabled", "failing", "dead_letters", "secret"]]
    ]
    description: NotRequired[str]
