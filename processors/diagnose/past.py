"""Findings about what befell recent deliveries, from rows of the log. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bus.log.rows import AttemptRow
from processors.diagnose.facts import Facts
from processors.diagnose.findings import Finding, Severity
from processors.diagnose.wording import many, when

_FAILURES = frozenset({"refused", "throttled", "failed", "unreachable"})
_STILL_S = 900.0
"""A cause that was seen this lately is taken to go on."""
_MOST_GROUPS = 10
_MOST_EVENTS = 3
_NUMBER = re.compile(r"\d+")
_MOST_CAUSE = 60


@dataclass(slots=True)
class Group:
    """Failures with the same cause. `mended` dead letters were accepted later on."""

    outcome: str
    cause: str
    detail: str
    first_us: int
    last_us: int
    count: int = 0
    dead: int = 0
    mended: int = 0
    events: tuple[str, ...] = ()


def failures(rows: Iterable[AttemptRow]) -> list[Group]:
    """Group the failed attempts by cause, the most frequent first.

    The cause is the status, or the start of why there was no answer, numbers in it
    left out, as ports and durations tell nothing.
    """
    rows = tuple(rows)
    accepted = _accepted(rows)
    found: dict[tuple[str, str], Group] = {}
    for row in rows:
        if not row.number or row.outcome not in _FAILURES:
            continue
        cause = _cause(row)
        group = found.setdefault(
            (row.outcome, cause),
            Group(row.outcome, cause, row.detail, row.started_us, row.started_us),
        )
        group.count += 1
        if row.route.startswith("dead_letter"):
            mended = accepted.get(row.event_id, 0) > row.started_us
            group.dead += not mended
            group.mended += mended
        group.first_us = min(group.first_us, row.started_us)
        if row.started_us >= group.last_us:
            group.last_us, group.detail = row.started_us, row.detail
            kept = [e for e in group.events if e != row.event_id]
            group.events = (row.event_id, *kept)[:_MOST_EVENTS]
    return sorted(found.values(), key=lambda g: (-g.count, -g.last_us))


def _accepted(rows: Iterable[AttemptRow]) -> Mapping[str, int]:
    """When each event was accepted at last."""
    found: dict[str, int] = {}
    for row in rows:
        if row.outcome == "accepted":
            found[row.event_id] = max(found.get(row.event_id, 0), row.started_us)
    return found


def _cause(row: AttemptRow) -> str:
    if row.status:
        return str(row.status)
    return _NUMBER.sub("…", row.detail)[:_MOST_CAUSE] or "no answer"


def judge_past(facts: Facts) -> Iterator[Finding]:
    """One finding a cause, or that there were none."""
    past = facts.past
    if past is None:
        return
    if past.unreadable:
        yield Finding(
            code="failures.unknown",
            severity=Severity.INFO,
            says=f"What befell its deliveries could not be read: {past.unreadable}.",
            do="Ask again once Kafka and the schema registry answer: bus status.",
            at_s=past.at_s,
        )
        return
    tries = sum(row.number > 0 for row in past.rows)
    groups = failures(past.rows)
    if not groups:
        yield Finding(
            code="failures.none" if tries else "failures.quiet",
            severity=Severity.OK if tries else Severity.INFO,
            says=f"Since {when(past.read_from_s)} "
            + (
                f"{many(tries, 'attempt')}, none failed." if tries else "none was sent."
            ),
            do=""
            if tries
            else "Do events of its types come, and does its filter let them through?",
            at_s=past.at_s,
            evidence={"attempts": tries},
        )
    for group in groups[:_MOST_GROUPS]:
        yield _of_group(group, tries, past.at_s)
    if len(groups) > _MOST_GROUPS:
        yield _of_rest(groups[_MOST_GROUPS:], past.at_s)


def _of_group(group: Group, tries: int, at_s: float) -> Finding:
    goes_on = at_s - group.last_us / 1e6 < _STILL_S
    left = [f"{many(group.dead, 'dead letter')}"] if group.dead else []
    if group.mended:
        left.append(f"{many(group.mended, 'dead letter')} since replayed and accepted")
    dead = f" ({', '.join(left)})" if left else ""
    what = f"answered {group.cause}" if group.cause.isdigit() else group.cause
    return Finding(
        code=f"failures.{group.outcome}",
        severity=Severity.ERROR if group.dead and goes_on else Severity.WARNING,
        says=f"{many(group.count, 'attempt')} of {tries} failed: {what}{dead};"
        f" last {when(group.last_us / 1e6)}.",
        do=_ADVICE[group.outcome]
        + (
            " Then `bus dlq replay` sends the dead letters again." if group.dead else ""
        ),
        at_s=at_s,
        evidence={
            "count": group.count,
            "dead_letters": group.dead,
            "replayed": group.mended,
            "first": when(group.first_us / 1e6),
            "last": when(group.last_us / 1e6),
            "last_detail": group.detail,
            "events": list(group.events),
        },
    )


_ADVICE = {
    "refused": "The endpoint refuses these for good: its log should say why.",
    "throttled": "It asks us to slow down: set --rate to what it takes.",
    "failed": "The endpoint has errors of its own: its log should have them.",
    "unreachable": "See what is said above of the way there and of HTTP.",
}


def _of_rest(groups: list[Group], at_s: float) -> Finding:
    count = sum(group.count for group in groups)
    return Finding(
        code="failures.others",
        severity=Severity.WARNING,
        says=f"{many(count, 'attempt')} more failed, of {len(groups)} other causes.",
        do="Begin with the most frequent ones above.",
        at_s=at_s,
        evidence={group.cause: group.count for group in groups[:_MOST_GROUPS]},
    )
