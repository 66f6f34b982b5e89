"""How channels behave when they are not answered well, by their own public rules.

Times are the channels' own. What waits for minutes or hours waits `SHORTER` times
less here, so that a run sees the last try of each: failures follow each other sooner
than they ever would, and no rule is milder. Time-outs, and what is counted within two
minutes, are as they are.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

SHORTER = 60.0
_MINUTE, _HOUR = 60.0, 3600.0
_OK, _REDIRECTS = 200, 300
_IN_A_ROW = 5
_WINDOW_S, _LEAST, _AFTER = 120.0, 0.9, 100


class Penalty(Protocol):
    """What a channel does to a source that it is not content with."""

    def heard(self, at: float, *, well: bool) -> str:
        """An answer, or none; returns the punishment that this brings, or nothing."""
        ...


class Lenient:
    """It never punishes."""

    def heard(self, at: float, *, well: bool) -> str:
        """Nothing comes of it."""
        del at, well
        return ""


class InARow:
    """WooCommerce: after more than five failures in a row the webhook is disabled."""

    def __init__(self) -> None:
        self._failures = 0

    def heard(self, at: float, *, well: bool) -> str:
        """Count."""
        del at
        self._failures = 0 if well else self._failures + 1
        return "webhook disabled" if self._failures > _IN_A_ROW else ""


class Share:
    """BigCommerce: under 90 % within two minutes the domain is blocked."""

    def __init__(self) -> None:
        self._heard: deque[tuple[float, bool]] = deque()
        self._failed = 0

    def heard(self, at: float, *, well: bool) -> str:
        """Count what came within the window."""
        self._heard.append((at, well))
        self._failed += not well
        while self._heard[0][0] < at - _WINDOW_S:
            self._failed -= not self._heard.popleft()[1]
        count = len(self._heard)
        if count >= _AFTER and count - self._failed < _LEAST * count:
            return "domain blocked"
        return ""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a channel sends.

    Attributes:
        waits_s: Until each further try.
        timeout_s: How long it waits for an answer.
        connections: How many requests it has under way at most.
        is_good: Whether a status and body are what it wants to hear.
        penalty: Makes what counts its failures.
        after: What happens after the last try; empty: it tries that way for ever.
        queues: Whether what fails holds up all behind it.
        twice: Which share it sends again though it was answered well.
    """

    waits_s: tuple[float, ...]
    timeout_s: float
    connections: int
    is_good: Callable[[int, bytes], bool]
    penalty: Callable[[], Penalty] = Lenient
    after: str = ""
    queues: bool = False
    twice: float = 0.0

    def wait_s(self, tries: int) -> float | None:
        """How long until the next try after so many, as it is here; None: no more."""
        if tries <= len(self.waits_s):
            return self.waits_s[tries - 1] / SHORTER
        return None if self.after else self.waits_s[-1] / SHORTER


def _is_2xx(status: int, body: bytes) -> bool:
    del body
    return _OK <= status < _REDIRECTS


MANNERS: Mapping[str, Manners] = MappingProxyType(
    {
        # Eight more tries within four hours; then the subscription is deleted.
        "shopify": Manners(
            waits_s=tuple(n * _MINUTE for n in (1, 3, 8, 15, 28, 45, 60, 80)),
            timeout_s=5,
            connections=100,
            is_good=lambda status, _: status == _OK,
            after="subscription deleted",
            twice=0.02,
        ),
        # Never again.
        "woocommerce": Manners(
            waits_s=(),
            timeout_s=60,
            connections=50,
            is_good=lambda status, _: _OK <= status <= _REDIRECTS + 2,
            penalty=InARow,
            after="order never sent again",
        ),
        # Eleven more within 48 hours; then the webhook is switched off.
        "bigcommerce": Manners(
            waits_s=(
                *(n * _MINUTE for n in (1, 2, 4, 8, 15, 30)),
                *(n * _HOUR for n in (1, 3, 6, 13, 24)),
            ),
            timeout_s=10,
            connections=50,
            is_good=_is_2xx,
            penalty=Share,
            after="webhook switched off",
            twice=0.02,
        ),
        # Three times soon, then a queue: all wait behind its head, for 30 days.
        "adyen": Manners(
            waits_s=(
                *(9, 18, 27),
                *(n * _MINUTE for n in (2, 5, 10, 15, 30)),
                *(n * _HOUR for n in (1, 2, 4, 8)),
            ),
            timeout_s=10,
            connections=50,
            is_good=lambda status, body: status == _OK and body == b"[accepted]",
            queues=True,
            twice=0.02,
        ),
        # A person sees that it was not taken, and sends the file again.
        "x12": Manners(
            waits_s=(15 * _MINUTE,), timeout_s=30, connections=10, is_good=_is_2xx
        ),
    }
)
