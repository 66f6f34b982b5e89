"""Which alerts say nothing new beside which others: one cause is told once."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cover:
    """A rule begins no alert while one of `by` is there, or was `for_s` ago or less.

    In `by` stand rules, whose alerts count where they are of the same subject, and
    whole keys, `rule:kind/name`. `for_s` is as long as what was so goes on to show in
    the spans that the covered rule looks at.
    """

    by: frozenset[str]
    for_s: float = 300.0


def _cover(*by: str, for_s: float = 300.0) -> Cover:
    return Cover(frozenset(by), for_s)


_KAFKA, _MANY = "kafka_away:bus/bus", "many_failing:bus/bus"
_NO_FANOUT = "program_missing:program/fanout"
_NO_RETRY = "program_missing:program/retry"
_HALF_HOUR, _HOUR, _THREE_DAYS = 1_800.0, 3_600.0, 259_200.0

COVERS: Mapping[str, Cover] = {
    "program_missing": _cover(_KAFKA),
    "partition_stopped": _cover(_KAFKA, _NO_FANOUT),
    "lag": _cover("partition_stopped", _KAFKA, _NO_FANOUT),
    "silent": _cover(_KAFKA),
    "not_ready": _cover(_KAFKA),
    "broker_missing": _cover(_KAFKA),
    "process_silent": _cover(_KAFKA),
    "retries_late": _cover(_NO_RETRY, _MANY, _KAFKA),
    "intake_silent": _cover(_KAFKA, "program_missing:program/intake"),
    "intake_waiting": _cover(_KAFKA, "program_missing:program/convert"),
    "intake_put_off": _cover(_KAFKA),
    "intake_slow": _cover("intake_put_off", _KAFKA),
    "unusual_volume": _cover("silent", _KAFKA, for_s=900.0),
    "log_behind": _cover(_KAFKA),
    # An endpoint that fails is slow, burns its budget at three paces, has its breaker
    # open, and loses some: whichever of it was noticed first has been told.
    "burns_fast": _cover(
        "dead_letters", "disabled", "slow", _MANY, _KAFKA, for_s=_HALF_HOUR
    ),
    "breaker_open": _cover(
        "burns_fast", "burns_medium", "dead_letters", "slow", _MANY, for_s=_HALF_HOUR
    ),
    "burns_medium": _cover(
        "burns_fast", "dead_letters", "disabled", "slow", _MANY, _KAFKA, for_s=_HOUR
    ),
    "dead_letters": _cover(
        *("burns_fast", "burns_medium", "burns_slow", "breaker_open"),
        *("disabled", "slow", _MANY, _KAFKA),
        for_s=_HALF_HOUR,
    ),
    "slow": _cover("burns_fast", "burns_medium", "breaker_open", _MANY, for_s=_HOUR),
    "burns_slow": _cover(
        *("burns_fast", "burns_medium", "breaker_open", "dead_letters"),
        *("disabled", "slow", _MANY, _KAFKA),
        for_s=_THREE_DAYS,
    ),
}
NOTHING = _cover()
"""What covers all other rules."""
