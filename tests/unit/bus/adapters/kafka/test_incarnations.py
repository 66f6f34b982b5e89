"""Noticing that a topic is another one."""

from collections.abc import Collection, Iterator
from concurrent.futures import Future

import pytest

from bus.adapters.kafka.bridge import Bridge
from bus.adapters.kafka.config import Connection
from bus.adapters.kafka.incarnations import Incarnations
from bus.adapters.kafka.topic_ids import Question, Told, TopicIds
from bus.delivery.incarnation import stamped
from bus.record import Commit, TopicPartition

TP = TopicPartition("oms.order", 0)


class Brokers(TopicIds):
    """Tell what the test says, and remember what they were asked for."""

    def __init__(self) -> None:
        super().__init__(Connection({"bootstrap.servers": "127.0.0.1:1"}))
        self.told: dict[str, str] = {}
        self.asked: list[list[str]] = []

    def ask(self, topics: Collection[str]) -> Question:
        """Answer at once."""
        self.asked.append(sorted(topics))
        answer: Future[Told] = Future()
        told = {t: id_ for t, id_ in self.told.items() if t in topics}
        answer.set_result(Told(told))
        return Question(frozenset(topics), answer)


class Hours(Bridge):
    """A bridge whose clock moves by an hour with each look."""

    def __init__(self) -> None:
        self._hours: Iterator[float] = iter(range(0, 360_000, 3_600))

    def now(self) -> float:
        """Later than before."""
        return next(self._hours)


def known(told: str, commit: Commit | None = None) -> tuple[Brokers, Incarnations]:
    """A partition assigned while the brokers told this id."""
    brokers = Brokers()
    brokers.told = {TP.topic: told} if told else {}
    incarnations = Incarnations(brokers, Hours())
    incarnations.recognised({TP: commit or Commit(5)})
    return brokers, incarnations


def look(incarnations: Incarnations) -> dict[TopicPartition, str]:
    """Ask, and take the answer."""
    assert incarnations.anew([TP]) == {}
    return incarnations.anew([TP])


def test_a_topic_with_another_id_is_another_until_it_is_begun() -> None:
    """A member that cannot seek at once finds the same with its next look."""
    brokers, incarnations = known("T1")
    assert look(incarnations) == {}
    brokers.told[TP.topic] = "T2"
    assert look(incarnations) == look(incarnations) == {TP: "T2"}
    incarnations.begin(TP, "T2")
    assert look(incarnations) == {}
    assert incarnations.stamped({TP: Commit(3)}) == {TP: stamped(Commit(3), "T2")}


def test_a_broker_that_lags_behind_is_not_believed() -> None:
    """Else a member would begin anew with each answer."""
    brokers, incarnations = known("T1")
    brokers.told[TP.topic] = "T2"
    look(incarnations)
    incarnations.begin(TP, "T2")
    brokers.told[TP.topic] = "T1"
    assert look(incarnations) == {}


@pytest.mark.parametrize(("told", "taken"), [("T1", Commit(5, "a")), ("T2", None)])
def test_only_the_topics_own_commit_counts(told: str, taken: Commit | None) -> None:
    """Another topic's is no position of this one."""
    _, incarnations = known(told)
    commit = stamped(Commit(5, "a"), "T1")
    assert incarnations.recognised({TP: commit}) == {TP: taken}


def test_without_an_answer_the_commits_word_counts_until_there_is_one() -> None:
    """A topic made anew while nobody told its id is noticed all the same."""
    brokers, incarnations = known("", stamped(Commit(5), "T1"))
    assert incarnations.of[TP] == "T1"
    brokers.told[TP.topic] = "T2"
    assert look(incarnations) == {TP: "T2"}


def test_an_id_that_was_not_known_is_no_other_one() -> None:
    """There is nothing that it could differ from."""
    brokers, incarnations = known("")
    brokers.told[TP.topic] = "T1"
    assert look(incarnations) == {}
    assert incarnations.of[TP] == "T1"


def test_thousands_of_topics_are_asked_for_by_turns() -> None:
    """However many there are, a look costs the same."""
    brokers, incarnations = known("T1")
    topics = [TopicPartition(f"t{n:04}", 0) for n in range(60)]
    brokers.asked.clear()
    for _ in range(8):
        incarnations.anew(topics)
    assert [len(asked) for asked in brokers.asked] == [25, 25, 10, 25]
    assert brokers.asked[0] == brokers.asked[3]
