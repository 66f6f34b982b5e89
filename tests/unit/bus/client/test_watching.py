"""A consumer's membership looked after, by questions from outside."""

from collections.abc import Collection, Mapping

from bus.client.watching import Watching
from bus.delivery.membership import Assigned, Members
from bus.errors import BrokerUnavailableError
from bus.ports import Lag
from bus.record import TopicPartition

MINE, OTHER = TopicPartition("oms.order", 0), TopicPartition("oms.order", 1)


class Group:
    """A group as its coordinator tells of it, and a member that hears what is told."""

    def __init__(self) -> None:
        self.lags: dict[TopicPartition, Lag] | None = {
            MINE: Lag(5, 0, 5),
            OTHER: Lag(7, 0, 9),
        }
        self.members: Members | None = {"m": Assigned(frozenset({MINE, OTHER}), None)}
        self.ends: list[Mapping[TopicPartition, int]] = []
        self.heard: list[Members] = []
        self.obedient = True
        self.watching = Watching(
            "shop",
            ["oms.order"],
            member=self,
            asker=self,
            ask=self.ask,
            held=lambda: {MINE},
        )

    async def lag(
        self, group: str, topics: Collection[str]
    ) -> Mapping[TopicPartition, Lag]:
        """How far it is; no answer while there are no lags."""
        assert (group, list(topics)) == ("shop", ["oms.order"])
        if self.lags is None:
            raise BrokerUnavailableError("no answer")
        return self.lags

    async def ask(self, groups: Collection[str]) -> Mapping[str, Members]:
        """Who holds what."""
        return {} if self.members is None else dict.fromkeys(groups, self.members)

    def reached(self, ends: Mapping[TopicPartition, int]) -> None:
        """Remember it."""
        self.ends.append(ends)

    async def obeys(self, members: Members) -> bool:
        """Remember it."""
        self.heard.append(members)
        return self.obedient

    async def look(self, *times: float) -> None:
        """Look at these times."""
        for at in times:
            await self.watching.look(at)


async def test_the_member_hears_how_far_its_partitions_reach() -> None:
    """One that is fetched no more cannot know it otherwise."""
    group = Group()
    await group.look(0)
    assert group.ends == [{MINE: 5, OTHER: 9}]


async def test_nobody_is_asked_while_all_flows() -> None:
    """A question starts a process: what is held here, or moves, gives no reason."""
    group = Group()
    assert group.lags is not None
    for at in range(0, 600, 10):
        await group.look(at)
        group.lags[OTHER] = Lag(7 + at, 0, 9 + at)
    assert group.heard == []


async def test_what_stands_still_elsewhere_is_asked_for() -> None:
    """Once it has stood for a minute; who is named as its holder is believed then."""
    group = Group()
    await group.look(*range(0, 60, 10))
    assert group.heard == []
    await group.look(*range(60, 600, 10))
    assert group.heard == [group.members]


async def test_what_is_left_undone_is_asked_for_again() -> None:
    """The member joins anew after two answers."""
    group = Group()
    group.obedient = False
    await group.look(*range(0, 200, 10))
    assert len(group.heard) == 2


async def test_no_answer_leads_to_nothing() -> None:
    """Neither of the broker nor of the coordinator; it is asked again later."""
    group = Group()
    group.members = None
    await group.look(*range(0, 130, 10))
    assert group.heard == []
    group.lags = None
    await group.look(*range(130, 200, 10))
    assert len(group.ends) == 13
