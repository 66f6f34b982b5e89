"""Findings about the subscription itself: its state, its limits, what they did."""

from collections import Counter
from collections.abc import Iterator, Mapping

from bus.delivery.effort import DEAR
from bus.delivery.subscription import State, Subscription
from bus.delivery.wording import brief
from bus.log.rows import AttemptRow
from processors.diagnose.facts import Facts, Past
from processors.diagnose.findings import Finding, Severity
from processors.diagnose.wording import many, when
from processors.status.report import Subscriber

_STATES: Mapping[State, tuple[Severity, str, str]] = {
    State.PAUSED: (
        Severity.WARNING,
        "It is paused: deliveries wait, and nothing is sent.",
        "bus subscriptions resume, before what waits is older than its max_age.",
    ),
    State.DISABLED: (
        Severity.ERROR,
        "It is disabled: the endpoint answered 410 Gone, so nothing is sent.",
        "If that was a mistake: bus subscriptions resume.",
    ),
    State.REMOVING: (
        Severity.ERROR,
        "It is being removed: what waits becomes dead letters.",
        "bus subscriptions remove goes on with it; add it anew if it is still wanted.",
    ),
}
_SLOW = (
    "The endpoint, at this --concurrency and --rate, is slower than its events come:"
    " raise them, or have it answer faster."
)
_CROWDED = (
    "The process had more to do than it could hold: bus run fanout with more"
    " --processes."
)
_SHUT = (
    "While its breaker was open they waited, no attempt used; repair what made the"
    " endpoint fail or refuse."
)
_RESUME = "bus subscriptions resume lets them go."
_COSTLY = (
    "The filters and transforms of one owner share so many steps a second"
    " (ORDERBUS_EXPRESSION_STEPS); simplify those that walk through long lists."
)
_HELD: Mapping[str, tuple[str, str]] = {
    "busy": ("limits.spilled", _SLOW),
    "crowded": ("limits.spilled", _CROWDED),
    "breaker": ("limits.breaker-held", _SHUT),
    "fuse": ("limits.breaker-held", _SHUT),
    DEAR: ("limits.expressions", _COSTLY),
    "unproven": ("limits.state-held", "bus subscriptions verify lets them go."),
    "paused": ("limits.state-held", _RESUME),
    "disabled": ("limits.state-held", _RESUME),
}
_DEAD = "dead_letter:"
_OTHER = ("limits.held", "They wait in the retry topics and are tried again.")


def judge_state(facts: Facts) -> Iterator[Finding]:
    """Active, paused, disabled, being removed; whether test events can be signed."""
    if facts.why_not:
        yield Finding(
            code="secrets.missing",
            severity=Severity.INFO,
            says=f"Test events could not be signed: {facts.why_not}.",
            do="What needs a signature was left out; --secret-file gives a URL's.",
            at_s=facts.began_s,
        )
    if facts.stored and facts.subscription.unproven:
        yield Finding(
            code="state.unproven",
            severity=Severity.ERROR,
            says="Its endpoint has not said yet that it wants events, so they wait.",
            do="bus subscriptions verify asks it (docs/webhooks.md); an operator may"
            " --trust it.",
            at_s=facts.began_s,
        )
    if facts.stored:
        yield _state(facts.subscription, facts.began_s)


def _state(one: Subscription, at_s: float) -> Finding:
    known = _STATES.get(one.state)
    if known is None:
        return Finding(
            code="state.ok",
            severity=Severity.OK,
            says="The subscription is active.",
            at_s=at_s,
            evidence={"types": list(one.types)},
        )
    severity, says, do = known
    return Finding(
        code=f"state.{one.state.value}",
        severity=severity,
        says=says,
        do=do,
        at_s=at_s,
        evidence={"reason": one.state_reason},
    )


def judge_standing(facts: Facts) -> Iterator[Finding]:
    """The breaker and the backlog, as `bus status` has them."""
    if facts.standing is None:
        return
    at_s, seen = facts.standing
    if not isinstance(seen, str):
        yield _standing(at_s, seen)
        return
    yield Finding(
        code="limits.unknown",
        severity=Severity.INFO,
        says=f"What waits for it, and its breaker, are not known: {seen}.",
        do="bus status says what does not answer.",
        at_s=at_s,
    )


