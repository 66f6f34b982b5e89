"""What is expected of each partition, against a model: a dictionary."""

from hypothesis import given
from hypothesis import strategies as st

from bus.adapters.kafka.positions import Positions
from bus.record import Commit, Record, TopicPartition

_PLACES = st.sampled_from([TopicPartition("t", 0), TopicPartition("t", 1)])
_READ = st.tuples(_PLACES, st.integers(0, 5))


def record(tp: TopicPartition, offset: int) -> Record:
    """A record that stands there."""
    return Record(*tp, offset, 0, None, None)


@given(
    st.dictionaries(_PLACES, st.integers(-1, 5)),
    st.lists(st.lists(_READ, max_size=8), max_size=4),
)
def test_a_leap_is_whatever_was_not_to_come(
    stood: dict[TopicPartition, int],
    batches: list[list[tuple[TopicPartition, int]]],
) -> None:
    """Across batches and partitions, in any order; what is not known is no leap."""
    positions = Positions()
    positions.start(
        {tp: Commit(at) for tp, at in stood.items()}, dict.fromkeys(stood, 0)
    )
    known = {tp: at for tp, at in stood.items() if at >= 0}
    for batch in batches:
        wanted = []
        for index, (tp, offset) in enumerate(batch):
            if known.get(tp, offset) != offset:
                wanted.append((index, known[tp]))
            known[tp] = offset + 1
        assert positions.leaps([record(*read) for read in batch]) == wanted


def test_what_went_is_forgotten() -> None:
    """A partition that comes back is expected where it stands then."""
    tp = TopicPartition("t", 0)
    positions = Positions()
    positions.start({tp: Commit(3)}, {tp: 0})
    positions.forget([tp])
    assert positions.leaps([record(tp, 9)]) == []
    positions.start({tp: Commit(3)}, {tp: 0})
    assert positions.leaps([record(tp, 9)]) == [(0, 3)]
