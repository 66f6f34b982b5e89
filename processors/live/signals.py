"""What a listener hears. Pure."""

from enum import StrEnum
from typing import NamedTuple, TypeAlias

from bus.record import TopicPartition
from processors.live.ring import LiveRow


class Reason(StrEnum):
    """Why a stream ends."""

    LEFT = "left"
    SLOW = "slow"
    KEY = "key"
    DRAINING = "draining"
    BROKEN = "broken"


class Heard(NamedTuple):
    """An event or an attempt; `id` is where to go on after it."""

    id: str
    row: LiveRow


class Gap(NamedTuple):
    """Records that can be heard no more: from an offset up to another.

    `until` below `since`: the topic was made anew, and is heard from there on.
    """

    id: str
    at: TopicPartition
    since: int
    until: int


class Beat(NamedTuple):
    """All is well, and this is where the listener is."""

    id: str


Signal: TypeAlias = Heard | Gap | Beat
