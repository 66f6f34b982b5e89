"""Keeping the embedded Kafka running: what a new start cannot help ends all."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from bus.adapters.jvm import EmbeddedKafka
from bus.adapters.jvm.death import Death
from bus.errors import EmbeddedBrokerError
from processors.wiring.keeping import kept

LOG = Path("/data/kafka/node-1/kafka.log")


@dataclass
class Fallen:
    """A Kafka whose one node has ended; `helps` says each time if a start may help."""

    helps: Sequence[bool]
    node_id: int = 1
    starts: int = 0

    @property
    def fallen(self) -> "Fallen":
        """The node, which is the Kafka itself."""
        return self

    def death(self) -> Death:
        """Its disk is full."""
        helps = self.helps[self.starts]
        return Death(1, "no space left on device", LOG, ["the last line"], helps)

    async def start(self) -> None:
        """Start, to end again."""
        self.starts += 1


async def keeping(kafka: Fallen) -> tuple[list[str], str]:
    """What is said meanwhile, and the error that it ends with."""
    said: list[str] = []
    with pytest.raises(EmbeddedBrokerError) as ended:
        async with kept(cast("EmbeddedKafka", kafka), said.append):
            await asyncio.Event().wait()
    return said, str(ended.value)


async def test_a_full_disk_is_named_and_not_started_on() -> None:
    """Cause, log and last lines are told; nothing is started again."""
    kafka = Fallen([False])
    said, told = await keeping(kafka)
    assert kafka.starts == 0
    assert said == []
    assert told == (
        "Kafka node 1 has ended: no space left on device; "
        f"its log: {LOG}, which ends with:\n  the last line"
    )


async def test_what_may_help_is_tried_once() -> None:
    """Then all ends the same way."""
    kafka = Fallen([True, True])
    said, told = await keeping(kafka)
    assert kafka.starts == 1
    assert said[1:] == ["Kafka node 1 runs again."]
    assert "no space left" in told
