"""The rules, gravest first: one table, from which come states, alerts and documents."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bus.watch import of_subscriptions as subscriptions
from bus.watch import of_the_bus as bus
from bus.watch.facts import Facts, Part
from bus.watch.intake_rules import PAGES, TICKETS
from bus.watch.limits import Limits
from bus.watch.rule import Rule
from bus.watch.verdicts import Health, Severity, Subject, Whose

_PAGE, _TICKET = Severity.PAGE, Severity.TICKET
_FAILING, _DEGRADED = Health.FAILING, Health.DEGRADED
_SUBSCRIPTIONS = frozenset({Part.SUBSCRIPTIONS})
_COUNTS = frozenset({Part.SUBSCRIPTIONS, Part.COUNTS})
_PROCESSES = frozenset({Part.PROCESSES})
_SOURCES = frozenset({Part.SOURCES})

RULES = (
    Rule(
        name="kafka_away",
        severity=_PAGE,
        state=_FAILING,
        judge=bus.kafka_away,
        runbook="broker-loss",
        for_s=30,
    ),
    Rule(
        name="program_missing",
        severity=_PAGE,
        state=_FAILING,
        judge=bus.program_missing,
        runbook="a-process-is-down",
        needs=_PROCESSES,
        for_s=60,
    ),
    Rule(
        name="partition_stopped",
        severity=_PAGE,
        state=_FAILING,
        judge=bus.partition_stopped,
        runbook="broker-loss",
        needs=_SOURCES,
    ),
    Rule(
        name="lag",
        severity=_PAGE,
        state=_FAILING,
        judge=bus.lag,
        runbook="lag",
        needs=_SOURCES,
        for_s=120,
    ),
    Rule(
        name="silent",
        severity=_PAGE,
        state=_FAILING,
        judge=bus.silent,
        runbook="events-stop-coming",
        needs=_SOURCES,
    ),
    *PAGES,
    Rule(
        name="many_failing",
        severity=_PAGE,
        state=_FAILING,
        judge=subscriptions.many_failing,
        runbook="many-endpoints-fail-at-once",
        needs=_SUBSCRIPTIONS | _PROCESSES,
        for_s=60,
    ),
    Rule(
        name="not_ready",
        severity=_PAGE,
        state=_DEGRADED,
        judge=bus.not_ready,
        runbook="a-process-is-not-ready",
        needs=_PROCESSES,
        for_s=120,
    ),
    Rule(
        name="quarantine",
        severity=_PAGE,
        state=_DEGRADED,
        judge=bus.quarantine,
        runbook="quarantine",
        needs=frozenset({Part.QUARANTINE}),
    ),
    Rule(
        name="disabled",
        severity=_TICKET,
        state=_FAILING,
        judge=subscriptions.disabled,
        runbook="a-subscription-was-disabled",
        needs=_SUBSCRIPTIONS,
    ),
    Rule(
        name="burns_fast",
        severity=_TICKET,
        state=_FAILING,
        judge=subscriptions.burns_fast,
        runbook="an-error-budget-burns",
        needs=_COUNTS,
    ),
    Rule(
        name="breaker_open",
        severity=_TICKET,
        state=_FAILING,
        judge=subscriptions.breaker_open,
        runbook="a-breaker-stays-open",
        needs=_SUBSCRIPTIONS | _PROCESSES,
        for_s=900,
    ),
    Rule(
        name="broker_missing",
        severity=_TICKET,
        state=_DEGRADED,
        judge=bus.broker_missing,
        runbook="broker-loss",
        needs=frozenset({Part.CLUSTER}),
        for_s=60,
    ),
    Rule(
        name="process_silent",
        severity=_TICKET,
        state=_DEGRADED,
        judge=bus.process_silent,
        runbook="a-process-is-down",
        needs=_PROCESSES,
        for_s=60,
    ),
    Rule(
        name="parked_value",
        severity=_TICKET,
        judge=bus.parked_value,
        runbook="orders-are-parked",
        needs=frozenset({Part.PARKED}),
    ),
    *TICKETS,
    Rule(
        name="burns_medium",
        severity=_TICKET,
        state=_DEGRADED,
        judge=subscriptions.burns_medium,
        runbook="an-error-budget-burns",
        needs=_COUNTS,
    ),
    Rule(
        name="dead_letters",
        severity=_TICKET,
        state=_DEGRADED,
        judge=subscriptions.dead_letters,
        runbook="dead-letters-rise",
        needs=_COUNTS,
        for_s=60,
        clear_s=1800,
    ),
    Rule(
        name="slow",
        severity=_TICKET,
        state=_DEGRADED,
        judge=subscriptions.slow,
        runbook="an-endpoint-is-slow",
        needs=_COUNTS,
        for_s=300,
        clear_s=900,
    ),
    Rule(
        name="filters_dear",
        severity=_TICKET,
        state=_DEGRADED,
        judge=subscriptions.filters_dear,
        runbook="a-filter-costs-too-much",
        needs=_SUBSCRIPTIONS | _PROCESSES,
        for_s=60,
    ),
    Rule(
        name="retries_late",
        severity=_TICKET,
        state=_DEGRADED,
        judge=bus.retries_late,
        runbook="lag",
        needs=_SUBSCRIPTIONS | {Part.RETRIES},
        for_s=60,
        clear_s=300,
    ),
    Rule(
        name="unusual_volume",
        severity=_TICKET,
        state=_DEGRADED,
        judge=bus.unusual_volume,
        runbook="events-stop-coming",
        needs=_SOURCES,
        for_s=180,
        clear_s=900,
    ),
    Rule(
        name="log_behind",
        severity=_TICKET,
        judge=bus.log_behind,
        runbook="the-log-is-behind",
        needs=_PROCESSES,
        for_s=300,
    ),
    Rule(
        name="burns_slow",
        severity=_TICKET,
        judge=subscriptions.burns_slow,
        runbook="an-error-budget-burns",
        needs=_COUNTS,
    ),
    Rule(
        name="certificate_expiring",
        severity=_TICKET,
        judge=subscriptions.certificate_expiring,
        runbook="a-certificate-or-a-secret-ends",
        needs=_SUBSCRIPTIONS,
    ),
    Rule(
        name="secret_ending",
        severity=_TICKET,
        judge=subscriptions.secret_ending,
        runbook="a-certificate-or-a-secret-ends",
        needs=_SUBSCRIPTIONS,
    ),
)
BY_NAME = {rule.name: rule for rule in RULES}


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's word on a subject, at one moment."""

    rule: Rule
    subject: Subject
    evidence: str


@dataclass(frozen=True, slots=True)
class Judged:
    """All that is so, gravest first; and of what nobody knows whether it is.

    `blind` has whole rules whose facts are missing, `unsure` single subjects of one.
    `whose` says of subscriptions whose they are.
    """

    findings: tuple[Finding, ...]
    blind: frozenset[str] = frozenset()
    unsure: frozenset[tuple[str, Subject]] = frozenset()
    whose: Mapping[Subject, Whose] = field(default_factory=dict)

    def knows(self, rule: str, subject: Subject) -> bool:
        """Whether the facts say if a rule speaks of a subject."""
        return rule not in self.blind and (rule, subject) not in self.unsure


def judged(facts: Facts, limits: Limits) -> Judged:
    """Ask every rule whose facts are there."""
    unknown = facts.unknown.keys()
    blind = frozenset(rule.name for rule in RULES if rule.needs & unknown)
    said = [
        (rule, one)
        for rule in RULES
        if rule.name not in blind
        for one in rule.judge(facts, limits)
    ]
    return Judged(
        tuple(Finding(rule, s.subject, s.evidence) for rule, s in said if s.certain),
        blind,
        frozenset((rule.name, s.subject) for rule, s in said if not s.certain),
        facts.whose,
    )
