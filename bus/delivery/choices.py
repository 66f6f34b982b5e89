"""What a subscription may choose from, in words; the cheapest import there is.

The options of commands are made of these, and a command has to answer `--help`
without the model of a whole subscription.
"""

from enum import StrEnum
from typing import Literal, TypeAlias

Scheme: TypeAlias = Literal["v1", "v1a"]
"""How webhooks are signed. v1: HMAC-SHA256. v1a: ed25519."""


class Ordering(StrEnum):
    """`none`: retries may overtake. `key`: in order per order id."""

    NONE = "none"
    KEY = "key"


class Exhausted(StrEnum):
    """What an ordered subscription does when a delivery is exhausted."""

    SKIP = "skip"
    BLOCK = "block"
