"""The breaker of one subscription: when to stop calling, when to try again.

A state machine as a table (`TRANSITIONS`), a sliding window of results, the fuse
against mass dead-lettering, and the hold that a Retry-After asks for. All times are
monotonic seconds that come in.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

_BUCKETS = 30


class BreakerState(StrEnum):
    """Closed: calls go through. Open: none do. Half-open: one probe at a time."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Cause(StrEnum):
    """Why the state changes."""

    CONSECUTIVE = "too many failures in a row"
    SHARE = "too large a share of failures in the window"
    FUSE = "too many dead letters in the window"
    WAITED = "the open time is over"
    PROBE_FAILED = "a probe failed"
    RECOVERED = "enough probes succeeded"


CLOSED, OPEN, HALF_OPEN = BreakerState
TRANSITIONS: Mapping[tuple[BreakerState, Cause], BreakerState] = {
    (CLOSED, Cause.CONSECUTIVE): OPEN,
    (CLOSED, Cause.SHARE): OPEN,
    (CLOSED, Cause.FUSE): OPEN,
    (OPEN, Cause.WAITED): HALF_OPEN,
    (HALF_OPEN, Cause.PROBE_FAILED): OPEN,
    (HALF_OPEN, Cause.FUSE): OPEN,
    (HALF_OPEN, Cause.RECOVERED): CLOSED,
}


class Transition(NamedTuple):
    """A change of state, to be reported."""

    old: BreakerState
    new: BreakerState
    why: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerPolicy:
    """When a breaker opens and closes. Times are seconds, shares 0 to 1.

    Attributes:
        consecutive: Failures in a row that open it.
        window_s: Length of the sliding window.
        window_min: Results in the window before the share counts.
        window_share: Opens above this share of failures.
        open_s: First open time; doubles with every failed probe.
        open_max_s: Longest open time.
        probe_successes: Successful probes that close it.
        probe_lease_s: A probe nobody reports on is given up after this long.
        probe_poll_s: What `next_chance` adds while a probe is out.
        fuse_min: Results in the window before the fuse counts.
        fuse_share: The fuse opens above this share of dead letters.
    """

    consecutive: int = 5
    window_s: float = 30.0
    window_min: int = 20
    window_share: float = 0.5
    open_s: float = 5.0
    open_max_s: float = 60.0
    probe_successes: int = 3
    probe_lease_s: float = 310.0
    probe_poll_s: float = 0.25
    fuse_min: int = 20
    fuse_share: float = 0.5


