"""Every error of librdkafka has a meaning."""

import pytest
from confluent_kafka import KafkaError

from bus.adapters.kafka.errors import KINDS, Kind, kind_of, not_published, translate
from bus.errors import (
    BrokerUnavailableError,
    ConfigurationError,
    Heals,
    TopicError,
)


def codes() -> set[str]:
    """The names of all errors that this librdkafka knows."""
    names = (n for n in dir(KafkaError) if n.lstrip("_").isupper())
    return {name for name in names if isinstance(getattr(KafkaError, name), int)}


def test_the_table_names_every_error_and_no_other() -> None:
    """A new librdkafka may grow errors; somebody has to say what they mean."""
    assert codes() - KINDS.keys() == set()
    assert KINDS.keys() - codes() == set()


@pytest.mark.parametrize("name", sorted(codes() - {"NO_ERROR"}))
def test_every_error_becomes_one_of_ours(name: str) -> None:
    """With what was being done, and Kafka's own name for it."""
    error = KafkaError(getattr(KafkaError, name))
    expected = {
        Kind.SETTINGS: ConfigurationError,
        Kind.TOPIC: TopicError,
        Kind.MISSING: TopicError,
        Kind.RECORD: TopicError,
    }.get(kind_of(error), BrokerUnavailableError)
    ours = translate(error, "doing")
    assert type(ours) is expected
    assert str(ours).startswith("doing: ")
    assert name in str(ours)


@pytest.mark.parametrize(
    ("name", "heals"),
    [
        ("_MSG_TIMED_OUT", Heals.TIME),
        ("_TRANSPORT", Heals.TIME),
        ("NOT_ENOUGH_REPLICAS", Heals.TIME),
        ("INVALID_MSG", Heals.NOTHING),
        ("_FATAL", Heals.TIME),
        ("UNKNOWN_TOPIC_OR_PART", Heals.HAND),
        ("_UNKNOWN_TOPIC", Heals.HAND),
        ("TOPIC_AUTHORIZATION_FAILED", Heals.HAND),
        ("CLUSTER_AUTHORIZATION_FAILED", Heals.HAND),
        ("POLICY_VIOLATION", Heals.HAND),
        ("MSG_SIZE_TOO_LARGE", Heals.NOTHING),
        ("RECORD_LIST_TOO_LARGE", Heals.NOTHING),
        ("INVALID_RECORD", Heals.NOTHING),
        ("INVALID_TIMESTAMP", Heals.NOTHING),
    ],
)
def test_a_record_says_what_helps_against_its_refusal(name: str, heals: Heals) -> None:
    """Time against outages, somebody against a permission, nothing against its size."""
    error = not_published("t", KafkaError(getattr(KafkaError, name)))
    assert error.heals is heals
    assert error.retriable is (heals is Heals.TIME)
    assert (error.topic, name in error.why) == ("t", True)
