"""Records that are legal and odd: too large for a hop, or with a clock of their own."""

from collections.abc import Iterator, Sequence
from random import Random

from bus.delivery.delivery import Reason
from bus.delivery.small import read_elsewhere
from bus.errors import DecodeError
from bus.record import Record

MOST_BYTES = 4_096
"""What the topics of hops and dead letters take; source topics take anything."""
PADDING = ("padding", bytes(2 * MOST_BYTES))
_CLOCKS = (
    -1,
    0,
    1_779_999_999,  # in seconds
    1_748_000_000_000,  # last year
    1_779_999_999_000_000,  # in microseconds
)


def draw_oddity(random: Random) -> tuple[bool, int | None]:
    """Whether a record is too large for a hop; its producer's time if it has one."""
    large = random.random() < 0.05
    return large, random.choice(_CLOCKS) if random.random() < 0.1 else None


def judge_letter(
    letter: Record, reason: str, sources: Sequence[Record]
) -> Iterator[str]:
    """What a dead letter says that is not so; `sources` are all records of events."""
    if reason == Reason.TOO_OLD:
        yield "TooOld: given up by a clock that is none of ours"
    try:
        elsewhere = read_elsewhere(letter)
    except DecodeError as error:
        yield f"SmallLetters: {error}"
        return
    if elsewhere is None:
        if reason == Reason.UNWRITABLE:
            yield "SmallLetters: a whole one of what no topic takes"
        return
    found = [r for r in sources if r[:3] == elsewhere[:3]]
    if not (found and elsewhere.is_body(found[0])):
        yield f"SmallLetters: {elsewhere.place} is not where the record stands"
    elif PADDING not in found[0].headers:
        yield "SmallLetters: a small one of what would have fitted"
