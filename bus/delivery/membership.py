"""What a group's coordinator wants of its members, and who leaves it undone.

Under KIP-848 the coordinator tells each member what it is to hold, and members get
there step by step. One that stays where it is may keep others waiting for good: seen
with librdkafka 2.16.1 after a topic was made anew while the coordinator moved. It
sends heartbeats, so nobody throws it out; only a new client helps.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from bus.record import TopicPartition

Held: TypeAlias = frozenset[TopicPartition]
_NOTHING: Held = frozenset()


class Assigned(NamedTuple):
    """One member: what it holds, and is to hold (None: its protocol has no such)."""

    holds: Held
    target: Held | None


Members: TypeAlias = Mapping[str, Assigned]
"""The members of a group by their ids, as its coordinator knows them."""


def holders(members: Members) -> Held:
    """Return what somebody holds."""
    return _NOTHING.union(*(member.holds for member in members.values()))


def undone(members: Members, member_id: str, own: Held) -> Held:
    """Return what a member could give back or take by now, and has not.

    `own` is what its client holds: the coordinator counts what it has asked back, and
    has not got, as held by nobody.
    """
    member = members.get(member_id)
    if member is None or member.target is None:
        return _NOTHING
    others = holders({id_: m for id_, m in members.items() if id_ != member_id})
    kept = (own | member.holds) - member.target
    return kept | (member.target - own - others)


class Obedience:
    """Whether a member does what is wanted of it, from one answer to the next."""

    def __init__(self) -> None:
        self._undone = _NOTHING

    def stuck(self, undone_now: Held) -> Held:
        """Return what was undone the last time as well."""
        before, self._undone = self._undone, undone_now
        return before & undone_now
