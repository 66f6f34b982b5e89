"""What an item would come to if it were converted and judged now: the port.

`Tries` is made in `processors.wiring`, of the channels, sources, rules and lookup
tables of today, or with some of these changed. Nothing is published by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bus.intake.parked.item import Found, Item


@dataclass(frozen=True, slots=True)
class Changes:
    """What is changed for a try; nothing: as things are.

    Attributes:
        mapping: The text of a mapping.yaml, instead of the channel's.
        definition: The text of a channel.yaml, likewise.
    """

    mapping: str = ""
    definition: str = ""

    def __bool__(self) -> bool:
        """Whether anything is."""
        return bool(self.mapping or self.definition)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What an item comes to.

    Attributes:
        passes: It becomes an event that no rule holds.
        findings: All that is found.
        event_type: Of the event, if there is one.
        payload: Its data, as plain JSON.
        why: In a sentence, why it does not pass; empty: it does.
    """

    passes: bool
    findings: tuple[Found, ...] = ()
    event_type: str = ""
    payload: Mapping[str, object] | None = field(default=None, repr=False)
    why: str = ""


class Tries(Protocol):
    """Says what items come to."""

    async def again(self, item: Item, changes: Changes) -> Tried:
        """What the submission of an item comes to, converted and judged again.

        Raises:
            InvalidChannelError: what is changed is no channel; says what is wrong.
            BrokerUnavailableError: Kafka gives no answer.
        """
        ...

    async def edited(
        self, item: Item, event_type: str, payload: Mapping[str, object]
    ) -> Tried:
        """What an edited payload comes to: by its schema, and by the rules.

        Raises:
            InvalidEventError: it is no event of this type; names the field.
        """
        ...


class _NoTries:
    async def again(self, item: Item, changes: Changes) -> Tried:
        del item, changes
        return Tried(passes=False, why="nothing here can convert a submission")

    async def edited(
        self, item: Item, event_type: str, payload: Mapping[str, object]
    ) -> Tried:
        del item
        return Tried(passes=True, event_type=event_type, payload=payload)


def no_tries() -> Tries:
    """Where nothing can be tried."""
    return _NoTries()
