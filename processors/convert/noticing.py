"""What convert notices of each source: ways, fates, numbers, fields, clocks."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bus.event import Event
from bus.intake.channels.definition import Channel
from bus.intake.converting import Converted
from bus.intake.health import words
from bus.intake.health.fields import Known, names_in
from bus.intake.submission import Submission
from bus.ports import Clock
from processors.convert.reading import Read
from processors.tallying.tallies import Tallies

_LOOK_EVERY_S = 1.0
_MOST_BYTES = 64 * 2**10
_AHEAD_S = 60.0
_UNSENT = frozenset({"fetch", "replay"})
_LONGEST_NUMBER = 18


class Noticing:
    """Counts; never raises.

    Args:
        known: What the samples of a channel have, once that is known.
    """

    def __init__(
        self,
        tallies: Tallies,
        clock: Clock,
        known: Callable[[Channel], Known | None] = lambda _channel: None,
    ) -> None:
        self.tallies = tallies
        self._clock = clock
        self._known = known
        self._looked: dict[str, float] = {}

    def came(self, read: Read) -> None:
        """A submission is converted."""
        source, submission = read.source.id, read.raw.submission
        self.tallies.count(source, f"{words.VIA}.{submission.via}")
        for part in read.parts:
            self._take_number(read, part)
        if submission.via == "file":
            self.tallies.count(source, words.CAME)
        if submission.via not in _UNSENT:
            self._look(source, read.channel, submission)

    def became(self, source: str, word: str) -> None:
        """A part of one came to something."""
        self.tallies.count(source, word)

    def told(self, read: Read, event: Event) -> None:
        """An event is told."""
        source = read.source.id
        self.tallies.count(source, words.TOLD)
        happened = event.data.get("occurred_at")
        if isinstance(happened, datetime):
            ahead = happened - read.raw.submission.observed_at
            if ahead.total_seconds() >= _AHEAD_S:
                self.tallies.count(source, words.AHEAD)

    def _take_number(self, read: Read, part: Converted) -> None:
        """Whatever becomes of an order, its number has come."""
        if part.native_type in read.channel.numbered:
            number = _number(part.made or {})
            if number is not None:
                tally = self.tallies.get(read.source.id)
                tally.numbers.take(number, self._clock.now())
                tally.changed = True

    def _look(self, source: str, channel: Channel, submission: Submission) -> None:
        """Look at the fields of one now and then: to read it again costs."""
        now = self._clock.monotonic()
        last = self._looked.get(source)
        if last is not None and now - last < _LOOK_EVERY_S:
            return
        known = self._known(channel)
        if known is None or len(submission.body) > _MOST_BYTES:
            return
        self._looked[source] = now
        tally = self.tallies.get(source)
        sent = submission.body, submission.headers, submission.settings
        for kind, names in names_in(channel, *sent):
            tally.fields.look(known, kind, names)


def _number(made: Mapping[str, object]) -> int | None:
    """The order's number, without what is put before it: `#1001`."""
    order = made.get("order")
    number = order.get("number") if isinstance(order, dict) else None
    digits = str(number or "").lstrip("#")
    fits = digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_NUMBER
    return int(digits) if fits else None
