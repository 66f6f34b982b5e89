"""From facts to findings: the table of all checks, in the order of a delivery's way."""

from collections.abc import Callable, Iterator, Sequence

from processors.diagnose.answering import (
    judge_content,
    judge_repeated,
    judge_signature,
    judge_signed,
    judge_unknown_type,
)
from processors.diagnose.facts import Facts
from processors.diagnose.findings import GRAVEST_FIRST, Finding, Severity
from processors.diagnose.pacing import judge_pace
from processors.diagnose.past import judge_past
from processors.diagnose.reaching import judge_name, judge_policy, judge_tcp
from processors.diagnose.speaking import (
    judge_clock,
    judge_http,
    judge_kept,
    judge_redirect,
)
from processors.diagnose.standing import judge_limits, judge_standing, judge_state
from processors.diagnose.taking import judge_sent
from processors.diagnose.trusting import judge_tls

CHECKS: Sequence[Callable[[Facts], Iterator[Finding]]] = (
    judge_state,
    judge_name,
    judge_policy,
    judge_tcp,
    judge_tls,
    judge_http,
    judge_redirect,
    judge_kept,
    judge_clock,
    judge_signed,
    judge_content,
    judge_signature,
    judge_repeated,
    judge_unknown_type,
    judge_sent,
    judge_pace,
    judge_past,
    judge_limits,
    judge_standing,
)


def findings(facts: Facts) -> Sequence[Finding]:
    """All findings, gravest first; of the same severity in a delivery's order."""
    found = [finding for check in CHECKS for finding in check(facts)]
    if facts.cut_short:
        found.append(_cut(facts))
    return sorted(found, key=lambda one: GRAVEST_FIRST.index(one.severity))


def _cut(facts: Facts) -> Finding:
    return Finding(
        code="diagnosis.cut-short",
        severity=Severity.WARNING,
        says=f"The diagnosis ran out of time while {facts.cut_short}.",
        do="What came after that was not looked at; repair what is slow, ask again.",
        at_s=facts.began_s,
    )
