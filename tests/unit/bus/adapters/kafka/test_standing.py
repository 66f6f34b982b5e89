"""Noticing a partition that is not fetched any more."""

from typing import cast

from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as KafkaPartition

from bus.adapters.kafka.standing import Standing
from bus.record import TopicPartition

ONE, TWO = TopicPartition("oms.order", 0), TopicPartition("oms.order", 1)
INVALID = -1001


class Fetches:
    """A client that knows of ends what its last fetches told."""

    def __init__(self) -> None:
        self.ends = {ONE: INVALID, TWO: INVALID}

    def get_watermark_offsets(
        self,
        partition: KafkaPartition,
        cached: bool,  # noqa: FBT001, ARG002 - as the client has it
    ) -> tuple[int, int]:
        """As the test says."""
        return 0, self.ends[TopicPartition(partition.topic, partition.partition)]


class Scene:
    """A client, where it stands, and looks ten seconds apart."""

    def __init__(self) -> None:
        self.client = Fetches()
        self.expected = {ONE: 5, TWO: 5}
        self.flowing = {ONE, TWO}
        self.ends = {ONE: 9, TWO: 5}
        self.now = 0.0
        self.standing = Standing()

    def look(self) -> list[TopicPartition]:
        """Look once more."""
        self.now += 10
        return self.standing.look(
            cast("Consumer", self.client),
            self.ends,
            self.flowing,
            self.expected.__getitem__,
            self.now,
        )

    def looks(self, times: int) -> list[TopicPartition]:
        """Look several times; what was found by any."""
        return [tp for _ in range(times) for tp in self.look()]


def test_a_partition_that_was_never_fetched_is_found() -> None:
    """Others say it reaches further, and half a minute brought no answer of it."""
    scene = Scene()
    scene.client.ends[TWO] = 5
    assert scene.looks(3) == []
    assert scene.look() == [ONE]


def test_a_fetch_that_ended_is_found() -> None:
    """It told an end once, and none of what came since."""
    scene = Scene()
    scene.client.ends = {ONE: 5, TWO: 5}
    assert scene.looks(5) == [ONE, ONE]


def test_what_moves_is_left_alone() -> None:
    """A backlog is read record by record; its end is old news."""
    scene = Scene()
    for _ in range(9):
        scene.expected[ONE] += 1
        scene.client.ends[TWO] = 5
        assert scene.look() == []


def test_what_is_fetched_to_its_end_is_left_alone() -> None:
    """Only markers of transactions are left: they are never handed over."""
    scene = Scene()
    scene.client.ends = {ONE: 9, TWO: 5}
    assert scene.looks(9) == []


def test_what_is_paused_or_waits_for_room_is_left_alone() -> None:
    """Time counts from when it flowed again."""
    scene = Scene()
    scene.client.ends[TWO] = 5
    scene.looks(3)
    scene.flowing = {TWO}
    assert scene.look() == []
    scene.flowing = {ONE, TWO}
    assert scene.looks(3) == []
    scene.standing.forget()
    assert scene.looks(3) == []
    assert scene.look() == [ONE]
