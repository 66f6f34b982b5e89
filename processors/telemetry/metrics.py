"""Metrics: prometheus-client's page, with the series of each subscription at hand."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from typing_extensions import override

from bus.delivery.delivery import Attempt
from processors.telemetry import names
from processors.telemetry.cells import Cell, Family
from processors.telemetry.traces import SAMPLED

OPEN = "application/openmetrics-text"
_encode_open, OPEN_TYPE = choose_encoder(OPEN)

Read = Callable[[], Mapping[str, float]]


class Metrics:
    """All metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._families: dict[str, Family] = {}
        self._gauges = _Gauges()
        self._cells: dict[tuple[str, str], Cell] = {}
        self._of: dict[str, _OfSubscription] = {}
        for name, metric in names.METRICS.items():
            if metric.kind != "gauge":
                self._families[name] = family = Family(name, metric)
                self._registry.register(family)
        self._registry.register(self._gauges)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def attempt(self, attempt: Attempt) -> None:
        """Count an attempt or a hop without one; latencies in seconds."""
        series = self._of.get(attempt.subscription)
        if series is None:
            series = _OfSubscription(attempt.subscription, self._families)
            self._of[attempt.subscription] = series
        if attempt.number:
            series.count(names.ATTEMPTS, attempt.outcome)
            series.attempt_seconds.add(attempt.duration_us / 1e6)
        if attempt.outcome == "accepted":
            ended_us = attempt.started_us + attempt.duration_us
            age = ended_us / 1e6 - attempt.origin.timestamp_ms / 1e3
            series.acceptance_seconds.add(max(age, 0))
        if attempt.route != "done":
            self._routed(series, attempt)
        if attempt.traceparent and attempt.traceparent[-1] in SAMPLED:
            _exemplify(series, attempt)

    def _routed(self, series: "_OfSubscription", attempt: Attempt) -> None:
        kind, _, what = attempt.route.partition(":")
        if kind == "retry":
            series.count(names.HOPS, what)
        elif kind == "dead_letter":
            series.count(names.DEAD_LETTERS, what)
        if not attempt.number:
            series.count(names.SPILLS)

    def change(self, subscription: str, change: str) -> None:
        """Count what befell a subscription."""
        series = self._of.get(subscription)
        if series is None:
            series = _OfSubscription(subscription, self._families)
            self._of[subscription] = series
        series.count(names.CHANGES, change)

    def forget(self, subscription: str) -> None:
        """End all series of a subscription."""
        series = self._of.pop(subscription, None)
        if series is not None:
            series.remove()

    def measure(self, name: str, value: float = 1, label: str = "") -> None:
        """Add to a counter or observe in a histogram of at most one label.

        Raises:
            KeyError: there is no such counter or histogram.
        """
        cell = self._cells.get((name, label))
        if cell is None:
            labels = (label,) if names.METRICS[name].labels else ()
            cell = self._cells[name, label] = self._families[name].cell(labels)
        cell.add(value)

    def gauge(self, name: str, read: Read) -> None:
        """Ask `read` at every scrape.

        Raises:
            KeyError: there is no such gauge.
        """
        if names.METRICS[name].kind != "gauge":
            raise KeyError(name)
        self._gauges.readers.setdefault(name, []).append(read)

    def sum_of(self, name: str) -> float:
        """What a gauge's readers say now, added up; on the event loop."""
        readers = self._gauges.readers.get(name, ())
        return sum(sum(read().values()) for read in readers)

    def look(self) -> None:
        """Read all gauges now; on the event loop, whose data they read."""
        self._gauges.look()

    def page(self) -> bytes:
        """The page for Prometheus, with the gauges of the last `look`. Any thread."""
        return generate_latest(self._registry)

    def open_page(self) -> bytes:
        """The same as OpenMetrics, which has exemplars. Any thread."""
        return _encode_open(self._registry)


def _exemplify(series: "_OfSubscription", attempt: Attempt) -> None:
    """Name the trace of an attempt beside the buckets it was counted in.

    Only of traces that are recorded somewhere: others lead nowhere.
    """
    if attempt.number:
        trace_id = (attempt.traceparent or "")[3:35]
        duration_s = attempt.duration_us / 1e6
        ended = attempt.started_us / 1e6 + duration_s
        series.attempt_seconds.example(duration_s, trace_id, ended)
        if attempt.outcome == "accepted":
            age_s = max(ended - attempt.origin.timestamp_ms / 1e3, 0)
            series.acceptance_seconds.example(age_s, trace_id, ended)


class _OfSubscription:
    """The series of one subscription: found once, remembered for removal."""

    __slots__ = ("_cells", "_families", "acceptance_seconds", "attempt_seconds", "id")

    def __init__(self, subscription: str, families: Mapping[str, Family]) -> None:
        self.id = subscription
        self._families = families
        self._cells: dict[tuple[str, ...], Cell] = {}
        self.attempt_seconds = families[names.ATTEMPT_SECONDS].spread((subscription,))
        self.acceptance_seconds = families[names.ACCEPTANCE_SECONDS].spread(
            (subscription,)
        )

    def count(self, *series: str) -> None:
        """Add one to the series `(metric, second label…)`."""
        cell = self._cells.get(series)
        if cell is None:
            name, *labels = series
            cell = self._families[name].cell((self.id, *labels))
            self._cells[series] = cell
        cell.add(1)

    def remove(self) -> None:
        """Take all of them off the page."""
        for name, *labels in self._cells:
            self._families[name].remove((self.id, *labels))
        self._families[names.ATTEMPT_SECONDS].remove((self.id,))
        self._families[names.ACCEPTANCE_SECONDS].remove((self.id,))


class _Gauges(Collector):
    """Gauges as they stood at the last look."""

    def __init__(self) -> None:
        self.readers: dict[str, list[Read]] = {}
        self._seen: list[GaugeMetricFamily] = []

    def look(self) -> None:
        """Ask every reader; those of one name are summed by label."""
        seen = []
        for name, readers in self.readers.items():
            metric = names.METRICS[name]
            family = GaugeMetricFamily(name, metric.meaning, labels=metric.labels)
            sums: dict[str, float] = {}
            for read in readers:
                for label, value in read().items():
                    sums[label] = sums.get(label, 0) + value
            for label, value in sums.items():
                family.add_metric([label] if metric.labels else [], value)
            seen.append(family)
        self._seen = seen

    @override
    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The families of the last look."""
        yield from self._seen
