"""How many members groups have: questions are shared, answers are never old."""

import asyncio
from collections.abc import Collection

import pytest

from bus.adapters.kafka.counting import Counting
from bus.adapters.memory.clock import turns
from bus.errors import BrokerUnavailableError, OrderbusError


class Cluster:
    """Groups and their members; remembers what it was asked."""

    def __init__(self) -> None:
        self.at = 100.0
        self.questions: list[list[str]] = []
        self.members: dict[str, int | OrderbusError] = {"a": 1, "b": 2, "c": 3}
        self.counting = Counting(self.ask, fresh_s=1, now=lambda: self.at)

    async def ask(self, groups: Collection[str]) -> dict[str, int | OrderbusError]:
        """Answer in the next turn of the loop."""
        asked = sorted(groups)
        self.questions.append(asked)
        await turns(1)
        assert sorted(groups) == asked
        return {group: self.members[group] for group in groups}


async def test_what_is_asked_again_and_again_is_asked_together() -> None:
    """The first round learns who is wanted; from then on a round is one question."""
    cluster = Cluster()
    for _ in range(3):
        for group, count in (("a", 1), ("b", 2), ("c", 3)):
            assert await cluster.counting.members(group) == count
        cluster.at += 10
    rounds = [["a"], ["a", "b"], ["a", "b", "c"]]
    assert cluster.questions == [*rounds, rounds[2], rounds[2]]
    cluster.at += 60
    await cluster.counting.members("b")
    assert cluster.questions[-1] == ["b"]


async def test_many_at_once_are_one_question() -> None:
    """Such as twenty requests to the API."""
    cluster = Cluster()
    found = await asyncio.gather(*[cluster.counting.members("a") for _ in range(20)])
    assert found == [1] * 20
    assert cluster.questions == [["a"]]


async def test_groups_asked_for_meanwhile_are_asked_next() -> None:
    """As `bus status` does; a question under way is not about them."""
    cluster = Cluster()
    found = await asyncio.gather(*map(cluster.counting.members, ("a", "b", "c")))
    assert found == [1, 2, 3]
    assert cluster.questions == [["a"], ["a", "b", "c"]]


async def test_an_answer_holds_for_a_second() -> None:
    """Not for longer: somebody waits for members to leave."""
    cluster = Cluster()
    assert await cluster.counting.members("a") == 1
    cluster.members["a"] = 0
    assert await cluster.counting.members("a") == 1
    cluster.at += 1.5
    assert await cluster.counting.members("a") == 0


async def test_no_answer_is_said_and_asked_for_again() -> None:
    """Whoever asks hears why; a second later somebody may know."""
    cluster = Cluster()
    cluster.members["a"] = BrokerUnavailableError("no answer")
    with pytest.raises(BrokerUnavailableError, match="no answer"):
        await cluster.counting.members("a")
    cluster.members["a"] = 4
    cluster.at += 1.5
    assert await cluster.counting.members("a") == 4
