"""What is sent and answered: audit."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import TypedDict


class ChangeShown(TypedDict):
    """Who changed what; never a secret."""

    at: str
    actor: str
    tenant: str
    address: str
    action: str
    entity: str
    entity_id: str
    before: object
    after: object


class ChangeRows(TypedDict):
    """A page of changes, the newest first."""

    data: Sequence[ChangeShown]
    next: str | None
    previous: str | None
