"""What a rule's findings do: nothing, be counted, or count."""

from enum import StrEnum

from bus.intake.findings import Severity


class Mode(StrEnum):
    """How far a rule is in force, least first."""

    OFF = "off"
    OBSERVE = "observe"
    ENFORCE = "enforce"


LADDER = tuple(Severity)
"""Severities, mildest first; also what judging an order may come to."""
MODES = tuple(Mode)
_RANK = {severity: rank for rank, severity in enumerate(LADDER)}


def rank_of(severity: Severity) -> int:
    """How severe: 0 is the mildest."""
    return _RANK[severity]