class _Window:
    """Results of the last `length_s`, counted in 30 buckets."""

    __slots__ = ("_buckets", "_width_s", "dead", "failed", "results")

    def __init__(self, length_s: float) -> None:
        self._width_s = length_s / _BUCKETS
        self.clear()

    def clear(self) -> None:
        self._buckets: deque[list[int]] = deque()
        self.results = self.failed = self.dead = 0

    def add(self, now: float, results: int, failed: int, dead: int) -> None:
        index = int(now // self._width_s)
        if not self._buckets or self._buckets[-1][0] != index:
            self._expire(index - _BUCKETS)
            self._buckets.append([index, 0, 0, 0])
        bucket = self._buckets[-1]
        bucket[1] += results
        bucket[2] += failed
        bucket[3] += dead
        self.results += results
        self.failed += failed
        self.dead += dead

    def _expire(self, oldest: int) -> None:
        while self._buckets and self._buckets[0][0] <= oldest:
            _, results, failed, dead = self._buckets.popleft()
            self.results -= results
            self.failed -= failed
            self.dead -= dead


class Breaker:
    """Decides for one subscription whether to call now.

    `change` is the transition that the last call of a mutator made, or None;
    `success`, `failure`, `release` and `hold` return it as well.
    """

    __slots__ = (
        "_consecutive",
        "_failed_probes",
        "_fused",
        "_held_until",
        "_open_until",
        "_policy",
        "_probe_until",
        "_state",
        "_succeeded_probes",
        "_window",
        "change",
    )

    def __init__(self, policy: BreakerPolicy | None = None) -> None:
        self._policy = policy or BreakerPolicy()
        self._window = _Window(self._policy.window_s)
        self._state = CLOSED
        self._held_until = float("-inf")
        self._open_until = float("-inf")
        self._probe_until: float | None = None
        self._consecutive = 0
        self._failed_probes = 0
        self._succeeded_probes = 0
        self._fused = False
        self.change: Transition | None = None

    # --- questions

    @property
    def closed(self) -> bool:
        """Whether calls go through, as they nearly always do."""
        return self._state is CLOSED

    def state(self, now: float) -> BreakerState:
        """The state; an open breaker whose time is over is half-open already."""
        if self._state is OPEN and now >= self._open_until:
            return HALF_OPEN
        return self._state

    def allows(self, now: float) -> bool:
        """Say if `acquire` would succeed, without changing anything."""
        return self.next_chance(now) <= now

    def next_chance(self, now: float) -> float:
        """When `acquire` may succeed again; `now` if it may now.

        While a probe is out nobody knows: the answer is a moment to ask again.
        """
        chance = now
        if self._state is OPEN:
            chance = self._open_until
        elif self._probe_until is not None and now < self._probe_until:
            chance = min(now + self._policy.probe_poll_s, self._probe_until)
        return max(now, chance, self._held_until)

    # --- calls

    def acquire(self, now: float) -> bool:
        """Ask to make a call. A call granted must be reported, or released."""
        self.change = None
        if self._state is CLOSED:  # nearly always: then only a hold counts
            return now >= self._held_until
        if self.next_chance(now) > now:
            return False
        if self._state is OPEN:
            self._go(Cause.WAITED, now)
        if self._state is HALF_OPEN:
            self._probe_until = now + self._policy.probe_lease_s
        return True

    def release(self) -> Transition | None:
        """Give a granted call back without a result."""
        self.change = None
        self._probe_until = None
        return None

    def success(self, now: float) -> Transition | None:
        """Report an answer that is no transient failure (a refusal is none)."""
        self.change = None
        self._consecutive = 0
        self._window.add(now, 1, 0, 0)
        if self._end_probe():
            self._succeeded_probes += 1
            if self._succeeded_probes >= self._policy.probe_successes:
                self._go(Cause.RECOVERED, now)
        return self.change

    def failure(self, now: float) -> Transition | None:
        """Report a transient failure."""
        self.change = None
        self._consecutive += 1
        self._window.add(now, 1, 1, 0)
        if self._end_probe():
            self._go(Cause.PROBE_FAILED, now)
        elif self._state is CLOSED:
            policy, window = self._policy, self._window
            if self._consecutive >= policy.consecutive:
                self._go(Cause.CONSECUTIVE, now)
            elif (
                window.results >= policy.window_min
                and window.failed > policy.window_share * window.results
            ):
                self._go(Cause.SHARE, now)
        return self.change

    def refuse(self, now: float) -> bool:
        """Ask the fuse whether a delivery may become a dead letter.

        To be asked after the attempt was reported. False: too large a share of the
        window's results would become dead letters, or the breaker is open for that
        reason and has just seen another one; the caller holds the delivery.
        """
        self.change = None
        policy, window = self._policy, self._window
        window.add(now, 0, 0, 1)
        results = max(window.results, window.dead)
        blown = results >= policy.fuse_min and window.dead > policy.fuse_share * results
        if not blown and not (self._fused and self._state is not CLOSED):
            return True
        self._fused = True
        self._probe_until = None
        if self._state is not OPEN:
            self._go(Cause.FUSE, now)
        return False

    def hold(self, until: float, now: float) -> Transition | None:
        """Let nothing through before `until` (Retry-After); the longest hold counts."""
        self.change = None
        if until > now:
            self._held_until = max(self._held_until, until)
        return None

    # --- the table

    def _end_probe(self) -> bool:
        """Say if a result is a probe's; one that was sent before it opened is not."""
        was_out = self._state is HALF_OPEN and self._probe_until is not None
        self._probe_until = None
        return was_out

    def _go(self, why: Cause, now: float) -> None:
        old, new = self._state, TRANSITIONS[self._state, why]
        self._state = new
        self.change = Transition(old, new, why)
        if new is OPEN:
            if old is HALF_OPEN:
                self._failed_probes += 1
            longest = self._policy.open_max_s
            doubled = self._policy.open_s * 2.0 ** min(self._failed_probes, 60)
            self._open_until = now + min(doubled, longest)
        elif new is HALF_OPEN:
            self._succeeded_probes = 0
        else:
            self._window.clear()
            self._failed_probes = self._consecutive = 0
            self._fused = False
