"""What a listener does with what it hears, whatever brought it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from processors.listening.answers import Answers, Planned, answer_of
from processors.listening.heard import Heard
from processors.listening.keeping import Keep
from processors.listening.passing import Onward
from processors.listening.reading import Reading
from processors.receiver.connection import Request
from processors.receiver.limits import Limits

LIMITS = Limits(
    head_bytes=64 * 1024,
    body_bytes=16 * 1024**2,
    request_s=20,
    idle_s=75,
    busy_s=120,
    connections=200,
    pipelined=64,
)
UNSIGNED = answer_of(401)
_BAD_GATEWAY = answer_of(502)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a listener does.

    Attributes:
        answers: What it answers; None with `onward`: what that one answers.
        keep: Where it keeps requests, if it does.
        onward: Who else gets them, if anybody.
        tell: Told of every request, once it is known what it is answered.
        refused: Told of what was beyond the limits, and 405 of what was no POST.
        greeted: Told who asked whether events are wanted, and heard yes.
    """

    reading: Reading
    tell: Callable[[Heard], None]
    refused: Callable[[int], None]
    greeted: Callable[[str], None] = lambda _: None
    answers: Answers | None = None
    keep: Keep | None = None
    onward: Onward | None = None
    limits: Limits = field(default=LIMITS)

    def hear(self, request: Request, now_s: float, *, waited: bool = False) -> Heard:
        """Read a request, and keep it."""
        heard = self.reading.read(request, now_s, waited=waited)
        if self.keep is None:
            return heard
        return replace(heard, kept=self.keep.write(heard))

    def planned(self, attempt: int) -> Planned:
        """What an attempt is answered."""
        return (self.answers or Answers()).to(attempt)

    async def pass_on(self, heard: Heard, onward: Onward) -> tuple[Heard, Planned]:
        """Pass a request on; what came of it, and what it is answered."""
        passed, retry_after = await onward.send(heard.headers, heard.body)
        if self.answers is not None:
            planned = self.planned(heard.attempt)
        elif passed.status is None:
            planned = _BAD_GATEWAY
        else:
            planned = answer_of(passed.status, retry_after)
        return replace(heard, passed=passed), planned
