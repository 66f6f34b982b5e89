"""Metrics: what is counted, how it is labelled, and when a series ends."""

from prometheus_client import Metric
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from bus.ports import Change, PartitionChange
from bus.record import Expired, Record, TopicPartition
from processors.telemetry import names
from processors.telemetry.observer import Telemetry
from tests.support.reports import MakeAttempt


def _page(telemetry: Telemetry) -> dict[str, Metric]:
    telemetry.metrics.look()
    text = telemetry.metrics.page().decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def _value(telemetry: Telemetry, name: str, **labels: str) -> float | None:
    for family in _page(telemetry).values():
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return sample.value
    return None


def test_accepted_attempt(telemetry: Telemetry, make_attempt: MakeAttempt) -> None:
    """An accepted attempt counts, with its latency and the event's age in seconds."""
    telemetry.attempt(make_attempt(), "h")
    shop = {"subscription": "shop"}
    assert _value(telemetry, names.ATTEMPTS, **shop, outcome="accepted") == 1
    assert _value(telemetry, f"{names.ATTEMPT_SECONDS}_sum", **shop) == 0.02
    age = _value(telemetry, f"{names.ACCEPTANCE_SECONDS}_sum", **shop)
    assert age is not None
    assert abs(age - 0.12) < 1e-6


def test_hops_and_dead_letters(telemetry: Telemetry, make_attempt: MakeAttempt) -> None:
    """Routes are counted by tier and by reason."""
    telemetry.attempt(make_attempt(outcome="failed", route="retry:5s"), "h")
    telemetry.attempt(make_attempt(outcome="refused", route="dead_letter:refused"), "h")
    shop = {"subscription": "shop"}
    assert _value(telemetry, names.HOPS, **shop, tier="5s") == 1
    assert _value(telemetry, names.DEAD_LETTERS, **shop, reason="refused") == 1
    assert _value(telemetry, f"{names.ACCEPTANCE_SECONDS}_count", **shop) == 0


def test_hop_without_a_call_is_no_attempt(
    telemetry: Telemetry, make_attempt: MakeAttempt
) -> None:
    """A spill counts as hop and spill, not as attempt nor in its latency."""
    spill = make_attempt(number=0, outcome="held", route="retry:1s", duration_us=0)
    telemetry.attempt(spill, "")
    shop = {"subscription": "shop"}
    assert _value(telemetry, names.SPILLS, **shop) == 1
    assert _value(telemetry, names.HOPS, **shop, tier="1s") == 1
    assert _value(telemetry, names.ATTEMPTS, **shop, outcome="held") is None
    assert _value(telemetry, f"{names.ATTEMPT_SECONDS}_count", **shop) == 0


def test_removed_subscription_leaves_the_page(
    telemetry: Telemetry, make_attempt: MakeAttempt
) -> None:
    """All series of a removed subscription end; those of others stay."""
    for route in ("done", "retry:1s", "dead_letter:refused"):
        telemetry.attempt(make_attempt(route=route), "h")
    telemetry.attempt(make_attempt(subscription="other"), "h")
    telemetry.transition("shop", Change.BREAKER_OPENED)
    telemetry.transition("shop", Change.REMOVED)
    telemetry.transition("never-seen", Change.REMOVED)
    text = telemetry.metrics.page().decode()
    assert 'subscription="shop"' not in text
    assert 'subscription="other"' in text


def test_changes_quarantine_partitions(telemetry: Telemetry) -> None:
    """What befalls subscriptions, records and partitions is counted."""
    telemetry.transition("shop", Change.DISABLED, "410")
    telemetry.quarantined(Record("oms.order", 0, 1, 0, None, b""), "not Avro")
    telemetry.partitions("bus.fanout", PartitionChange.LOST, [TopicPartition("t", 0)])
    assert _value(telemetry, names.CHANGES, subscription="shop", change="disabled") == 1
    assert _value(telemetry, names.QUARANTINES, topic="oms.order") == 1
    assert _value(telemetry, names.PARTITION_CHANGES, change="lost") == 1
    assert _value(telemetry, names.LINES, level="warning") == 2
    assert _value(telemetry, names.LINES, level="error") == 1


