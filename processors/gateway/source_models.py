"""Sources of intake as the API takes and shows them.

They are what people write in YAML (`processors.sources.document`), without names of
files: what comes from outside reads none of ours.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from bus.delivery.subscription import ID_PATTERN
from bus.intake.sources import LARGEST_BODY
from processors.gateway.model import Flag, Model, Page, PageQuery
from processors.gateway.source_asking_models import NEVER_SHOWN, Fetch, Pull
from processors.gateway.subscription_models import Duration, Id, Line, Owner

ChannelName: TypeAlias = Annotated[
    str,
    Field(
        pattern=rf"^{ID_PATTERN.pattern}$",
        description="Which channel it speaks.",
        examples=["shopify"],
    ),
]
Texts: TypeAlias = Annotated[
    dict[str, Annotated[str, Field(max_length=2_000)]], Field(max_length=100)
]
Settings: TypeAlias = Annotated[
    Texts, Field(description="What the channel leaves to each source: its zone, …")
]
Labels: TypeAlias = Annotated[Texts, Field(description="For people.")]
FileHeaders: TypeAlias = Annotated[
    Texts, Field(description="With which a webhook would bring what comes in files.")
]
Keys: TypeAlias = Annotated[
    list[Annotated[str, Field(max_length=20_000)]],
    Field(
        max_length=10,
        description="Public keys of the sender's: PEM, or sets of JSON Web Keys.",
    ),
]
SourceSecret: TypeAlias = Annotated[
    str,
    Field(
        max_length=10_000,
        description="What its sender signs with. Without one it is made.",
        json_schema_extra=NEVER_SHOWN,
    ),
]
Address: TypeAlias = Annotated[
    str,
    Field(
        max_length=2048,
        pattern=r"^(https?://[!-~]+)?$",
        description="Its address as the sender knows it, where that is signed.",
    ),
]
Rate: TypeAlias = Annotated[
    Annotated[float, Field(gt=0, le=1_000_000)] | None,
    Field(description="Submissions a second, at most."),
]
Burst: TypeAlias = Annotated[
    Annotated[int, Field(ge=1, le=1_000_000)] | None,
    Field(description="How many of them at once."),
]
AtOnce: TypeAlias = Annotated[
    int, Field(ge=1, le=10_000, description="Submissions at the same time.")
]
Largest: TypeAlias = Annotated[
    Annotated[int, Field(ge=1, le=LARGEST_BODY)] | None,
    Field(description="Bytes that one may have; null: as its channel has it."),
]
Wrong: TypeAlias = Annotated[
    Literal["refuse", "park"],
    Field(description="What becomes of a wrong signature: 401, or kept and parked."),
]
Hidden: TypeAlias = Annotated[
    bool | None,
    Field(description="A secret in its address; null: where nothing is signed."),
]


class SourceAnswers(Model):
    """Where it is to be answered otherwise than its channel; null: as that says."""

    ok_status: Annotated[int, Field(ge=200, le=299)] | None = None
    overload_status: Literal[429, 500, 502, 503] | None = None
    retry_after_s: Annotated[int, Field(ge=0, le=86_400)] | None = None
    retries: Annotated[
        bool | None, Field(description="Whether its sender tries again.")
    ] = None


Title: TypeAlias = Annotated[Line, Field(description="What people call it.")]
Account: TypeAlias = Annotated[
    Line, Field(description="Whose orders these are, where they do not say.")
]
Answers: TypeAlias = Annotated[
    SourceAnswers, Field(description="Where its answers differ from its channel's.")
]


class NewSource(Model):
    """A source to be made."""

    id: Id
    channel: ChannelName
    owner: Owner = ""
    title: Title = ""
    settings: Settings = Field(default={})
    secret: Annotated[SourceSecret | None, Field(repr=False)] = None
    public_keys: Keys = Field(default=[])
    path_secret: Hidden = None
    url: Address = ""
    account: Account = ""
    labels: Labels = Field(default={})
    file_headers: FileHeaders = Field(default={})
    unverified: Wrong = "refuse"
    rate: Rate = None
    burst: Burst = None
    concurrency: AtOnce = 64
    max_body: Largest = None
    answers: Answers = SourceAnswers()
    fetch: Fetch = None
    pull: Pull = None


class SourceChange(Model):
    """The fields that change; an empty setting or label is taken away."""

    title: Title = ""
    settings: Settings = Field(default={})
    public_keys: Annotated[Keys, Field(description="They join those there are.")] = (
        Field(default=[])
    )
    path_secret: Hidden = None
    url: Address = ""
    account: Account = ""
    labels: Labels = Field(default={})
    file_headers: FileHeaders = Field(default={})
    unverified: Wrong = "refuse"
    rate: Rate = None
    burst: Burst = None
    concurrency: AtOnce = 64
    max_body: Largest = None
    answers: Answers = SourceAnswers()
    fetch: Fetch = None
    pull: Pull = None


class SourceSecretShown(Model):
    """What may be known of a secret."""

    id: str
    kid: str
    since: str | None
    until: Annotated[str | None, Field(description="From then on it counts no more.")]
    fingerprint: str | None


class PublicKeyShown(Model):
    """A public key of the sender's."""

    id: str
    kid: str
    since: str | None
    until: Annotated[str | None, Field(description="From then on it counts no more.")]
    pem: str


class SourceRow(Model):
    """A source in a list."""

    id: str
    channel: str
    owner: str
    title: str
    state: str
    path: Annotated[
        str, Field(description="Where its sender sends to; a secret in it is left out.")
    ]
    actions: Annotated[
        Sequence[str], Field(description="What you may do to it now.")
    ] = ()


class SourceRows(Page[SourceRow]):
    """A page of sources, by id."""


class SourceShown(SourceRow):
    """All that may be shown of a source."""

    state_reason: str
    settings: Mapping[str, str]
    secrets: Sequence[SourceSecretShown]
    public_keys: Sequence[PublicKeyShown]
    has_path_secret: Annotated[
        bool, Field(description="Whether a secret stands in its address.")
    ]
    old_path_until: Annotated[
        str | None,
        Field(description="Until when the address before counts as well, if one does."),
    ]
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
    fetch: Annotated[
        Mapping[str, object] | None, Field(description="Its credentials are hidden.")
    ]
    pull: Mapping[str, object] | None
    created_at: str | None
    updated_at: str | None


class SourceTaken(Model):
    """A source as it now stands, and what to tell its owner."""

    source: SourceShown
    secret: Annotated[
        str | None, Field(description="A new secret. Shown this once, then never.")
    ] = None
    path: Annotated[
        str | None,
        Field(description="A new address with its secret. Shown this once."),
    ] = None
    warnings: Annotated[
        Sequence[str], Field(description="What may be a mistake, one sentence each.")
    ] = ()


class SourceQuery(PageQuery):
    """Which sources."""

    state: Literal["active", "paused"] | None = None


class SourceRotation(Model):
    """How a secret is followed by another."""

    grace: Annotated[
        Duration, Field(description="How long the old secrets count as well.")
    ] = "24h"
    secret: Annotated[SourceSecret | None, Field(repr=False)] = None


class SourceRemoval(Model):
    """What goes with it."""

    purge: Annotated[Flag, Field(description="Delete all that it sent as well.")] = (
        False
    )


class SourceRemoved(Model):
    """What was deleted with it."""

    id: str
    deleted_topics: Sequence[str]


class SourceDocument(Model):
    """All sources as they are to be."""

    sources: Annotated[
        list[NewSource], Field(max_length=1_000, description="Each of them, whole.")
    ]
