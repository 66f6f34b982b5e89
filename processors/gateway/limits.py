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

    def take(self, who: str, now: float) -> Allowance | None:
        """Count a request of somebody's at `now` (monotonic); None: no limit."""
        if not self._quota:
            return None
        rate = self._quota / self._window_s
        tokens, at = self._held.pop(who, (float(self._quota), now))
        tokens = min(float(self._quota), tokens + max(0.0, now - at) * rate)
        passes = tokens >= 1
        tokens -= passes
        self._held[who] = (tokens, now)
        if len(self._held) > _MOST:
            self._held.popitem(last=False)
        return Allowance(
            passes,
            self._name,
            self._quota,
            self._window_s,
            left=int(tokens),
            wait_s=ceil(max(0.0, 1 - tokens) / rate),
            full_s=ceil((self._quota - tokens) / rate),
        )
