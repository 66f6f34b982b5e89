"""Which of the topics of a name a commit was made for."""

import pytest

from bus.delivery.incarnation import stamp_of, stamped, unstamped
from bus.delivery.offsets import Ledger
from bus.record import Commit

IDS = ["1hDo0tFIT_CKT7sAnBFVlg", "-_-9AyTGSDuXLUrZqEARpQ", "T1"]


def partly_settled() -> Commit:
    """A commit with settled records beyond its offset."""
    ledger = Ledger(Commit(5))
    for offset in (5, 6):
        ledger.begin(offset, ["erp"])
    ledger.settle(6, "erp")
    commit = ledger.commit()
    assert commit is not None
    assert commit.metadata
    return commit


@pytest.mark.parametrize("topic_id", [*IDS, ""])
@pytest.mark.parametrize("commit", [Commit(5), partly_settled()])
def test_a_topics_own_commit_is_as_it_was(commit: Commit, topic_id: str) -> None:
    """Offset and settled set come back."""
    assert unstamped(stamped(commit, topic_id), topic_id) == commit
    assert unstamped(stamped(commit, topic_id), "") == commit


@pytest.mark.parametrize("commit", [Commit(5), partly_settled()])
def test_another_topics_commit_is_none(commit: Commit) -> None:
    """Its first records would be skipped."""
    assert unstamped(stamped(commit, IDS[0]), IDS[1]) is None
    assert stamp_of(stamped(commit, IDS[0])) == IDS[0]


@pytest.mark.parametrize("metadata", ["", "1:eJwz/+A=", "by hand: a/b", "/", "ü/x"])
def test_what_has_no_stamp_is_believed(metadata: str) -> None:
    """Commits of earlier versions, and of other tools."""
    commit = Commit(5, metadata)
    assert unstamped(commit, IDS[0]) == commit
    assert stamp_of(commit) == ""


def test_there_is_room_for_a_stamp() -> None:
    """Kafka takes 4,096 bytes."""
    whole = Commit(5, "1:" + "A" * 3_998)
    assert len(stamped(whole, IDS[0]).metadata) <= 4_096
