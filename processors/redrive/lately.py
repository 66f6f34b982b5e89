"""What is remembered of topics: of those that were asked for lately, so much in all."""

from collections import OrderedDict
from collections.abc import Callable, Sized
from typing import Generic, TypeVar

HeldT = TypeVar("HeldT", bound=Sized)


class Lately(Generic[HeldT]):
    """One thing a topic; its length is how much it remembers."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._topics: OrderedDict[str, HeldT] = OrderedDict()

    def of(self, topic: str, make: Callable[[], HeldT]) -> HeldT:
        """That of a topic, made if need be; it is the last to be forgotten."""
        if topic not in self._topics:
            self._topics[topic] = make()
        self._topics.move_to_end(topic)
        held = sum(map(len, self._topics.values()))
        while held > self._most and len(self._topics) > 1:
            _, oldest = self._topics.popitem(last=False)
            held -= len(oldest)
        return self._topics[topic]
