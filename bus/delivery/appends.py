"""Appends to an ordered topic that were made twice.

After a crash fanout reads its source partition again from its last commit on, and
appends again what stands there. Offsets alone do not tell such an append: a topic made
anew, an unclean election or a restored broker uses them again for other events.
"""

from collections import OrderedDict
from typing import NamedTuple, TypeVar

from bus.delivery.delivery import Origin

_REMEMBERED = 100_000

_Kept = TypeVar("_Kept")


class _First(NamedTuple):
    offset: int
    own_ms: int


class Appends:
    """What one partition of an ordered topic has taken in, as far as it remembers.

    An order's events are appended one by one in the order of their source partition.
    So an event is repeated if it was seen itself; or if it is older than all that was
    seen of its order from this very topic, in offset and in time: then it came before
    this process did. When in doubt it is not: a repetition costs less than an event.
    """

    __slots__ = ("_first", "_remembered", "_seen")

    def __init__(self, remembered: int = _REMEMBERED) -> None:
        self._remembered = remembered
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._first: OrderedDict[int, _First] = OrderedDict()

    def repeated(self, order: str, event_id: str, origin: Origin) -> bool:
        """Whether this append was made before; if not, remember it.

        `event_id` is the webhook-id.
        """
        place = (origin.topic, origin.partition, origin.offset)
        seen = hash((event_id, *place))
        if seen in self._seen:
            return True
        lane = hash((order, origin.topic, origin.topic_id, origin.partition))
        first = self._first.get(lane)
        if first is None:
            first = _First(origin.offset, origin.own_ms)
            _remember(self._first, lane, first, self._remembered)
        elif origin.offset < first.offset and origin.own_ms <= first.own_ms:
            return True
        _remember(self._seen, seen, None, self._remembered)
        return False


def _remember(
    known: OrderedDict[int, _Kept], name: int, what: _Kept, most: int
) -> None:
    known[name] = what
    if len(known) > most:
        known.popitem(last=False)
