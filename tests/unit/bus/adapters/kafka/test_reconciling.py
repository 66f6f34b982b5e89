"""Noticing a member that leaves undone what its group wants."""

from collections.abc import Mapping
from concurrent.futures import Future

from confluent_kafka import KafkaError, KafkaException

from bus.adapters.kafka.reconciling import Held, Reconciling, Wanted, wanted_of
from bus.record import TopicPartition

A, B, C = (TopicPartition("oms.order", number) for number in range(3))


def held(*partitions: TopicPartition) -> Held:
    """Some partitions."""
    return frozenset(partitions)


def test_who_keeps_what_others_wait_for_is_the_one() -> None:
    """The other cannot take it yet, and has nothing to do."""
    wanted = wanted_of({"keeps": (held(A, B), held(A)), "waits": (held(), held(B))})
    assert wanted["keeps"].undone == {B}
    assert wanted["waits"].undone == held()


def test_who_does_not_take_what_is_free_is_the_one() -> None:
    """Nobody else holds it."""
    wanted = wanted_of({"idle": (held(A), held(A, C)), "other": (held(B), held(B))})
    assert wanted["idle"].undone == {C}
    assert wanted["other"].undone == held()


class Coordinator:
    """Answers as the test says, or not yet."""

    def __init__(self) -> None:
        self.asked: list[Future[Mapping[str, Wanted]]] = []

    def ask(self) -> "Future[Mapping[str, Wanted]]":
        """A new question."""
        self.asked.append(Future())
        return self.asked[-1]

    def says(self, wanted: Wanted) -> None:
        """Answer the newest."""
        self.asked[-1].set_result({"me": wanted})


def test_only_what_stays_undone_for_a_minute_counts() -> None:
    """Giving back takes its time; an answer that does not come is none."""
    coordinator = Coordinator()
    member = Reconciling(coordinator.ask)
    late, done = Wanted(held(A, B), held(A), held()), Wanted(held(A), held(A), held())
    moments = iter(range(0, 100_000, 30))

    def look() -> Held:
        return member.stuck("me", float(next(moments)))

    for said, expected in ((late, held()), (done, held()), (late, held()), (late, {B})):
        while not coordinator.asked or coordinator.asked[-1].done():
            assert look() == held()
        coordinator.says(said)
        assert look() == expected
    while coordinator.asked[-1].done():
        look()
    coordinator.asked[-1].set_exception(KafkaException(KafkaError(-185)))
    assert look() == held()
    assert len(coordinator.asked) == 5
