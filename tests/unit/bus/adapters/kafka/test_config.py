"""Settings reach librdkafka, secrets reach nobody."""

import pytest
from confluent_kafka import Producer

from bus.adapters.kafka import Connection
from bus.adapters.kafka.config import Protocol
from bus.errors import ConfigurationError

SERVERS = {"bootstrap.servers": "127.0.0.1:1"}


def test_bootstrap_servers_are_needed() -> None:
    """Without them there is no cluster to talk to."""
    with pytest.raises(ConfigurationError, match=r"bootstrap\.servers"):
        Connection({})


@pytest.mark.parametrize("name", ["acks", "enable.auto.commit", "group.id"])
def test_what_promises_rest_on_cannot_be_set(name: str) -> None:
    """Nobody turns at-least-once off by a setting."""
    with pytest.raises(ConfigurationError, match="set by the bus itself"):
        Connection({**SERVERS, name: "x"})


def test_secrets_are_not_shown() -> None:
    """The repr stars them; other settings are there to be seen."""
    secrets = {
        "sasl.password": "hunter2",
        "sasl.oauthbearer.client.secret": "hunter2",
        "ssl.key.password": "hunter2",
        "ssl.key.pem": "hunter2",
        "ssl.keystore.password": "hunter2",
    }
    shown = repr(Connection({**SERVERS, **secrets, "sasl.username": "me"}))
    assert "hunter2" not in shown
    assert "'sasl.username': 'me'" in shown


def test_tuning_is_the_operators() -> None:
    """Their settings beat our defaults, never what promises rest on."""
    connection = Connection({**SERVERS, "compression.type": "zstd", "linger.ms": "1"})
    settings = connection.producer(linger_ms=5, delivery_timeout_s=120)
    assert settings["compression.type"] == "zstd"
    assert settings["linger.ms"] == "1"
    assert settings["acks"] == "all"
    assert settings["partitioner"] == "murmur2_random"


def test_a_setting_that_is_none_is_named() -> None:
    """The words of librdkafka say which setting is wrong."""
    connection = Connection({**SERVERS, "sasl.mechanims": "PLAIN"})
    with pytest.raises(ConfigurationError, match=r"sasl\.mechanims"):
        connection.open(Producer, connection.producer(5, 120), None)


def test_an_error_holds_no_secret() -> None:
    """Not even where librdkafka repeats a value."""
    connection = Connection({**SERVERS, "ssl.key.password": "x1"})
    assert connection.redact("cannot use x1") == "cannot use ***"


@pytest.mark.parametrize("fetch_wait_s", [None, 0.25])
@pytest.mark.parametrize("protocol", ["consumer", "classic"])
def test_every_member_commits_by_hand(
    fetch_wait_s: float | None, protocol: Protocol
) -> None:
    """Nothing lets librdkafka commit what is not settled."""
    connection = Connection(SERVERS)
    settings = connection.member("g", protocol, fetch_wait_s)
    assert settings["enable.auto.commit"] == "false"
    assert settings["enable.auto.offset.store"] == "false"
    assert settings["group.protocol"] == protocol
