"""When there is reason to ask a coordinator."""

from collections.abc import Mapping

from bus.delivery.standstill import Standstill
from bus.record import TopicPartition

ONE, TWO = TopicPartition("oms.order", 0), TopicPartition("oms.order", 1)
TIER = TopicPartition("bus.retry.erp.10m", 0)
NOBODY = frozenset[TopicPartition]()


class Minutes:
    """A standstill, looked at once a minute."""

    def __init__(self) -> None:
        self.now = 0.0
        self.of = Standstill(lambda tp: 600.0 if tp == TIER else 0.0)

    def look(self, commits: Mapping[TopicPartition, int]) -> frozenset[TopicPartition]:
        """Look, and let a minute pass."""
        found = self.of.look(commits, self.now)
        self.now += 60
        return found

    def answered(self, *held: TopicPartition, undone: bool = False) -> None:
        """Somebody holds these."""
        self.of.answered(frozenset(held), self.now, undone=undone)


def test_what_moves_gives_no_reason() -> None:
    """Nor does what has nothing to read, or is held here by the next look."""
    minutes = Minutes()
    assert [minutes.look({ONE: at}) for at in range(5)] == [NOBODY] * 5
    assert minutes.look({}) == NOBODY
    assert minutes.look({ONE: 4}) == NOBODY
    assert minutes.look({ONE: 4, TWO: 0}) == {ONE}


def test_a_tier_may_wait_as_long_as_it_is_to() -> None:
    """And a minute more."""
    minutes = Minutes()
    assert [bool(minutes.look({TIER: 7})) for _ in range(12)] == [False] * 11 + [True]


def test_what_another_holds_is_believed_for_half_an_hour() -> None:
    """As long as it does not move; what is new gives reason all the same."""
    minutes = Minutes()
    minutes.look({ONE: 4})
    assert minutes.look({ONE: 4}) == {ONE}
    minutes.answered(ONE)
    assert [minutes.look({ONE: 4}) for _ in range(30)] == [NOBODY] * 30
    assert minutes.look({ONE: 4}) == {ONE}
    minutes.answered(ONE)
    minutes.look({ONE: 5, TWO: 0})
    assert minutes.look({ONE: 5, TWO: 0}) == {ONE, TWO}


def test_answers_that_lead_nowhere_make_questions_rare() -> None:
    """Two, four, eight, sixteen minutes lie between them; less when all flowed."""
    minutes = Minutes()
    asked = []
    for _ in range(70):
        if minutes.look({ONE: 4}):
            asked.append(int(minutes.now / 60) - 1)
            minutes.answered(TWO)
    assert asked == [1, 3, 7, 15, 31, 47, 63]
    minutes.look({})
    minutes.look({ONE: 4})
    assert minutes.look({ONE: 4}) == {ONE}


def test_what_is_undone_is_asked_for_again_soon() -> None:
    """Once; a member that joins anew in vain does not do so every minute."""
    minutes = Minutes()
    asked = []
    for _ in range(40):
        if minutes.look({ONE: 4}):
            asked.append(int(minutes.now / 60) - 1)
            minutes.answered(ONE, undone=True)
    assert asked == [1, 2, 4, 8, 16, 32]


def test_without_an_answer_it_is_asked_again() -> None:
    """A coordinator that is away may be back soon."""
    minutes = Minutes()
    minutes.look({ONE: 4})
    assert [minutes.look({ONE: 4}) for _ in range(3)] == [{ONE}] * 3
