"""Findings about how long answers take, one at a time and several at once."""

from collections.abc import Iterator

from processors.diagnose.facts import Facts, Pace
from processors.diagnose.findings import Finding, Severity
from processors.diagnose.wording import many, middle, ms, took

_QUEUED = 3.0
"""Times as long at several in flight as at one: they wait for each other."""
_NOTICEABLE_S = 0.1


def judge_pace(facts: Facts) -> Iterator[Finding]:
    """Latency at 1 and at 10 in flight, against what deliveries wait."""
    alone = next((pace for pace in facts.paces if pace.flight == 1), None)
    if alone is None:
        return
    together = next((pace for pace in facts.paces if pace.flight > 1), None)
    slow = middle(alone.took_s) > alone.wanted_s / 2
    yield Finding(
        code="latency.slow" if slow else "latency.ok",
        severity=Severity.WARNING if slow else Severity.OK,
        says=f"It answers in {took(middle(alone.took_s))}, one request at a time.",
        do=f"Deliveries wait {took(alone.wanted_s)} at most: answer first, and do the"
        " work afterwards."
        if slow
        else "",
        at_s=alone.at_s,
        evidence=_evidence(alone),
    )
    if together is not None:
        yield _together(alone, together)


def _together(alone: Pace, together: Pace) -> Finding:
    one, several = middle(alone.took_s), middle(together.took_s)
    queued = several > _QUEUED * one and several > _NOTICEABLE_S
    if together.unanswered > alone.unanswered:
        code, severity = "latency.overloaded", Severity.ERROR
        count = len(together.took_s) + together.unanswered
        says = (
            f"Of {many(count, 'request')}, {together.flight} at a time,"
            f" {together.unanswered} got no answer."
        )
        do = "Give the server more workers, or the subscription a lower --concurrency."
    elif queued:
        code, severity = "latency.queues", Severity.WARNING
        says = (
            f"With {together.flight} requests at a time it takes {took(several)},"
            f" {several / max(one, 1e-6):.0f} times as long: they wait for each other."
        )
        do = (
            "Give the server more workers, or the subscription a --concurrency that it"
            " can take; what waits here is delivered later."
        )
    else:
        code, severity, do = "latency.together", Severity.OK, ""
        says = f"It answers in {took(several)}, {together.flight} requests at a time."
    return Finding(
        code=code,
        severity=severity,
        says=says,
        do=do,
        at_s=together.at_s,
        evidence=_evidence(together),
    )


def _evidence(pace: Pace) -> dict[str, object]:
    return {
        "in_flight": pace.flight,
        "answers": len(pace.took_s),
        "unanswered": pace.unanswered,
        "median_ms": ms(middle(pace.took_s)),
        "slowest_ms": ms(max(pace.took_s, default=0.0)),
        "deliveries_wait_ms": ms(pace.wanted_s),
    }
