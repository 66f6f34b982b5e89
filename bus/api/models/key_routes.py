"""What is sent and answered: key routes."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import Literal, NotRequired, TypedDict


class KeyShown(TypedDict):
    """What may be known of a key; never its token."""

    id: str
    role: str
    tenant: str
    state: str
    description: str
    created_at: str | None
    created_by: str
    expires_at: str | None
    old_token_until: str | None
    revoked_at: str | None
    last_used: str | None
    server_key: str
    link: Literal["", "open", "used"]
    actions: Sequence[Literal["rotate", "revoke"]]


class KeyRows(TypedDict):
    """A page of keys, the oldest first."""

    data: Sequence[KeyShown]
    next: str | None
    previous: str | None


class NewKey(TypedDict):
    """A key to be made: one that may do no more than yours."""

    role: Literal["operator", "support", "producer", "partner", "reader"]
    tenant: NotRequired[str]
    description: NotRequired[str]
    expires_in: NotRequired[str | None]


class KeyMade(TypedDict):
    """A key with its token."""

    key: KeyShown
    token: str


class KeyRotation(TypedDict):
    """How a token is followed by another."""

    overlap: NotRequired[str]


class Revocation(TypedDict):
    """Nothing needs to be said."""
