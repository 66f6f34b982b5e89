"""What Kafka clients say of their troubles, as lines of the log."""

import asyncio
from collections.abc import Mapping

from bus.ports import Clock, Observer
from processors.telemetry import names
from processors.telemetry.repeats import Repeats

_SAID_EVERY_S = 10.0


class ClientTroubles:
    """Takes them, on whatever thread they are told, to the event loop it is made on.

    While a broker is away, clients say the same many times a second: a line every
    10 s tells how often.
    """

    def __init__(self, observer: Observer, clock: Clock) -> None:
        self._loop = asyncio.get_running_loop()
        self._observer = observer
        self._clock = clock
        self._repeats = Repeats(_SAID_EVERY_S)

    def __call__(self, source: str, fields: Mapping[str, object]) -> None:
        """Take one; `source` is `kafka.` and which client."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._note, source, fields)

    def _note(self, source: str, fields: Mapping[str, object]) -> None:
        line = str(fields.get("line", "")).partition("]")[0]
        kind = (source, fields.get("group"), fields.get("error"), line)
        repeated = self._repeats.held_back(kind, self._clock.monotonic())
        if repeated is not None:
            told = {**fields, "repeated": repeated} if repeated else fields
            self._observer.note(names.KAFKA, source=source, **told)
