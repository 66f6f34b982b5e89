"""What a source may ask of its sender's API, as ours takes it: operators say that."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from processors.gateway.model import Model

NEVER_SHOWN = {"writeOnly": True}


class SourceOAuth(Model):
    """Where a token is had that is the credential `access_token`, by which grant.

    It takes the credentials `client_secret` and, for its grant, `refresh_token`.
    """

    url: Annotated[str, Field(max_length=2_000, pattern=r"^https?://[^/@{}]+/")]
    client_id: Annotated[str, Field(min_length=1, max_length=500)]
    grant: Literal["client_credentials", "refresh_token"] = "client_credentials"
    scope: Annotated[str, Field(max_length=1_000)] = ""


class SourceFetch(Model):
    """How what a thin message names may be fetched; for operators to set."""

    hosts: Annotated[
        list[Annotated[str, Field(pattern=r"^[a-z0-9.-]{1,253}(:[0-9]{1,5})?$")]],
        Field(min_length=1, max_length=20, description="From these, and no others."),
    ]
    credentials: Annotated[
        dict[str, Annotated[str, Field(max_length=10_000)]],
        Field(max_length=20, json_schema_extra=NEVER_SHOWN),
    ] = Field(default={}, repr=False)
    per_second: Annotated[float, Field(gt=0, le=10_000)] = 2
    concurrency: Annotated[int, Field(ge=1, le=1_000)] = 4
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 10
    oauth: SourceOAuth | None = None


Fetch: TypeAlias = Annotated[
    SourceFetch | None,
    Field(description="From where thin messages are completed; for operators to set."),
]


Pull: TypeAlias = Annotated[
    dict[str, object] | None,
    Field(
        description="The list or the queue that is read for it, by its `kind`; for"
        " operators to set."
    ),
]
