"""Gates: what has to be so before the new side gets more orders, computed."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from bus.migration.fared import LOOKED_AT, Fared, Repeats
from bus.migration.ledger import GateSaid, Limits, Migration, Proof
from bus.migration.phases import Phase, Rung

_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS


class State(StrEnum):
    """What a gate says; unknown: too little is known for a yes or a no."""

    PASS = "pass"  # noqa: S105 - a word
    FAIL = "fail"
    UNKNOWN = "unknown"


class Gate(NamedTuple):
    """One condition, and why it is so."""

    gate: str
    state: State
    why: str

    @property
    def said(self) -> GateSaid:
        """As it is kept with the step."""
        return GateSaid(gate=self.gate, state=self.state, why=self.why)


class Known(NamedTuple):
    """What the gates are computed from.

    `subscribed`: whether the new subscription is there. `fared`: how it did since the
    last step; None: nobody knows.
    """

    now_ms: int
    subscribed: bool
    fared: Fared | None


def gates(migration: Migration, to: Rung, known: Known) -> Sequence[Gate]:
    """What the next rung asks for."""
    limits, phase = migration.limits, migration.now.phase
    found = [_subscribed(known)]
    proof = migration.proofs[-1] if migration.proofs else None
    if phase is Phase.REVERSED:
        found += [_equal(proof)] if proof and proof.at_ms >= migration.now.at_ms else []
    elif to.share:
        found += _parity(proof, limits, known.now_ms)
    if phase in {Phase.CANARY, Phase.REVERSED}:
        found += [_held(migration, known.now_ms), *_healthy(limits, known.fared)]
    return found


def closed(found: Sequence[Gate]) -> Sequence[Gate]:
    """Those that do not let pass."""
    return [one for one in found if one.state is not State.PASS]


def turned(migration: Migration, fared: Fared) -> str | None:
    """Why orders have to go back, where the new side has any; None: nothing is wrong.

    Only what is known to be bad turns a gate: too little data changes nothing. Of
    comparisons only one counts that was made since the step.
    """
    if not migration.now.share or migration.now.phase is Phase.RETIRED:
        return None
    proof = migration.proofs[-1] if migration.proofs else None
    if proof and not proof.clean and proof.at_ms >= migration.now.at_ms:
        return f"compared since the step: {proof.verdict}"
    found = _healthy(migration.limits, fared)
    bad = [one for one in found if one.state is State.FAIL]
    return bad[0].why if bad else None


def _subscribed(known: Known) -> Gate:
    if known.subscribed:
        return Gate("subscription", State.PASS, "it is there")
    return Gate("subscription", State.FAIL, "there is no such subscription yet")


def _parity(proof: Proof | None, limits: Limits, now_ms: int) -> Iterator[Gate]:
    if proof is None:
        why = "no comparison is attached: bus migrate report"
        yield Gate("parity", State.UNKNOWN, why)
        return
    yield _equal(proof)
    yield _enough(proof, limits)
    yield _long(proof, limits)
    age_h = (now_ms - proof.at_ms) / _HOUR_MS
    fresh = State.PASS if age_h <= limits.fresh_h else State.UNKNOWN
    told = f"compared {age_h:.1f} h ago, at most {limits.fresh_h:g}"
    yield Gate("fresh", fresh, told)


def _equal(proof: Proof) -> Gate:
    return Gate("parity", State.PASS if proof.clean else State.FAIL, proof.verdict)


def _enough(proof: Proof, limits: Limits) -> Gate:
    few = sorted(
        (one.pairs, name)
        for name, one in proof.types.items()
        if one.pairs < limits.pairs
    )
    if few:
        told = ", ".join(f"{name}: {pairs:,}" for pairs, name in few[:5])
        types = "1 type" if len(few) == 1 else f"{len(few)} types"
        why = f"fewer than {limits.pairs:,} pairs of {types}: {told}"
        return Gate("pairs", State.UNKNOWN, why)
    why = f"{limits.pairs:,} pairs or more of each type"
    return Gate("pairs", State.PASS, why)


def _long(proof: Proof, limits: Limits) -> Gate:
    if proof.first_ms is None or proof.last_ms is None:
        return Gate("period", State.UNKNOWN, "nothing was compared")
    days = (proof.last_ms - proof.first_ms) / _DAY_MS
    state = State.PASS if days >= limits.days else State.UNKNOWN
    told = f"{days:.1f} days were compared, at least {limits.days:g}"
    return Gate("period", state, told)


def _held(migration: Migration, now_ms: int) -> Gate:
    hours = (now_ms - migration.now.at_ms) / _HOUR_MS
    limit = migration.limits.hold_h
    state = State.PASS if hours >= limit else State.UNKNOWN
    told = f"{migration.now.share} % for {hours:.1f} h, at least {limit:g}"
    return Gate("held", state, told)


def _healthy(limits: Limits, fared: Fared | None) -> Iterator[Gate]:
    if fared is None:
        yield Gate("success", State.UNKNOWN, "the log gives no figures")
        return
    figures = fared.figures
    rate = figures.success_rate
    if rate is None or figures.attempts < limits.deliveries:
        why = f"{figures.attempts:,} attempts, at least {limits.deliveries:,}"
        yield Gate("success", State.UNKNOWN, why)
    else:
        state = State.PASS if rate >= limits.success else State.FAIL
        told = f"{rate:.2%} of {figures.attempts:,} attempts accepted"
        yield Gate("success", state, f"{told}, at least {limits.success:.2%}")
        yield from _quick(limits, figures.p95_us)
    yield _once(limits, fared.repeats)


def _quick(limits: Limits, p95_us: float | None) -> Iterator[Gate]:
    if p95_us is not None:
        p95_s = p95_us / 1e6
        state = State.PASS if p95_s <= limits.p95_s else State.FAIL
        told = f"95 % of attempts within {p95_s:.3g} s, at most {limits.p95_s:g}"
        yield Gate("latency", state, told)


def _once(limits: Limits, repeats: Repeats) -> Gate:
    accepted, again = repeats
    least = min(limits.deliveries, LOOKED_AT)
    if accepted < least:
        why = f"{accepted:,} accepted attempts seen, at least {least:,}"
        return Gate("duplicates", State.UNKNOWN, why)
    share = again / accepted
    state = State.PASS if share <= limits.duplicates else State.FAIL
    told = f"{share:.2%} of the newest {accepted:,} came again"
    return Gate("duplicates", state, f"{told}, at most {limits.duplicates:.2%}")
