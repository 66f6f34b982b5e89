"""How fast an account's API may be asked: by the source's limit and the API's own.

One for each source. What the API says is obeyed: requests left until a moment, a share
used up, a rate, a `Retry-After`; what cannot be read is as if it were not said.
"""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from math import isfinite

from bus.intake.fetching.declared import RateHeaders, Unit

_LONGEST_S = 3_600.0
_ASKED_AGAIN_S = 1.0
_NEARLY_FULL = 0.9
_BUSY = frozenset({429, 503})


class Limiter:
    """A token bucket that an API may empty or slow down.

    Args:
        per_second: Requests a second; None: as fast as the API lets us.
        burst: Requests that may go at once.

    All times are seconds since 1970.
    """

    def __init__(self, per_second: float | None, burst: int) -> None:
        self._ours = per_second
        self._theirs: float | None = None
        self._burst = max(1, burst)
        self._tokens = float(self._burst)
        self._at = 0.0
        self._shut_until = 0.0

    def wait_s(self, now: float) -> float:
        """How long until the next request may go; 0: now."""
        shut = self._shut_until - now
        if shut > 0:
            return shut
        rate = self._rate
        if rate is None:
            return 0.0
        self._fill(now, rate)
        return 0.0 if self._tokens >= 1 else (1 - self._tokens) / rate

    def take(self, now: float) -> None:
        """Count a request that goes now."""
        if (rate := self._rate) is not None:
            self._fill(now, rate)
            self._tokens -= 1

    def learn(
        self, status: int, headers: Mapping[str, str], limits: RateHeaders, now: float
    ) -> None:
        """Take over what an answer says; `headers` by name in small letters."""
        pause = _pause_s(headers, limits, now)
        after = _retry_after_s(headers.get("retry-after", ""), now)
        if status in _BUSY:
            pause = max(pause, _ASKED_AGAIN_S if after is None else after)
        if pause > 0:
            self._shut_until = max(self._shut_until, now + min(pause, _LONGEST_S))
        rate = _number(headers.get(limits.rate, ""))
        if rate is not None and rate > 0:
            self._theirs = rate

    @property
    def _rate(self) -> float | None:
        rates = [rate for rate in (self._ours, self._theirs) if rate is not None]
        return min(rates, default=None)

    def _fill(self, now: float, rate: float) -> None:
        passed = max(0.0, now - self._at) if self._at else 0.0
        self._tokens = min(float(self._burst), self._tokens + passed * rate)
        self._at = now


def _pause_s(headers: Mapping[str, str], limits: RateHeaders, now: float) -> float:
    """How long an API wants to be left alone, by what it says is left."""
    left = _number(headers.get(limits.remaining, ""))
    if left is not None and left < 1:
        return _reset_s(headers.get(limits.reset, ""), limits.unit, now)
    used, _, of = headers.get(limits.used, "").partition("/")
    taken, most = _number(used), _number(of)
    if taken is not None and most and taken >= _NEARLY_FULL * most:
        return _ASKED_AGAIN_S
    return 0.0


def _reset_s(text: str, unit: Unit, now: float) -> float:
    number = _number(text)
    if number is None:
        return _ASKED_AGAIN_S
    match unit:
        case Unit.SECONDS:
            return number
        case Unit.MILLISECONDS:
            return number / 1000
        case Unit.EPOCH:
            return number - now


def _retry_after_s(text: str, now: float) -> float | None:
    number = _number(text)
    if number is not None:
        return number
    try:
        moment: datetime = parsedate_to_datetime(text)
        return moment.timestamp() - now
    except (ValueError, TypeError, OverflowError):
        return None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) and number >= 0 else None
