"""The rules for sources of intake: rows of the table in `bus.watch.rules`."""

from bus.watch import of_intake as intake
from bus.watch.facts import Part
from bus.watch.rule import Judge, Rule
from bus.watch.verdicts import Health, Severity

_RUNBOOK = "a-source-of-intake-is-not-well"
_HOUR = 3_600.0


def _ticket(judge: Judge, state: Health, *, for_s: float, clear_s: float) -> Rule:
    return Rule(
        name=judge.__name__,
        severity=Severity.TICKET,
        state=state,
        judge=judge,
        runbook=_RUNBOOK,
        needs=frozenset({Part.INTAKES}),
        for_s=for_s,
        clear_s=clear_s,
    )


_FAILING, _DEGRADED = Health.FAILING, Health.DEGRADED
PAGES = (
    Rule(
        name="intake_silent",
        severity=Severity.PAGE,
        state=_FAILING,
        judge=intake.intake_silent,
        runbook=_RUNBOOK,
        needs=frozenset({Part.INTAKES}),
    ),
    Rule(
        name="intake_waiting",
        severity=Severity.PAGE,
        state=_FAILING,
        judge=intake.intake_waiting,
        runbook="submissions-wait-or-are-parked",
        needs=frozenset({Part.INTAKES, Part.SUBMISSIONS}),
        for_s=120,
    ),
)
TICKETS = (
    _ticket(intake.intake_refused, _FAILING, for_s=0, clear_s=300),
    _ticket(intake.intake_unmapped, _DEGRADED, for_s=60, clear_s=300),
    _ticket(intake.intake_gaps, _DEGRADED, for_s=0, clear_s=300),
    _ticket(intake.intake_uncaptured, _DEGRADED, for_s=0, clear_s=300),
    _ticket(intake.intake_unreconciled, _DEGRADED, for_s=0, clear_s=300),
    _ticket(intake.intake_unregistered, _FAILING, for_s=0, clear_s=300),
    _ticket(intake.intake_fields, _DEGRADED, for_s=0, clear_s=_HOUR),
    _ticket(intake.intake_put_off, _DEGRADED, for_s=60, clear_s=300),
    _ticket(intake.intake_slow, _DEGRADED, for_s=300, clear_s=900),
    _ticket(intake.intake_repeats, _DEGRADED, for_s=60, clear_s=900),
    _ticket(intake.intake_clock, _DEGRADED, for_s=60, clear_s=900),
    _ticket(intake.intake_old_secret, _DEGRADED, for_s=0, clear_s=300),
)
