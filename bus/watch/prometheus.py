"""The rules for Prometheus, which judges by what processes count of themselves.

A rule of `bus.watch.rules` has an expression of its own here where Prometheus can
judge it, for who runs no watch. What it cannot (an hour of the week, a robust z, a
certificate, brokers) it takes from the watch, which counts what fires.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bus.watch.burning import FAST, FEWEST, FEWEST_BAD, MEDIUM, SLOW, Window, budget
from bus.watch.facts import Objective
from bus.watch.limits import Limits
from bus.watch.prometheus_rows import OWN, Row
from bus.watch.rule import Rule
from bus.watch.rules import BY_NAME, RULES
from bus.watch.verdicts import Severity

_JUDGED = {row.rule for row in OWN if row.rule}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """One alert of Prometheus."""

    name: str
    expression: str
    summary: str
    severity: Severity
    runbook: str
    for_s: float = 0.0


def exported(limits: Limits, objective: Objective) -> Sequence[Exported]:
    """All of them, by these limits."""
    return [
        *(_own(row, limits) for row in OWN),
        *_judged(limits, objective),
        *_watched(),
        _AWAY,
    ]


def _own(row: Row, limits: Limits) -> Exported:
    rule = BY_NAME.get(row.rule)
    return Exported(
        name=row.name,
        expression=row.expression.format(limits=limits),
        summary=row.summary,
        severity=rule.severity if rule else row.severity,
        runbook=rule.runbook if rule else row.runbook,
        for_s=rule.for_s if rule and row.for_s is None else row.for_s or 0.0,
    )


# ------------------------------------------------ rules that follow from their limits


def _judged(limits: Limits, objective: Objective) -> Iterator[Exported]:
    for name, window in (
        ("burns_fast", FAST),
        ("burns_medium", MEDIUM),
        ("burns_slow", SLOW),
    ):
        pace = f"{window.factor:.3g}"
        yield _of(
            BY_NAME[name],
            _burns(window, objective),
            "{{ $labels.subscription }} burns its error budget"
            f" {pace} times too fast",
        )
    yield _of(
        BY_NAME["slow"],
        _slow(limits, objective),
        "{{ $labels.subscription }} answers within"
        " {{ $value | humanizeDuration }} (p95)",
    )
    yield _of(
        BY_NAME["many_failing"],
        f"count({_OPEN}) >= {limits.many} and count({_OPEN})"
        f" >= {limits.many_share} * count({_BREAKERS})",
        "{{ $value }} endpoints fail at once: hardly the endpoints",
    )


_BREAKERS = "max by (subscription) (orderbus_breaker_state)"
_OPEN = f"{_BREAKERS} == 2"


def _burns(window: Window, objective: Objective) -> str:
    """As `bus.watch.burning` has it, without Wilson's interval and without lateness."""
    limit = f"{min(1.0, window.factor * budget(objective)):.4g}"
    long, short = window.long_s, window.short_s
    return (
        f"{_bad(long)} / {_all(long)} > {limit}"
        f" and {_bad(short)} / {_all(short)} > {limit}"
        f" and {_all(long)} >= {FEWEST} and {_bad(short)} >= {FEWEST_BAD}"
    )


def _bad(span_s: float) -> str:
    span = _span(span_s)
    return f"sum by (subscription) (increase(orderbus_dead_letters_total[{span}]))"


def _all(span_s: float) -> str:
    good = (
        "sum by (subscription) (increase("
        f'orderbus_attempts_total{{outcome="accepted"}}[{_span(span_s)}]))'
    )
    bad = _bad(span_s)
    return f"(({good} or {bad} * 0) + {bad})"


def _slow(limits: Limits, objective: Objective) -> str:
    lately, hour = (
        "histogram_quantile(0.95, sum by (le, subscription)"
        f" (rate(orderbus_attempt_seconds_bucket[{span}])))"
        for span in ("5m", "1h")
    )
    counted = (
        "sum by (subscription) (increase(orderbus_attempt_seconds_count[1h]))"
        f" >= {limits.p95_fewest}"
    )
    most = f"{objective.p95_s:g}"
    return f"{lately} > {most} and {hour} > {most} and {counted}"


def _of(rule: Rule, expression: str, summary: str) -> Exported:
    return Exported(
        name=f"Orderbus{_words(rule.name)}",
        expression=expression,
        summary=summary,
        severity=rule.severity,
        runbook=rule.runbook,
        for_s=rule.for_s,
    )


# ------------------------------------------------ rules that only the watch can judge

_HERE = {"burns_fast", "burns_medium", "burns_slow", "slow", "many_failing"}
_AWAY = Exported(
    name="OrderbusWatchAway",
    expression="sum(orderbus_watch_leading) != 1",
    summary="{{ $value }} watches lead, where one has to: perhaps nobody is told",
    severity=Severity.TICKET,
    runbook="a-process-is-down",
    for_s=120,
)


def _watched() -> Iterator[Exported]:
    """It has waited as long as it has to: here it is told at once."""
    for rule in RULES:
        if rule.name not in _JUDGED | _HERE:
            yield Exported(
                name=f"Orderbus{_words(rule.name)}",
                expression=f'sum(orderbus_alerts{{rule="{rule.name}"}}) > 0',
                summary=f"{rule.meaning} bus alerts list says of whom",
                severity=rule.severity,
                runbook=rule.runbook,
            )


def _words(name: str) -> str:
    return name.title().replace("_", "")


def _span(seconds: float) -> str:
    """As Prometheus has spans: 5m, 6h, 3d."""
    for letter, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g}{letter}"
    return f"{seconds:g}s"


# ------------------------------------------------ as a file

_HEAD = """\
# What an operator is woken or told about. Each has its section in runbook.md.
# severity page: act now. severity ticket: act today.
#
# Made by `bus alerts rules`, of the rules and limits by which the watch judges; change
# those. What Prometheus cannot judge of what processes count (an hour of the week, a
# robust z, certificates and secrets, who says nothing, brokers) comes from the watch:
# `orderbus_alerts`. What it judges by itself needs no watch, and knows less: it counts
# no late deliveries, lags are records instead of times, few are told from many by a
# least number instead of an interval, and no alert covers another.
#
# Counters of rare things begin to exist with their first case, which `increase` does
# not see: what a counter has that was not there ten minutes ago counts in full.
# alerts-test.yml beside this file shows each alert when it fires.

groups:
  - name: orderbus
    rules:
"""


def as_yaml(alerts: Sequence[Exported]) -> str:
    """Write them as Prometheus reads them."""
    return _HEAD + "\n".join(map(_entry, alerts))


def _entry(one: Exported) -> str:
    waits = f"        for: {_span(one.for_s)}\n" if one.for_s else ""
    return (
        f"      - alert: {one.name}\n"
        f"        expr: >-\n          {one.expression}\n"
        f"{waits}"
        f"        labels: {{severity: {one.severity}}}\n"
        f"        annotations:\n"
        f'          summary: "{one.summary}"\n'
        f"          runbook: deploy/runbook.md#{one.runbook}\n"
    )
