"""What another version of a channel would change, of its samples or what is stored."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from bus.intake.channels.definition import Channel
from bus.intake.comparing import Difference, How, compare, parts_said
from bus.intake.converting import convert
from bus.intake.raw import place_text
from bus.intake.samples import Sample, submission_of
from bus.intake.sources import Source
from bus.intake.submission import Submission
from processors.convert.stored import Desk, Meant, submissions


@dataclass(slots=True)
class Differing:
    """What differs.

    Attributes:
        of: Whose submissions these are: a source, or the samples.
        looked_at: How many.
        same: How many of their parts come to the same.
        changes: All others, each with where it stands.
    """

    of: str
    looked_at: int = 0
    same: int = 0
    changes: list[tuple[str, Difference]] = field(default_factory=list)

    def add(self, where: str, differences: Sequence[Difference]) -> None:
        """Take in what one submission differs in."""
        self.looked_at += 1
        for difference in differences:
            if difference.how is How.SAME:
                self.same += 1
            else:
                self.changes.append((where, difference))


def of_samples(old: Channel, new: Channel, samples: Sequence[Sample]) -> Differing:
    """What samples of a channel would come to otherwise."""
    found = Differing(f"samples of {new.name}")
    for sample in samples:
        submission = submission_of(new, sample)
        found.add(sample.name, _differences(old, new, submission))
    return found


async def of_stored(
    desk: Desk, old: Channel, new: Channel, source: Source, last: int
) -> Differing:
    """What the last stored submissions of a source would come to otherwise.

    Raises:
        TopicError, BrokerUnavailableError: They cannot be read.
    """
    found = Differing(source.id)
    async for one in submissions(desk, source, Meant(last=last)):
        differences = await asyncio.to_thread(_differences, old, new, one.submission)
        found.add(place_text(one.place), differences)
    return found


def _differences(
    old: Channel, new: Channel, submission: Submission
) -> list[Difference]:
    before = parts_said(old, convert(old, submission))
    return list(compare(before, parts_said(new, convert(new, submission))))