def _standing(at_s: float, seen: Subscriber) -> Finding:
    severity = Severity.OK
    code, do = "limits.ok", ""
    says = f"Its breaker is {_breaker(seen.breaker)}; {_waiting(seen)}."
    if seen.breaker not in {None, "-", "closed"}:
        code, severity = "limits.breaker", Severity.ERROR
        says = f"Its breaker is {seen.breaker}: only probes are sent; {_waiting(seen)}."
        do = (
            "Nothing is lost. It closes by itself after three good probes, at most a"
            " minute after the endpoint is well again."
        )
    elif seen.dead is not None and seen.dead.records:
        code, severity = "limits.dead", Severity.WARNING
        says = f"{many(seen.dead.records, 'dead letter')} wait for somebody."
        do = "`bus dlq list` says why; `bus dlq replay` sends them again."
    return Finding(
        code=code,
        severity=severity,
        says=says,
        do=do,
        at_s=at_s,
        evidence=_counted(seen),
    )


def _waiting(seen: Subscriber) -> str:
    if seen.backlog is None:
        return "what waits is not known"
    return f"{many(seen.backlog.records, 'delivery', 'deliveries')} waiting"


def _counted(seen: Subscriber) -> dict[str, object]:
    backlog = seen.backlog
    evidence: dict[str, object] = {
        "breaker": seen.breaker,
        "waiting": backlog.records if backlog else None,
        "dead_letters": seen.dead.records if seen.dead else None,
    }
    if backlog and backlog.records and backlog.oldest_ms is not None:
        evidence["oldest"] = when(backlog.oldest_ms / 1000)
    return evidence


def _breaker(state: str | None) -> str:
    return {"-": "closed, as no process runs", None: "not known"}.get(
        state, state or ""
    )


def judge_limits(facts: Facts) -> Iterator[Finding]:
    """What the subscription's limits did to its deliveries."""
    if facts.past is None or facts.past.unreadable:
        return
    yield from _given_up(facts.past)
    held = Counter(row.detail for row in facts.past.rows if _is_hop(row))
    by_code: dict[tuple[str, str], Counter[str]] = {}
    for why, count in held.items():
        code_do = _HELD.get(why, _OTHER)
        by_code.setdefault(code_do, Counter())[why] = count
    for (code, do), whys in by_code.items():
        yield _hopped(facts, facts.past, code, do, whys)


def _is_hop(row: AttemptRow) -> bool:
    return not row.number and row.route != "done" and not row.route.startswith(_DEAD)


def _given_up(past: Past) -> Iterator[Finding]:
    """What became a dead letter without an attempt, such as what grew too old."""
    rows = [r for r in past.rows if not r.number and r.route.startswith(_DEAD)]
    if not rows:
        return
    reasons = Counter(row.route.removeprefix(_DEAD) for row in rows)
    yield Finding(
        code="limits.given-up",
        severity=Severity.WARNING,
        says=f"{many(len(rows), 'delivery', 'deliveries')} became dead letters without"
        f" an attempt: {', '.join(map(brief, reasons))}.",
        do="What waits longer than max_age is given up; raise it before a long"
        " outage. `bus dlq list` has them all, `bus dlq replay` sends them again.",
        at_s=past.at_s,
        evidence={
            "by_reason": dict(reasons),
            "first": when(min(row.started_us for row in rows) / 1e6),
            "last": when(max(row.started_us for row in rows) / 1e6),
        },
    )


def _hopped(
    facts: Facts, past: Past, code: str, do: str, whys: Counter[str]
) -> Finding:
    one = facts.subscription
    times = [r.started_us for r in past.rows if _is_hop(r) and r.detail in whys]
    named = ", ".join(why for why, _ in whys.most_common(3))
    return Finding(
        code=code,
        severity=Severity.WARNING if DEAR in whys else Severity.INFO,
        says=f"{many(whys.total(), 'delivery', 'deliveries')} waited for their turn in"
        f" a retry topic: {named}.",
        do=do,
        at_s=past.at_s,
        evidence={
            "by_reason": dict(whys.most_common(10)),
            "first": when(min(times) / 1e6),
            "last": when(max(times) / 1e6),
            "concurrency": one.concurrency,
            "rate": one.limit,
        },
    )
