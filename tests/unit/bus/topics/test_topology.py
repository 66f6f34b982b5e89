"""Names, layouts and limits of the topics."""

from pathlib import Path

import pytest

from bus.delivery.subscription import Subscription, parse_subscription
from bus.errors import ConfigurationError, InvalidSubscriptionError
from bus.intake.sources import LARGEST_BODY
from bus.topics.topology import Topology

SHIPPED = Path("deploy/topics.yaml").read_text(encoding="utf-8")


@pytest.fixture
def topology() -> Topology:
    """The shipped one."""
    return Topology.parse(SHIPPED)


def subscription(**fields: object) -> Subscription:
    """A subscription called acme."""
    base = {"id": "acme", "url": "https://acme.example/hook", "types": ["*"]}
    return parse_subscription({**base, **fields})


def test_names(topology: Topology) -> None:
    """As the design has them."""
    assert topology.sources[0] == "oms.order"
    assert topology.retry_topic("acme", "5s") == "bus.retry.acme.5s"
    assert topology.dlq_topic("acme") == "bus.dlq.acme"
    assert topology.ordered_topic("acme") == "bus.ordered.acme"
    fixed = [topic.name for topic in topology.fixed()]
    for name in ("subscriptions", "keys", "audit", "quarantine", "acks", "schemas"):
        assert getattr(topology, name) in fixed


def test_names_are_read_back(topology: Topology) -> None:
    """A topic's name tells whose it is, and nothing else passes for one."""
    assert topology.parse_retry_topic("bus.retry.a-b.30s") == ("a-b", "30s")
    assert topology.parse_retry_topic("bus.retry.a-b.7s") is None
    assert topology.parse_retry_topic("bus.retry.a.b.30s") is None
    assert topology.parse_retry_topic("busXretry.a.30s") is None
    assert topology.parse_dlq_topic("bus.dlq.a-b") == "a-b"
    assert topology.parse_dlq_topic("bus.dlq.") is None
    assert topology.parse_ordered_topic("bus.ordered.a-b") == "a-b"
    assert topology.parse_ordered_topic("oms.order") is None
    assert topology.owner("bus.dlq.a-b") == "a-b"
    assert topology.owner("oms.order") is None


def test_a_source_has_a_raw_topic(topology: Topology) -> None:
    """One body a record, larger than an event may be; nobody deletes it unasked."""
    (raw,) = topology.topics_of_source("shop-eu", fetches=False)
    assert raw.name == topology.raw_topic("shop-eu") == "intake.raw.shop-eu"
    assert int(raw.config["max.message.bytes"]) > LARGEST_BODY
    assert topology.parse_raw_topic("intake.raw.shop-eu") == "shop-eu"
    assert topology.parse_raw_topic("intake.raw.") is None
    assert topology.parse_raw_topic("oms.intake") is None
    assert not topology.owns(raw.name)
    assert topology.intake_sources == "bus.sources"


def test_a_source_that_fetches_has_tiers(topology: Topology) -> None:
    """One topic each, and one for what could not be fetched."""
    topics = topology.topics_of_source("shop-eu", fetches=True)
    assert [topic.name for topic in topics] == [
        "intake.raw.shop-eu",
        *(f"intake.retry.shop-eu.{tier}" for tier in ("1s", "5s", "30s")),
        "intake.dlq.shop-eu",
    ]
    assert topology.parse_fetch_topic("intake.retry.shop-eu.5s") == ("shop-eu", "5s")
    assert topology.parse_fetch_topic("intake.retry.shop-eu.7s") is None
    assert topology.parse_fetch_topic("intake.dlq.shop-eu") is None


def test_owned_are_only_topics_of_subscriptions(topology: Topology) -> None:
    """Nothing else may ever be deleted."""
    assert topology.owns("bus.dlq.acme")
    assert not any(topology.owns(topic.name) for topic in topology.fixed())


def test_a_subscription_has_the_tiers_it_goes_through(topology: Topology) -> None:
    """Each once, in its order, and a dead-letter topic."""
    topics = topology.topics_of(subscription(retry=["5s", "1s", "5s"]))
    names = [topic.name for topic in topics]
    assert names == ["bus.retry.acme.5s", "bus.retry.acme.1s", "bus.dlq.acme"]
    assert topics[0].config["message.timestamp.type"] == "LogAppendTime"


def test_past_tiers_keep_their_topics(topology: Topology) -> None:
    """Unless nobody declares the tier any more: then nobody knows its delay."""
    known = topology.tier_topics(subscription(retry=["1s"], past_tiers=["5s", "7s"]))
    assert known == {"1s": "bus.retry.acme.1s", "5s": "bus.retry.acme.5s"}


def test_an_ordered_subscription_has_its_own_topic_and_no_tiers(
    topology: Topology,
) -> None:
    """It retries in place."""
    ordered = subscription(ordering="key")
    names = {topic.name: topic.partitions for topic in topology.topics_of(ordered)}
    assert names == {"bus.dlq.acme": 1, "bus.ordered.acme": 3}
    assert topology.tier_topics(ordered) == {}


@pytest.mark.parametrize(
    ("replication", "in_sync"), [(None, "2"), (1, "1"), (2, "1"), (3, "2"), (5, "2")]
)
def test_writing_goes_on_with_a_replica_away(
    replication: int | None, in_sync: str
) -> None:
    """In-sync replicas stay below the replicas, whatever was overridden."""
    topology = Topology.parse(SHIPPED, replication=replication)
    for topic in [*topology.fixed(), *topology.topics_of(subscription())]:
        assert topic.replication == (replication or 3)
        assert topic.config["min.insync.replicas"] == in_sync


def test_an_unknown_tier_is_refused_with_the_known(topology: Topology) -> None:
    """The message lists what can be chosen."""
    topology.check_subscription(subscription())
    with pytest.raises(InvalidSubscriptionError, match="there are: 1s, 5s, 30s") as e:
        topology.check_subscription(subscription(retry=["1s", "1m"]))
    assert e.value.field == "retry.1"


def test_max_age_stays_below_what_topics_keep(topology: Topology) -> None:
    """A held delivery is dead-lettered, never expired."""
    limit_s = 3 * 86_400 - 30 - 3600
    topology.check_subscription(subscription(max_age_s=limit_s))
    with pytest.raises(InvalidSubscriptionError, match=f"at most {limit_s} s") as e:
        topology.check_subscription(subscription(max_age_s=limit_s + 1))
    assert e.value.field == "max_age_s"


def test_no_retention_limit_means_no_age_limit() -> None:
    """-1 is Kafka's for ever."""
    text = SHIPPED.replace("retention.ms: 3d", "retention.ms: -1")
    text = text.replace("retention.ms: 7d", "retention.ms: -1")
    Topology.parse(text).check_subscription(subscription(max_age_s=1e9))


def test_names_that_clash_are_refused() -> None:
    """Two declarations of one topic contradict each other sooner or later."""
    text = SHIPPED.replace("name: bus.acks", "name: bus.attempts")
    with pytest.raises(ConfigurationError, match=r"bus\.attempts is declared twice"):
        Topology.parse(text)


def test_a_hopeless_retention_is_refused() -> None:
    """Retry topics must outlive their longest tier."""
    text = SHIPPED.replace("retention.ms: 3d", "retention.ms: 1h")
    with pytest.raises(ConfigurationError, match="the longest tier and an hour"):
        Topology.parse(text)
