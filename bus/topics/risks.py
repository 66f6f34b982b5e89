"""What a declaration may say and should not: allowed, and said aloud."""

from collections.abc import Iterable, Iterator

from bus.topics.declaration import Declaration, Layout

_TIMESTAMP = "message.timestamp.type"
_ARRIVAL = "LogAppendTime"
_LARGEST = "max.message.bytes"
_SEGMENT = "segment.bytes"
_HEADERS = 65_536
"""Room for what a hop adds to a record."""


def risks(declared: Declaration) -> Iterator[str]:
    """Say what may be lost or late, a sentence each."""
    yield from _times(declared)
    yield from _sizes(declared)


def _times(declared: Declaration) -> Iterator[str]:
    for layout in declared.sources.values():
        if layout.config.get(_TIMESTAMP) != _ARRIVAL:
            yield (
                f"{layout.name} keeps the producers' time: Kafka deletes an event older"
                f" than the retention as it arrives, delivered or not. Declare"
                f" {_TIMESTAMP}: {_ARRIVAL}"
            )
    for layout in _carriers(declared):
        if layout.config.get(_TIMESTAMP) != _ARRIVAL:
            yield (
                f"{layout.name} keeps the workers' time: their clocks decide when a"
                f" retry is due. Declare {_TIMESTAMP}: {_ARRIVAL}"
            )


def _sizes(declared: Declaration) -> Iterator[str]:
    largest = max((_number(s, _LARGEST) for s in declared.sources.values()), default=0)
    for layout in _carriers(declared):
        takes, segment = _number(layout, _LARGEST), _number(layout, _SEGMENT)
        if 0 < takes < largest + _HEADERS:
            yield (
                f"{layout.name} takes {takes} bytes, the source topics {largest}: what"
                f" is larger leaves a small dead letter. Declare {_LARGEST} of"
                f" {largest + _HEADERS} at least, better several times as much"
            )
        if 0 < segment < takes:
            yield (
                f"{layout.name}: {_LARGEST} is above {_SEGMENT}, which no record may"
                " exceed"
            )


def _carriers(declared: Declaration) -> Iterable[Layout]:
    """What carries events on: hops, dead letters, quarantine."""
    return [*declared.subscription.values(), declared.bus["quarantine"]]


def _number(layout: Layout, setting: str) -> int:
    return int(layout.config.get(setting, 0))
