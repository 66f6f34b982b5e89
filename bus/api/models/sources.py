"""What is sent and answered: sources."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict


class SourceRow(TypedDict):
    """A source in a list."""

    id: str
    channel: str
    owner: str
    title: str
    state: str
    path: str
    actions: Sequence[str]


class SourceRows(TypedDict):
    """A page of sources, by id."""

    data: Sequence[SourceRow]
    next: str | None
    previous: str | None


class SourceAnswers(TypedDict):
    """Where it is to be answered otherwise than its channel; null: as that says."""

    ok_status: NotRequired[int | None]
    overload_status: NotRequired[Literal[429, 500, 502, 503] | None]
    retry_after_s: NotRequired[int | None]
    retries: NotRequired[bool | None]


class SourceOAuth(TypedDict):
    """Where a token is had that is the credential `access_token`, by which grant.

    It takes the credentials `client_secret` and, for its grant, `refresh_token`.
    """

    url: str
    client_id: str
    grant: NotRequired[Literal["client_credentials", "refresh_token"]]
    scope: NotRequired[str]


class SourceFetch(TypedDict):
    """How what a thin message names may be fetched; for operators to set."""

    hosts: Sequence[str]
    credentials: NotRequired[Mapping[str, str]]
    per_second: NotRequired[float]
    concurrency: NotRequired[int]
    timeout_s: NotRequired[float]
    oauth: NotRequired[SourceOAuth | None]


class NewSource(TypedDict):
    """A source to be made."""

    id: str
    channel: str
    owner: NotRequired[str]
    title: NotRequired[str]
    settings: NotRequired[Mapping[str, str]]
    secret: NotRequired[str | None]
    public_keys: NotRequired[Sequence[str]]
    path_secret: NotRequired[bool | None]
    url: NotRequired[str]
    account: NotRequired[str]
    labels: NotRequired[Mapping[str, str]]
    file_headers: NotRequired[Mapping[str, str]]
    unverified: NotRequired[Literal["refuse", "park"]]
    rate: NotRequired[float | None]
    burst: NotRequired[int | None]
    concurrency: NotRequired[int]
    max_body: NotRequired[int | None]
    answers: NotRequired[SourceAnswers]
    fetch: NotRequired[SourceFetch | None]
    pull: NotRequired[Mapping[str, object] | None]


class SourceSecretShown(TypedDict):
    """What may be known of a secret."""

    id: str
    kid: str
    since: str | None
    until: str | None
    fingerprint: str | None


class PublicKeyShown(TypedDict):
    """A public key of the sender's."""

    id: str
    kid: str
    since: str | None
    until: str | None
    pem: str


class SourceShown(TypedDict):
    """All that may be shown of a source."""

    id: str
    channel: str
    owner: str
    title: str
    state: str
    path: str
    actions: Sequence[str]
    state_reason: str
    settings: Mapping[str, str]
    secrets: Sequence[SourceSecretShown]
    public_keys: Sequence[PublicKeyShown]
    has_path_secret: bool
    old_path_until: str | None
    url: str
    account: str
    labels: Mapping[str, str]
    file_headers: Mapping[str, str]
    unverified: str
    rate: float | None
    burst: int | None
    concurrency: int
    max_body: int | None
    answers: SourceAnswers
    fetch: Mapping[str, object] | None
    pull: Mapping[str, object] | None
    created_at: str | None
    updated_at: str | None


class SourceTaken(TypedDict):
    """A source as it now stands, and what to tell its owner."""

    source: SourceShown
    secret: str | None
    path: str | None
    warnings: Sequence[str]


class SourceChange(TypedDict):
    """The fields that change; an empty setting or label is taken away."""

    title: NotRequired[str]
    settings: NotRequired[Mapping[str, str]]
    public_keys: NotRequired[Sequence[str]]
    path_secret: NotRequired[bool | None]
    url: NotRequired[str]
    account: NotRequired[str]
    labels: NotRequired[Mapping[str, str]]
    file_headers: NotRequired[Mapping[str, str]]
    unverified: NotRequired[Literal["refuse", "park"]]
    rate: NotRequired[float | None]
    burst: NotRequired[int | None]
    concurrency: NotRequired[int]
    max_body: NotRequired[int | None]
    answers: NotRequired[SourceAnswers]
    fetch: NotRequired[SourceFetch | None]
    pull: NotRequired[Mapping[str, object] | None]
