"""What a subscription may choose from, in words; the cheapest import there is.

The options of commands are made of these, and a command has to answer `--help`
without the model of a whole subscription.
"""

from enum import StrEnum
from typing import Literal, TypeAlias

Scheme: TypeAlias = Literal["v1", "v1a"]
"""How webhooks are signed. v1: HMAC-SHA256. v1a: ed25519."""


MAILBOX = r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,180}[A-Za-z0-9])?$"
"""An address as it is taken: plain, without a name, of no other letters."""


class Ordering(StrEnum):
    """`none`: retries may overtake. `key`: in order per order id."""

    NONE = "none"
    KEY = "key"


class Concern(StrEnum):
    """A matter of an endpoint that its owner may want to hear of."""

    DISABLED = "disabled"
    FAILING = "failing"
    DEAD_LETTERS = "dead_letters"
    SECRET = "secret"  # noqa: S105 - a word


class Exhausted(StrEnum):
    """What an ordered subscription does when a delivery is exhausted."""

    SKIP = "skip"
    BLOCK = "block"
