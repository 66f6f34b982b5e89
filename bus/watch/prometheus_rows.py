"""What Prometheus judges by expressions of its own, beside or instead of the watch."""

from dataclasses import dataclass

from bus.watch.verdicts import Severity


@dataclass(frozen=True, slots=True)
class Row:
    """An alert. `limits` in an expression are those of the watch.

    Where it judges what `rule` does, severity, runbook and time are the rule's; a
    `for_s` of its own stands where Prometheus measures something else.
    """

    name: str
    expression: str
    summary: str
    rule: str = ""
    severity: Severity = Severity.TICKET
    runbook: str = ""
    for_s: float | None = None


def _rare(by: str, counter: str, span: str = "10m") -> str:
    """Cases of what is rare: a counter begins to exist with its first."""
    counter = counter.replace("{", "{{").replace("}", "}}")
    return (
        f"sum by ({by}) (({counter} unless {counter} offset {span})"
        f" or increase({counter}[{span}])) > 0"
    )


OWN = (
    Row(
        "OrderbusDown",
        'up{{job="orderbus"}} == 0',
        "{{ $labels.instance }} does not answer",
        rule="program_missing",
    ),
    Row(
        "OrderbusPartitionStopped",
        _rare("instance", 'orderbus_partition_changes_total{change="stopped"}'),
        "{{ $labels.instance }} stopped a partition: a hop could not be written",
        rule="partition_stopped",
    ),
    Row(
        "OrderbusCommitsFail",
        "sum by (instance) "
        '(rate(orderbus_commits_total{{result="failed"}}[2m])) > 0 unless sum '
        'by (instance) (rate(orderbus_commits_total{{result="ok"}}[2m])) > 0',
        "{{ $labels.instance }} cannot commit",
        severity=Severity.PAGE,
        runbook="broker-loss",
        for_s=60,
    ),
    Row(
        "OrderbusLag",
        'sum by (topic) (orderbus_lag{{topic=~"oms\\\\..+"}}) > 10000',
        "{{ $labels.topic }} is {{ $value | humanize }} records behind",
        rule="lag",
    ),
    Row(
        "OrderbusLogBehind",
        "max(orderbus_log_lag_seconds) > {limits.log_lag_s:g}",
        "The log is {{ $value | humanizeDuration }} behind; deliveries are not",
        rule="log_behind",
    ),
    Row(
        "OrderbusLogIncomplete",
        _rare("reason", 'orderbus_log_skipped_total{reason=~"refused|expired"}'),
        "The log lacks {{ $value | humanize }} records: {{ $labels.reason }}",
        severity=Severity.TICKET,
        runbook="the-log-is-behind",
        for_s=0,
    ),
    Row(
        "OrderbusOutboxStuck",
        "max(orderbus_outbox_oldest_seconds) > 60 or "
        "min(orderbus_outbox_reachable) < 1",
        "The outbox is not published: events of the OMS wait in its database",
        severity=Severity.PAGE,
        runbook="the-outbox",
        for_s=120,
    ),
    Row(
        "OrderbusOutboxRefused",
        'max(orderbus_outbox_rows{{state="refused"}}) > 0',
        "{{ $value | humanize }} events of the outbox are refused, their orders wait",
        severity=Severity.TICKET,
        runbook="the-outbox",
        for_s=0,
    ),
    Row(
        "OrderbusRetriesLate",
        "histogram_quantile(0.95, sum by (le, tier) "
        "(rate(orderbus_tier_lateness_seconds_bucket[5m]))) > 1",
        "Tier {{ $labels.tier }} runs {{ $value | humanizeDuration }} late",
        rule="retries_late",
        for_s=300,
    ),
    Row(
        "OrderbusQuarantine",
        _rare("topic", "orderbus_quarantined_total"),
        "Records of {{ $labels.topic }} cannot be decoded",
        rule="quarantine",
    ),
    Row(
        "OrderbusExpired",
        _rare("topic", "orderbus_expired_records_total", "1h"),
        "Kafka deleted {{ $value | humanize }} records of {{ $labels.topic }}"
        " unsettled",
        severity=Severity.PAGE,
        runbook="retention",
        for_s=0,
    ),
    Row(
        "OrderbusRefused",
        "sum by (topic) (orderbus_refused) > 0",
        "{{ $labels.topic }} is missing, not allowed or too small: {{ $value"
        " | humanize }} records wait",
        severity=Severity.PAGE,
        runbook="a-topic-refuses-records",
        for_s=60,
    ),
    Row(
        "OrderbusSmallLetters",
        _rare("topic", "orderbus_small_letters_total"),
        "{{ $labels.topic }} never takes some records: letters without a body"
        " stand for them",
        severity=Severity.TICKET,
        runbook="a-topic-refuses-records",
        for_s=0,
    ),
    Row(
        "OrderbusWaitsForSchema",
        "max by (schema) (orderbus_schema_wait_seconds) > 30",
        "Partitions wait for schema {{ $labels.schema }} since {{ $value |"
        " humanizeDuration }}",
        severity=Severity.PAGE,
        runbook="waiting-for-a-schema",
        for_s=60,
    ),
    Row(
        "OrderbusPositionReset",
        _rare("topic", "orderbus_position_resets_total", "1h"),
        "{{ $labels.topic }} ends before where a group stood, and is read anew",
        severity=Severity.PAGE,
        runbook="retention",
        for_s=0,
    ),
    Row(
        "OrderbusDeadLetters",
        "sum by (subscription) ( (orderbus_dead_letters_total unless "
        "orderbus_dead_letters_total offset 10m) or "
        "increase(orderbus_dead_letters_total[10m])) > {limits.dead_share:g} "
        "* (sum by (subscription) (increase(orderbus_attempts_total[10m])) or "
        "sum by (subscription) (orderbus_dead_letters_total) * 0)",
        "{{ $labels.subscription }} loses more than 1 % to its dead-letter topic",
        rule="dead_letters",
        for_s=300,
    ),
    Row(
        "OrderbusBreakerOpen",
        "max by (subscription) (orderbus_breaker_state) == 2",
        "{{ $labels.subscription }} has not answered for 15 minutes",
        rule="breaker_open",
    ),
    Row(
        "OrderbusDisabled",
        _rare("subscription", 'orderbus_changes_total{change="disabled"}'),
        "{{ $labels.subscription }} answered 410 and was disabled",
        rule="disabled",
    ),
    Row(
        "OrderbusLoopBlocked",
        "max by (instance) (orderbus_loop_delay_seconds) > 0.5",
        "{{ $labels.instance }} needs more CPU: its event loop is {{ $value |"
        " humanizeDuration }} late",
        severity=Severity.TICKET,
        runbook="lag",
        for_s=300,
    ),
)
