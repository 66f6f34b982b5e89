"""Going back through a topic equals reading it whole, a part at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from processors.redrive.backwards import Backwards, Found, Places, Seen, Stretch


@dataclass
class Topic:
    """Partitions of times; a time below zero is a gap, an odd one is not looked for."""

    partitions: list[list[int]]
    read: int = 0
    stretches: list[Mapping[int, Stretch]] = field(default_factory=list)

    async def __call__(
        self, stretches: Mapping[int, Stretch]
    ) -> Mapping[int, Seen[tuple[int, int]]]:
        """Read stretches."""
        self.stretches.append(stretches)
        seen = {}
        for partition, (first, end) in stretches.items():
            assert 0 <= first < end
            self.read += end - first
            there = [
                (at, self.partitions[partition][at])
                for at in range(first, end)
                if self.partitions[partition][at] >= 0
            ]
            found = [Found(at, ms, (partition, at)) for at, ms in there if ms % 2 == 0]
            seen[partition] = Seen(found, there[0][1] if there else None)
        return seen

    def all(self, since_ms: int = 0) -> list[tuple[int, int]]:
        """Everything that is looked for."""
        return [
            (partition, at)
            for partition, times in enumerate(self.partitions)
            for at, ms in enumerate(times)
            if ms >= since_ms and ms % 2 == 0
        ]

    def time(self, item: tuple[int, int]) -> int:
        """When one was written."""
        return self.partitions[item[0]][item[1]]

    async def parts(
        self, limit: int, most: int, since_ms: int | None = None
    ) -> list[list[tuple[int, int]]]:
        """All of it, in parts."""
        found: list[list[tuple[int, int]]] = []
        places: Places | None = {p: len(x) for p, x in enumerate(self.partitions)}
        while places is not None:
            stretches = {p: Stretch(0, end) for p, end in places.items()}
            before = self.read
            back = Backwards(self, stretches, most=most, since_ms=since_ms)
            found.append(await back.take(limit))
            assert len(found[-1]) <= limit
            assert self.read - before <= most + len(self.partitions)
            places = back.rest()
        return found


TIMES = st.lists(st.integers(-5, 60), max_size=25)
PARTITIONS = st.lists(TIMES, max_size=4)
LIMITS = st.integers(1, 9)
BUDGETS = st.integers(10, 40)


@given(PARTITIONS, LIMITS, BUDGETS)
async def test_each_once_the_last_of_a_partition_first(
    partitions: list[list[int]], limit: int, most: int
) -> None:
    """Whatever the times, gaps and sizes of parts are; no part reads more than so."""
    topic = Topic(partitions)
    found = [one for part in await topic.parts(limit, most) for one in part]
    assert sorted(found) == topic.all()
    for partition in range(len(partitions)):
        offsets = [at for where, at in found if where == partition]
        assert offsets == sorted(offsets, reverse=True)


@given(st.lists(TIMES.map(sorted), max_size=4), LIMITS, BUDGETS)
async def test_the_newest_first(
    partitions: list[list[int]], limit: int, most: int
) -> None:
    """Over all partitions and parts, where time goes on within each."""
    topic = Topic(partitions)
    times = [topic.time(o) for part in await topic.parts(limit, most) for o in part]
    assert times == sorted(times, reverse=True)


@given(st.lists(TIMES.map(sorted), max_size=4), LIMITS, BUDGETS, st.integers(0, 60))
async def test_what_is_too_old_ends_it(
    partitions: list[list[int]], limit: int, most: int, since_ms: int
) -> None:
    """All that is young enough is found; maybe some that is not."""
    topic = Topic(partitions)
    found = [o for part in await topic.parts(limit, most, since_ms) for o in part]
    assert set(topic.all(since_ms)) <= set(found)


async def test_few_are_read_for_a_few_rows() -> None:
    """Of a million records in three partitions, some hundred."""
    topic = Topic([list(range(0, 2_000_000, 6)) for _ in range(3)])
    back = Backwards(
        topic,
        {p: Stretch(0, len(x)) for p, x in enumerate(topic.partitions)},
        most=9999,
    )
    assert len(await back.take(50)) == 50
    assert topic.read <= 200
