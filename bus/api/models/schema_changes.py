"""What is sent and answered: schema changes."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import Literal, TypedDict


class VersionHeld(TypedDict):
    """A version of a schema."""

    id: int
    fields: int
    shipped: bool


class SchemaVersions(TypedDict):
    """All versions, the newest first."""

    type: str
    subject: str
    data: Sequence[VersionHeld]


class SchemaChangeShown(TypedDict):
    """One thing that is not as it was."""

    kind: Literal[
        "added", "removed", "renamed", "type", "default", "symbols", "meaning"
    ]
    place: str
    said: str


class SchemaDifference(TypedDict):
    """What differs between two versions, in words, and whom that breaks."""

    type: str
    older: int
    newer: int
    changes: Sequence[SchemaChangeShown]
    breaks_new: Sequence[str]
    breaks_old: Sequence[str]
