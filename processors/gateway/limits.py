"""How much one key, or one address, may ask for.

A token bucket each, as draft-ietf-httpapi-ratelimit-headers-11 (an Internet-Draft)
describes: a quota that fills up again evenly over its window.
"""

from collections import OrderedDict
from collections.abc import Mapping
from math import ceil
from typing import NamedTuple

_MOST = 50_000


class Allowance(NamedTuple):
    """Whether a request may pass, and what is left.

    `wait_s`: when there is room for one more; `full_s`: when the whole quota is
    there again.
    """

    passes: bool
    name: str
    quota: int
    window_s: int
    left: int
    wait_s: int
    full_s: int

    def headers(self) -> Mapping[str, str]:
        """The fields that tell it to the client."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.quota};w={self.window_s}',
            "RateLimit": f'"{self.name}";r={self.left};t={self.full_s}',
        }


class Buckets:
    """A bucket for each of whom there are many; the one unseen longest is forgotten.

    Args:
        name: Of the policy.
        quota: Requests of a window; 0: no limit.
    """

    def __init__(self, name: str, quota: int, window_s: int = 60) -> None:
        self._name = name
        self._quota = quota
        self._window_s = window_s
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str, now: float, cost: int = 1) -> Allowance | None:
        """Count a request of somebody's at `now` (monotonic); None: no limit.

        One that costs more counts as so many, and is refused whole.
        """
        if not self._quota:
            return None
        rate = self._quota / self._window_s
        tokens, at = self._held.pop(who, (float(self._quota), now))
        tokens = min(float(self._quota), tokens + max(0.0, now - at) * rate)
        passes = tokens >= cost
        tokens -= cost if passes else 0
        self._held[who] = (tokens, now)
        if len(self._held) > _MOST:
            self._held.popitem(last=False)
        return Allowance(
            passes,
            self._name,
            self._quota,
            self._window_s,
            left=int(tokens),
            wait_s=ceil(max(0.0, cost - tokens) / rate),
            full_s=ceil((self._quota - tokens) / rate),
        )


ASKING_S = 600
_TENANTS = 4
"""So many times as often as one tenant all of them together may ask one host."""


class Asking(NamedTuple):
    """How often endpoints are asked, by tenant and host, and by host."""

    own: Buckets
    all: Buckets


def asking(quota: int) -> Asking:
    """Count to `quota` requests of a tenant to a host in ten minutes; 0: any number."""
    return Asking(
        Buckets("endpoint", quota, ASKING_S),
        Buckets("endpoint", quota * _TENANTS, ASKING_S),
    )