def test_what_expired_is_counted_by_topic(telemetry: Telemetry) -> None:
    """Lost ones and those a crash would lose: how many there are is what pages."""
    telemetry.expired("g", Expired(TopicPartition("oms.order", 0), 9), 4, 1)
    telemetry.expired("g", Expired(TopicPartition("oms.order", 1), 2), 2, 0)
    assert _value(telemetry, names.EXPIRED_RECORDS, topic="oms.order") == 7
    assert _value(telemetry, names.LINES, level="error") == 2


def test_measures(telemetry: Telemetry) -> None:
    """Counters add up, histograms observe seconds, with or without a label."""
    telemetry.measure(names.LATENESS, 0.004, "1s")
    telemetry.measure(names.COMMITS, 2, "ok")
    telemetry.measure(names.MATCHED)
    assert _value(telemetry, f"{names.LATENESS}_bucket", tier="1s", le="0.005") == 1
    assert _value(telemetry, names.COMMITS, result="ok") == 2
    assert _value(telemetry, names.MATCHED) == 1


def test_wrong_measure_stops_nobody(telemetry: Telemetry) -> None:
    """A metric nobody declared is a log line, never an exception in the engine."""
    telemetry.measure("orderbus_surprise_total")
    telemetry.measure(names.MATCHED, -1)
    telemetry.gauge("orderbus_surprise", dict)
    assert _value(telemetry, names.LINES, level="error") == 3


def test_gauges_are_asked_at_a_scrape(telemetry: Telemetry) -> None:
    """Gauges of one name are summed by label; what is gone is not shown."""
    depths = {"shop": 3.0, "erp": 1.0}
    telemetry.gauge(names.MAILBOX, lambda: depths)
    telemetry.gauge(names.MAILBOX, lambda: {"shop": 2.0})
    telemetry.gauge(names.UNSETTLED, lambda: {"g": 7.0})
    assert _value(telemetry, names.MAILBOX, subscription="shop") == 5
    assert _value(telemetry, names.UNSETTLED, group="g") == 7
    del depths["erp"]
    assert _value(telemetry, names.MAILBOX, subscription="erp") is None


def test_broken_gauge_leaves_the_others(telemetry: Telemetry) -> None:
    """One gauge that fails does not take the page with it."""
    telemetry.gauge(names.MAILBOX, lambda: {"shop": 1 / 0})
    telemetry.gauge(names.UNSETTLED, lambda: {"g": 7.0})
    assert _value(telemetry, names.UNSETTLED, group="g") == 7


def test_every_metric_is_on_the_page(telemetry: Telemetry) -> None:
    """The page declares what `names` declares, with the same kind and meaning."""
    for name, metric in names.METRICS.items():
        if metric.kind == "gauge":
            telemetry.gauge(name, dict)
    page = _page(telemetry)
    for name, metric in names.METRICS.items():
        family = page[name.removesuffix("_total")]
        assert (family.type, family.documentation) == (metric.kind, metric.meaning)


def test_a_recorded_trace_is_named_beside_its_bucket(
    telemetry: Telemetry, make_attempt: MakeAttempt
) -> None:
    """Of attempts in recorded traces; the plain page does not change by it."""
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    recorded = f"00-{trace_id}-b7ad6b7169203331-01"
    telemetry.attempt(make_attempt(traceparent=f"{recorded[:-1]}0"), "h")
    plain = telemetry.metrics.page()
    assert _examples(telemetry) == {}
    telemetry.metrics.forget("shop")
    telemetry.attempt(make_attempt(traceparent=recorded), "h")
    assert _examples(telemetry) == {
        (names.ATTEMPT_SECONDS, "0.025"): (trace_id, 0.02),
        (names.ACCEPTANCE_SECONDS, "0.25"): (trace_id, 0.12),
    }
    ours = [line for line in plain.splitlines() if b"orderbus_" in line]
    page = telemetry.metrics.page().splitlines()
    assert [line for line in page if b"orderbus_" in line] == ours


def _examples(telemetry: Telemetry) -> dict[tuple[str, str], tuple[str, float]]:
    text = telemetry.metrics.open_page().decode()
    return {
        (family.name, sample.labels["le"]): (
            sample.exemplar.labels["trace_id"],
            round(sample.exemplar.value, 6),
        )
        for family in openmetrics.text_string_to_metric_families(text)
        for sample in family.samples
        if sample.exemplar is not None
    }
