"""How long a refused schema is asked for."""

from uuid import uuid4

from bus.delivery.patience import Patience


def test_time_counts_from_question_to_question() -> None:
    """Sixty seconds of refusals are enough; the first one alone counts nothing."""
    patience = Patience(60.0)
    assert patience.refused(7, 100.0) == 60.0
    assert patience.refused(7, 130.0) == 30.0
    assert patience.refused(7, 160.0) == 0.0
    assert patience.refused(7, 400.0) == 0.0


def test_an_outage_does_not_count() -> None:
    """While the registry gives nothing, it says nothing of this schema."""
    patience = Patience(60.0)
    patience.refused(7, 0.0)
    patience.refused(7, 20.0)
    patience.away(7)
    patience.away(8)
    assert patience.refused(7, 5_000.0) == 40.0
    assert patience.refused(7, 5_010.0) == 30.0


def test_an_answer_ends_it() -> None:
    """What was given once is waited for anew, each schema for itself."""
    patience, guid = Patience(10.0), uuid4()
    patience.refused(guid, 0.0)
    patience.refused(7, 0.0)
    patience.settled(guid)
    patience.settled(guid)
    assert patience.refused(guid, 10.0) == 10.0
    assert patience.refused(7, 10.0) == 0.0


def test_memory_is_bounded() -> None:
    """A producer of random ids costs no more than ten thousand of them."""
    patience = Patience(10.0)
    for ref in range(10_001):
        patience.refused(ref, 0.0)
    assert patience.refused(0, 10.0) == 10.0
    assert patience.refused(10_000, 10.0) == 0.0
