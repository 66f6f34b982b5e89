"""Which of the topics that had their names a member's partitions belong to.

A topic that is deleted and made anew may keep its members: with the classic protocol
nothing is revoked, and reading goes on at the old position, past all before it. So a
member asks for the topics' ids at assignment, and now and then.
"""

from collections.abc import Collection, Mapping

from bus.adapters.kafka.bridge import Bridge
from bus.adapters.kafka.topic_ids import Question, TopicIds
from bus.delivery.incarnation import stamp_of, stamped, unstamped
from bus.record import Commit, TopicPartition

_EVERY_S = 3.0
# Of thousands of topics some are asked for at a time: idleness costs the same.
_AT_ONCE = 25


class Incarnations:
    """The topic ids of the assigned partitions, as far as the brokers give them.

    Used on the client's thread only. A broker that lags behind may still tell an old
    id: what was followed by another one never counts again.
    """

    def __init__(self, ids: TopicIds, bridge: Bridge) -> None:
        self.of: dict[tuple[str, int], str] = {}
        self._ids = ids
        self._bridge = bridge
        self._due = 0.0
        self._question: Question | None = None
        self._round: list[str] = []
        self._past: set[str] = set()

    def recognised(
        self, positions: Mapping[TopicPartition, Commit]
    ) -> dict[TopicPartition, Commit | None]:
        """Read commits as they were made; None for another topic's.

        To be asked after the commits: a topic made anew in between is noticed then.
        """
        self._question = None
        told = self._ids.of({tp.topic for tp in positions}, self._bridge)
        found: dict[TopicPartition, Commit | None] = {}
        for tp, commit in positions.items():
            # Without an answer the commit's own word counts, until there is one.
            known = told.get(tp.topic) or stamp_of(commit)
            self.of[tp] = known
            found[tp] = unstamped(commit, known)
        return found

    def stamped(
        self, commits: Mapping[TopicPartition, Commit]
    ) -> dict[TopicPartition, Commit]:
        """Return commits as they are written."""
        return {tp: stamped(at, self.of.get(tp, "")) for tp, at in commits.items()}

    def forget(self, partitions: Collection[TopicPartition]) -> None:
        """Partitions went."""
        for tp in partitions:
            self.of.pop(tp, None)

    def anew(self, assigned: Collection[TopicPartition]) -> dict[TopicPartition, str]:
        """Return partitions whose topic was found to be another, with its id.

        Never waits: asks now and then, and answers with what has been told by now.
        """
        if self._question is None:
            if assigned and self._bridge.now() >= self._due:
                self._question = self._ids.ask(self._next(assigned))
            return {}
        if not self._question.answered:
            return {}
        told, self._question = self._question.told().ids, None
        self._due = self._bridge.now() + _EVERY_S
        return {
            tp: told[tp.topic]
            for tp in assigned
            if tp.topic in told and self._is_another(tp, told[tp.topic])
        }

    def begin(self, tp: TopicPartition, topic_id: str) -> None:
        """A partition is read anew, as one of this topic."""
        self._past.add(self.of[tp])
        self.of[tp] = topic_id

    def _is_another(self, tp: TopicPartition, topic_id: str) -> bool:
        known = self.of.get(tp, "")
        if not known:
            self.of[tp] = topic_id
        return known not in ("", topic_id) and topic_id not in self._past

    def _next(self, assigned: Collection[TopicPartition]) -> list[str]:
        if not self._round:
            self._round = sorted({tp.topic for tp in assigned})
        some, self._round = self._round[:_AT_ONCE], self._round[_AT_ONCE:]
        return some
