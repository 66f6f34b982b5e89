"""A consumer group: members, who shall own what, who owns what, positions.

Rebalances are cooperative, as in KIP-848: a partition moves only after its owner has
given it back; nobody else is disturbed.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from bus.record import Commit, TopicPartition


class GroupMember(Protocol):
    """What a group asks of a member."""

    topics: frozenset[str]

    def wake(self) -> None:
        """Something changed: look again."""
        ...


class Group:
    """Deals partitions to members, evenly, moving as few as possible."""

    def __init__(
        self, partitions: Callable[[Iterable[str]], list[TopicPartition]]
    ) -> None:
        self.positions: dict[TopicPartition, Commit] = {}
        self.owners: dict[TopicPartition, GroupMember] = {}
        self._partitions = partitions
        self._members: list[GroupMember] = []
        self._targets: dict[TopicPartition, GroupMember] = {}

    @property
    def members(self) -> int:
        """How many members there are."""
        return len(self._members)

    def join(self, member: GroupMember) -> None:
        """Take in a member."""
        self._members.append(member)
        self.rebalance()

    def leave(self, member: GroupMember) -> None:
        """Remove a member; what it owned is free at once."""
        if member in self._members:
            self._members.remove(member)
        for tp in [tp for tp, owner in self.owners.items() if owner is member]:
            del self.owners[tp]
        self.rebalance()

    def has(self, member: GroupMember) -> bool:
        """Whether it is (still) a member."""
        return member in self._members

    def release(
        self, member: GroupMember, partitions: Collection[TopicPartition]
    ) -> None:
        """The member has given these back."""
        for tp in partitions:
            if self.owners.get(tp) is member:
                del self.owners[tp]
        self.wake()

    def surplus(self, member: GroupMember) -> list[TopicPartition]:
        """What the member owns and shall give back."""
        return [
            tp
            for tp, owner in self.owners.items()
            if owner is member and self._targets.get(tp) is not member
        ]

    def claim(self, member: GroupMember) -> list[TopicPartition]:
        """Give the member what it shall own and nobody owns any more."""
        free = [
            tp
            for tp, target in self._targets.items()
            if target is member and tp not in self.owners
        ]
        self.owners.update(dict.fromkeys(free, member))
        return free

    def rebalance(self) -> None:
        """Decide anew who shall own what."""
        wanted = {tp: self._eligible(tp) for tp in self._all()}
        counts = dict.fromkeys(map(id, self._members), 0)
        share = -(-len(wanted) // max(len(self._members), 1))
        self._targets = {}
        homeless = []
        for tp, eligible in wanted.items():
            owner = self.owners.get(tp)
            if owner in eligible and counts[id(owner)] < share:
                self._give(tp, owner, counts)
            else:
                homeless.append(tp)
        for tp in homeless:
            lightest = min(wanted[tp], key=lambda member: counts[id(member)])
            self._give(tp, lightest, counts)
        self.wake()

    def wake(self) -> None:
        """Have all members look."""
        for member in self._members:
            member.wake()

    def _give(
        self, tp: TopicPartition, member: GroupMember | None, counts: dict[int, int]
    ) -> None:
        if member is not None:
            self._targets[tp] = member
            counts[id(member)] += 1

    def _all(self) -> list[TopicPartition]:
        return self._partitions({t for m in self._members for t in m.topics})

    def _eligible(self, tp: TopicPartition) -> list[GroupMember]:
        return [member for member in self._members if tp.topic in member.topics]
