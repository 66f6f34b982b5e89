"""What passed through a queue, out of what was counted now and then."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

_LEAST_S = 1.0
"""Samples that are nearer to each other than this say nothing of a rate."""


class Sample(NamedTuple):
    """How many records had come to a queue and gone from it, at one moment.

    Both only grow; in Kafka they are a topic's end offsets and a group's committed
    ones, summed over partitions.
    """

    at_s: float
    came: float
    went: float


class Step(NamedTuple):
    """What passed between two samples; `waiting` is what was overdue at its end.

    Rates are records a second.
    """

    at_s: float
    span_s: float
    came: float
    went: float
    waiting: float

    @property
    def net(self) -> float:
        """By how much the backlog shrank a second."""
        return self.went - self.came


class Flow:
    """The samples of one queue, oldest first, since its counts last fell.

    Counts fall where a topic was made anew: what was before says nothing then.
    `delay_s` is how long a record has to lie before it is due, as in a retry tier:
    so what comes due within that time is known, and only what is due can be late.
    """

    def __init__(self, samples: Sequence[Sample], delay_s: float = 0.0) -> None:
        self.samples = _unbroken(samples)
        self.delay_s = delay_s
        self._times = [sample.at_s for sample in self.samples]

    def came_by(self, at_s: float) -> float:
        """How many had come by then: between samples in proportion."""
        place = bisect_right(self._times, at_s)
        if place == 0:
            return self.samples[0].came if self.samples else 0
        before = self.samples[place - 1]
        if place == len(self.samples):
            return before.came
        after = self.samples[place]
        share = (at_s - before.at_s) / (after.at_s - before.at_s)
        return before.came + share * (after.came - before.came)

    def went_by(self, at_s: float) -> float:
        """How many had gone by then: as at the last sample before."""
        place = bisect_right(self._times, at_s)
        return self.samples[place - 1].went if place else self.samples[0].went

    def due_by(self, at_s: float) -> float:
        """How many had come due by then."""
        return self.came_by(at_s - self.delay_s)

    def waiting(self, sample: Sample) -> float:
        """How many were due and had not gone."""
        return max(0.0, self.due_by(sample.at_s) - sample.went)

    def steps(self, since_s: float) -> Sequence[Step]:
        """What passed from sample to sample, from this moment on."""
        first = max(0, bisect_right(self._times, since_s) - 1)
        return [
            Step(
                at_s=after.at_s,
                span_s=after.at_s - before.at_s,
                came=(self.due_by(after.at_s) - self.due_by(before.at_s))
                / (after.at_s - before.at_s),
                went=(after.went - before.went) / (after.at_s - before.at_s),
                waiting=self.waiting(after),
            )
            for before, after in pairwise(self.samples[first:])
        ]


def together(flows: Sequence[Flow]) -> Flow:
    """Several queues as one: what has come to it is what is due in any of them."""
    if len(flows) == 1:
        return flows[0]
    some = [flow for flow in flows if flow.samples]
    times = sorted({sample.at_s for flow in some for sample in flow.samples})
    return Flow(
        [
            Sample(
                at_s,
                sum(flow.due_by(at_s) for flow in some),
                sum(flow.went_by(at_s) for flow in some),
            )
            for at_s in times
        ]
    )


def _unbroken(samples: Sequence[Sample]) -> Sequence[Sample]:
    kept: list[Sample] = []
    for sample in samples:
        if kept and (sample.came < kept[-1].came or sample.went < kept[-1].went):
            kept.clear()
        if not kept or sample.at_s >= kept[-1].at_s + _LEAST_S:
            kept.append(sample)
    return kept
