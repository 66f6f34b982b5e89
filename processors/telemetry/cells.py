"""Counters and histograms that cost next to nothing to add to.

prometheus-client's own take a lock and walk the buckets at every call, a tenth of
the price of a delivery. These belong to one thread and become families of
prometheus-client when the page is asked for.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar
from typing_extensions import override

from processors.telemetry.kinds import Metric

Labels: TypeAlias = tuple[str, ...]
Bucket: TypeAlias = tuple[str, float] | tuple[str, float, Exemplar]
"""Its upper end as text, how many are below; and one of those, if one is known."""


class Count:
    """One series of a counter."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0.0

    def add(self, value: float) -> None:
        """Add to it; ValueError for less than nothing, as it only grows."""
        if value < 0:
            raise ValueError(value)
        self.value += value


class Spread:
    """One series of a histogram. `bounds` are the upper ends of its buckets."""

    __slots__ = ("_bounds", "_counts", "_examples", "_sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._examples: dict[int, Exemplar] = {}
        self._sum = 0.0

    def add(self, value: float) -> None:
        """Observe a value; one at a bound belongs below it."""
        self._sum += value
        self._counts[bisect_left(self._bounds, value)] += 1

    def example(self, value: float, trace_id: str, at: float) -> None:
        """Keep what was observed at `at` (epoch seconds) as its bucket's exemplar."""
        where = bisect_left(self._bounds, value)
        self._examples[where] = Exemplar({"trace_id": trace_id}, value, at)

    def told(self) -> tuple[list[Bucket], float]:
        """Cumulated buckets, and the sum."""
        total = 0
        buckets: list[Bucket] = []
        ends = [*map(_text, self._bounds), "+Inf"]
        for where, (end, count) in enumerate(zip(ends, self._counts, strict=True)):
            total += count
            example = self._examples.get(where)
            bucket = (end, float(total))
            buckets.append(bucket if example is None else (*bucket, example))
        return buckets, self._sum


Cell: TypeAlias = Count | Spread


class Family(Collector):
    """All series of one counter or histogram, by label values."""

    def __init__(self, name: str, metric: Metric) -> None:
        self._name = name
        self._metric = metric
        self._cells: dict[Labels, Cell] = {}
        if not metric.labels:
            self.cell(())

    def cell(self, labels: Labels) -> Cell:
        """The series of these label values; made if it is new."""
        found = self._cells.get(labels)
        if found is None:
            counts = self._metric.kind == "counter"
            found = Count() if counts else Spread(self._metric.buckets)
            self._cells[labels] = found
        return found

    def spread(self, labels: Labels) -> Spread:
        """The series of a histogram; TypeError where this is none."""
        found = self.cell(labels)
        if not isinstance(found, Spread):
            raise TypeError(self._name)
        return found

    def remove(self, labels: Labels) -> None:
        """End a series."""
        self._cells.pop(labels, None)

    @override
    def collect(self) -> Iterator[CounterMetricFamily | HistogramMetricFamily]:
        """What Prometheus gets; may be asked by another thread."""
        name, metric = self._name, self._metric
        if metric.kind == "counter":
            plain = name.removesuffix("_total")
            counter = CounterMetricFamily(plain, metric.meaning, labels=metric.labels)
            for labels, cell in tuple(self._cells.items()):
                if isinstance(cell, Count):
                    counter.add_metric(labels, cell.value)
            yield counter
            return
        spread = HistogramMetricFamily(name, metric.meaning, labels=metric.labels)
        for labels, cell in tuple(self._cells.items()):
            if isinstance(cell, Spread):
                buckets, total = cell.told()
                spread.add_metric(labels, buckets, total)
        yield spread


def _text(bound: float) -> str:
    return str(float(bound))
