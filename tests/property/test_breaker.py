"""The breaker against a slow model that remembers every result."""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bus.delivery.breaker import (
    CLOSED,
    HALF_OPEN,
    OPEN,
    TRANSITIONS,
    Breaker,
    BreakerPolicy,
    BreakerState,
    Transition,
)
from tests.support.examples import examples

POLICY = BreakerPolicy(
    consecutive=3, window_min=6, fuse_min=6, probe_successes=2, probe_lease_s=40
)


@dataclass
class Model:
    """The rules of `BreakerPolicy`, written down as slowly as they are said."""

    state: BreakerState = CLOSED
    results: list[tuple[int, bool]] = field(default_factory=list)
    dead: list[int] = field(default_factory=list)
    in_a_row: int = 0
    probe_at: int | None = None
    probed: int = 0
    failed_probes: int = 0
    open_until: float = 0
    held_until: float = 0
    fused: bool = False

    def allows(self, now: int) -> bool:
        """Whether a call may be made."""
        if now < self.held_until:
            return False
        if self.state is OPEN:
            return now >= self.open_until
        return self.state is CLOSED or not self.probing(now)

    def probing(self, now: int) -> bool:
        """Whether a probe is out."""
        return self.probe_at is not None and now < self.probe_at + 40

    def acquire(self, now: int) -> bool:
        """Take a call."""
        if not self.allows(now):
            return False
        if self.state is OPEN:
            self.state, self.probed = HALF_OPEN, 0
        if self.state is HALF_OPEN:
            self.probe_at = now
        return True

    def result(self, now: int, *, failed: bool) -> None:
        """Note a result."""
        self.results.append((now, failed))
        self.in_a_row = self.in_a_row + 1 if failed else 0
        probe, self.probe_at = self.probe_at is not None, None
        if self.state is HALF_OPEN and probe:
            if failed:
                self.open(now)
                return
            self.probed += 1
            if self.probed == 2:
                self.__init__(held_until=self.held_until)  # type: ignore[misc]
        elif self.state is CLOSED and failed:
            recent = [f for at, f in self.results if at > now - 30]
            if self.in_a_row >= 3 or (
                len(recent) >= 6 and sum(recent) * 2 > len(recent)
            ):
                self.open(now)

    def refuse(self, now: int) -> bool:
        """Ask the fuse."""
        self.dead.append(now)
        dead = sum(at > now - 30 for at in self.dead)
        results = max(dead, sum(at > now - 30 for at, _ in self.results))
        blown = results >= 6 and dead * 2 > results
        if not blown and (not self.fused or self.state is CLOSED):
            return True
        self.fused, self.probe_at = True, None
        if self.state is not OPEN:
            self.open(now)
        return False

    def open(self, now: int) -> None:
        """Open, twice as long after each failed probe."""
        self.failed_probes += self.state is HALF_OPEN
        self.open_until = now + min(5 * 2**self.failed_probes, 60)
        self.state = OPEN


class Breakers(RuleBasedStateMachine):
    """Any calls in any order, at whole seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self.model = Model()
        self.breaker = Breaker(POLICY)
        self.before = CLOSED

    @rule(seconds=st.sampled_from([1, 2, 4, 5, 9, 30, 31, 60]))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.now += seconds

    @rule()
    def acquire(self) -> None:
        """A call is asked for."""
        assert self.breaker.acquire(self.now) == self.model.acquire(self.now)

    @rule(failed=st.booleans(), times=st.integers(1, 4))
    def report(self, *, failed: bool, times: int) -> None:
        """Results come in."""
        for _ in range(times):
            report = self.breaker.failure if failed else self.breaker.success
            before = self.model.state
            self.model.result(self.now, failed=failed)
            self._check(before, report(self.now))

    @rule()
    def release(self) -> None:
        """A call is given back."""
        self.breaker.release()
        self.model.probe_at = None

    @rule(times=st.integers(1, 4))
    def refuse(self, times: int) -> None:
        """The fuse is asked."""
        for _ in range(times):
            before = self.model.state
            assert self.breaker.refuse(self.now) == self.model.refuse(self.now)
            self._check(before, self.breaker.change)

    @rule(seconds=st.integers(-5, 20))
    def hold(self, seconds: int) -> None:
        """Retry-After."""
        assert self.breaker.hold(self.now + seconds, self.now) is None
        self.model.held_until = max(self.model.held_until, self.now + seconds)

    def _check(self, before: BreakerState, change: Transition | None) -> None:
        if before is self.model.state:
            assert change is None
            return
        assert change is not None
        assert (change.old, change.new) == (before, self.model.state)
        assert TRANSITIONS[change.old, change.why] is change.new

    @invariant()
    def they_agree(self) -> None:
        """State, permission and the next chance follow from the same rules."""
        state = self.model.state
        if state is OPEN and self.now >= self.model.open_until:
            state = HALF_OPEN
        assert self.breaker.state(self.now) is state
        allowed = self.model.allows(self.now)
        assert self.breaker.allows(self.now) == allowed
        chance = self.breaker.next_chance(self.now)
        assert (chance == self.now) == allowed
        if not allowed and state is not HALF_OPEN:
            assert self.breaker.allows(chance)


TestBreakers = Breakers.TestCase
TestBreakers.settings = settings(
    max_examples=examples(200), stateful_step_count=50, deadline=None
)
