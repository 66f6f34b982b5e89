"""Records that say when webhooks of a source were made again: at most so many a day."""

from dataclasses import dataclass

import orjson

from bus.record import Message, Record

_PREFIX = "webhooks/"
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Made:
    """When they were, in epoch seconds, the last day's."""

    source: str
    at: tuple[float, ...] = ()

    def lately(self, now: float) -> int:
        """How many within a day."""
        return sum(now - one < _DAY_S for one in self.at)

    def once_more(self, now: float) -> "Made":
        """With one that is made now."""
        return Made(self.source, (*(t for t in self.at if now - t < _DAY_S), now))


def made_key(source: str) -> bytes:
    """The key of a source's record."""
    return f"{_PREFIX}{source}".encode()


def made_message(topic: str, made: Made) -> Message:
    """The record."""
    value = orjson.dumps({"v": 1, "at": list(made.at)})
    return Message(topic, made_key(made.source), value)


def read_made(record: Record) -> Made | None:
    """What a record says; None: it is another's, or nothing that can be read."""
    key = (record.key or b"").decode(errors="replace")
    if not key.startswith(_PREFIX):
        return None
    try:
        said: object = orjson.loads(record.value or b"")
        times = said["at"] if isinstance(said, dict) and said.get("v") == 1 else None
        if not isinstance(times, list):
            return None
        return Made(key.removeprefix(_PREFIX), tuple(map(float, times)))
    except (ValueError, TypeError, KeyError):
        return None
