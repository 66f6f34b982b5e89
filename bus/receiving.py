"""The words of a partner's side: what arrives there, and what is said of it.

An `Inlet` takes in what comes by anything but HTTP, for `bus listen` and the demo.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event as it arrives. Everything in it is from outside.

    `headers` are those that a webhook would have, names in small letters; `place` is
    where it came: a method, a topic, a subject, a queue.
    """

    place: str
    headers: Mapping[bytes, bytes]
    body: bytes


class Reaction(NamedTuple):
    """What is said of an arrival, by HTTP's status for it; 0: nothing ever is."""

    status: int
    detail: str = ""
    retry_after_s: float | None = None


Take: TypeAlias = Callable[[Arrival], Awaitable[Reaction]]
"""Takes an arrival in. Never raises."""


class Inlet(Protocol):
    """Where events arrive by one transport. Where it has answers, it gives them."""

    async def open(self, take: Take) -> str:
        """Begin to take in; returns the URL that a subscription has for it.

        Raises:
            ConfigurationError: it cannot begin; says why.
        """
        ...

    async def close(self) -> None:
        """Take in nothing more."""
        ...
