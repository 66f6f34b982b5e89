"""What a verifier is given, and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Reason(StrEnum):
    """Why a verdict is as it is. A word never changes its meaning."""

    VERIFIED = "verified"
    NOT_CHECKED = "not_checked"  # the channel signs nothing: trust is the transport's
    UNSIGNED = "unsigned"
    MALFORMED = "malformed"
    MISMATCH = "mismatch"
    STALE = "stale"
    NO_SECRET = "no_secret"  # noqa: S105 - a word


GOOD = frozenset({Reason.VERIFIED, Reason.NOT_CHECKED})


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret or a public key of a source; several are live while one is replaced.

    Attributes:
        id: By which verdicts name it; never a part of it.
        value: The secret as the sender shows it, or a public key as PEM.
        kid: Of a public key, where the sender names which it used.
    """

    id: str
    value: str = field(repr=False)
    kid: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """What is to be verified.

    Attributes:
        body: The bytes as they came.
        headers: By name in small letters.
        url: The address it was sent to, as the sender knows it.
        now: The time; aware.
        keys: Public keys (PEM) that were had from where the request says, as far as
            its channel lets it.
        secret: The one of the source's that is tried, where that is signed as well.
    """

    body: bytes
    headers: Mapping[str, str]
    url: str
    now: datetime
    keys: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verifier says.

    Attributes:
        reason: Why.
        secret: Id of the secret that matched, or None.
        text: For people; never holds a secret or a signature that would be right.
        signed_at: The signed time, where there is one.
    """

    reason: Reason
    secret: str | None = None
    text: str = ""
    signed_at: datetime | None = None

    @property
    def good(self) -> bool:
        """Whether it may be taken for what it says it is."""
        return self.reason in GOOD


class Verifier(Protocol):
    """Says whether a submission is from whom it should be."""

    @property
    def describes(self) -> str:
        """What is signed and how, in a sentence."""
        ...

    def verify(self, signed: Signed, secrets: Sequence[Secret]) -> Verdict:
        """Return the verdict, in a time that does not depend on where bytes differ."""
        ...
