"""Keys live where Kafka's own partitioner puts them."""

import pytest
from confluent_kafka.cimpl import murmur2 as librdkafka_partition
from hypothesis import given
from hypothesis import strategies as st

from bus.topics.partitioning import murmur2, partition_of


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        # From Kafka's UtilsTest.testMurmur2.
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_hashes_as_kafka_does(key: bytes, expected: int) -> None:
    """The values of Apache Kafka's own test."""
    assert murmur2(key) == expected % 2**32


@given(key=st.binary(), partitions=st.integers(1, 1000))
def test_agrees_with_librdkafka(key: bytes, partitions: int) -> None:
    """Any key lands in the partition that the producer chooses."""
    assert partition_of(key, partitions) == librdkafka_partition(key, partitions)
