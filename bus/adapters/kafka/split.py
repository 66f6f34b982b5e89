"""Several members of one group, seen as one: fewer topics for each client.

For every partition in a fetch's answer librdkafka walks through all topics that the
client knows (2.16: `rd_kafka_topic_find_by_topic_id`). Three clients of a thousand
topics do a third of the work of one with three thousand.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeVar

from bus.ports import Listener, Source
from bus.record import Commit, TopicPartition

Item = TypeVar("Item")


class SplitSource:
    """`bus.ports.Source` made of others, each with topics of its own.

    Args:
        parts: The sources by name, all of one group.
        part_of: The name of the one a topic belongs to.
    """

    def __init__(
        self, parts: Mapping[str, Source], part_of: Callable[[str], str]
    ) -> None:
        self._parts = parts
        self._part_of = part_of

    async def start(self, topics: Collection[str], listener: Listener) -> None:
        """Start them all, each with its topics."""
        split = self._split(topics, str)
        for name, part in self._parts.items():
            await part.start(split[name], listener)

    def subscribe(self, topics: Collection[str]) -> None:
        """Change the topics of each."""
        split = self._split(topics, str)
        for name, part in self._parts.items():
            part.subscribe(split[name])

    def pause(self, partitions: Collection[TopicPartition]) -> None:
        """Stop fetching these, wherever they are."""
        for name, some in self._split(partitions, _topic).items():
            self._parts[name].pause(some)

    def resume(self, partitions: Collection[TopicPartition]) -> None:
        """Fetch these again."""
        for name, some in self._split(partitions, _topic).items():
            self._parts[name].resume(some)

    async def commit(self, commits: Mapping[TopicPartition, Commit]) -> None:
        """Commit side by side; if one fails, none counts as committed."""
        await asyncio.gather(
            *(
                self._parts[name].commit({tp: commits[tp] for tp in some})
                for name, some in self._split(commits, _topic).items()
            )
        )

    def reached(self, ends: Mapping[TopicPartition, int]) -> None:
        """Hear how far partitions reach."""
        split = self._split(ends, _topic)
        for name, part in self._parts.items():
            part.reached({tp: ends[tp] for tp in split[name]})

    async def stop(self) -> None:
        """Stop them all, side by side."""
        await asyncio.gather(*(part.stop() for part in self._parts.values()))

    def _split(
        self, items: Iterable[Item], topic: Callable[[Item], str]
    ) -> dict[str, list[Item]]:
        split: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            split[self._part_of(topic(item))].append(item)
        return split


def _topic(tp: TopicPartition) -> str:
    return tp.topic
