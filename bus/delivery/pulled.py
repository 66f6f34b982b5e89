"""Endpoints that nobody calls: whoever is subscribed at a gateway takes what comes."""

from dataclasses import dataclass
from urllib.parse import SplitResult

PULLED = "pull://grpc"
"""The URL of all subscriptions that are pulled: how is said, where to is not known."""


@dataclass(frozen=True, slots=True)
class PullEndpoint:
    """A stream over which its partner, who dialled us, takes it."""


def parse_pull(
    host: str, port: int, parts: SplitResult, *, plain: bool
) -> PullEndpoint:
    """Read the URL that there is.

    Raises:
        ValueError: it is another one.
    """
    del host, port, plain
    if parts.geturl() != PULLED:
        raise ValueError(f"expected {PULLED}: there is no other way to pull")
    return PullEndpoint()
