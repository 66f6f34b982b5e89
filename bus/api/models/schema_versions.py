"""What is sent and answered: schema versions."""

# Written from the table of routes by `make client`, not by hand.
from typing import TypedDict


class SchemaVersion(TypedDict):
    """A schema that is to be the next version."""

    schema: str


class SchemaRegistered(TypedDict):
    """What the registry made of it."""

    type: str
    subject: str
    schema_id: int
    new: bool
