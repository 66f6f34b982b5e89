"""What a server may say is bounded by what it was sent."""

from bus.adapters.meters import FLOODED, UNASKED, Meter
from bus.delivery.delivery import Accepted, Refused, Unreachable
from bus.ports import NoAnswerKind

MORE = 8_192
"""More than time gives while a test runs, a second or two."""


async def test_so_much_unasked() -> None:
    """And no more; then nothing any more."""
    meter = Meter()
    assert meter.takes(UNASKED)
    assert not meter.takes(MORE * 4)
    assert not meter.takes(1)


async def test_more_for_what_was_asked() -> None:
    """As long as it is not answered; what was left over is not kept."""
    meter = Meter()
    for _ in range(100):
        meter.asked(100_000)
    assert meter.takes(100 * 100_000)
    meter.asked(1_000_000)
    meter.answered(1_000_000)
    for _ in range(100):
        meter.answered(100_000)
    assert not meter.takes(UNASKED + 100 * 100_000)


async def test_many_answers_are_no_flood() -> None:
    """However much it is in the end."""
    meter = Meter()
    for _ in range(10_000):
        meter.asked()
        assert meter.takes(1_000)
        meter.answered()


async def test_what_came_of_a_message() -> None:
    """Is that the server was hung up on only where that is why there is no answer."""
    meter = Meter()
    reset = Unreachable(NoAnswerKind.RESET, "")
    assert meter.judged(reset) is reset
    meter.takes(UNASKED * 10)
    assert meter.judged(reset) is FLOODED
    for said in (Accepted(200), Refused(400, "no")):
        assert meter.judged(said) is said
