"""`bus topics` from the outside."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bus.adapters.memory import MemoryBroker, MemoryClock, MemoryLogReader, MemoryTopics
from bus.record import Message
from bus.topics.topic import TopicState
from bus.topics.topology import Topology
from processors.cli.topics import app
from processors.topics import TopicsWorld

DECLARED = Path("deploy/topics.yaml")


@dataclass
class Cluster:
    """A cluster in memory, opened as the root command would."""

    broker: MemoryBroker

    @asynccontextmanager
    async def topics(
        self, file: Path | None, replication: int | None
    ) -> AsyncIterator[TopicsWorld]:
        """Open the world of the topic commands."""
        text = (file or DECLARED).read_text(encoding="utf-8")
        topology = Topology.parse(text, replication=replication)
        yield TopicsWorld(
            MemoryTopics(self.broker), MemoryLogReader(self.broker), topology
        )

    def bus(self, *arguments: str, stdin: str | None = None) -> Result:
        """Run `bus topics`."""
        return CliRunner().invoke(app, arguments, obj=self, input=stdin)

    def subscribe(self, subscription_id: str, **fields: object) -> None:
        """Write a subscription as it is stored."""
        stored = {"id": subscription_id, "url": "https://x.example", "types": ["*"]}
        value = json.dumps({**stored, **fields}).encode()
        key = subscription_id.encode()
        self.broker.append(Message("bus.subscriptions", key, value))


@pytest.fixture
def cluster() -> Cluster:
    """An empty cluster."""
    return Cluster(MemoryBroker(MemoryClock()))


@pytest.fixture
def applied(cluster: Cluster) -> Cluster:
    """A cluster with the declared topics."""
    assert cluster.bus("apply").exit_code == 0
    return cluster


def test_plan_shows_and_changes_nothing(cluster: Cluster) -> None:
    """A plan of an empty cluster creates all, but not yet."""
    result = cluster.bus("plan")
    assert result.exit_code == 0
    assert "+ oms.order" in result.output
    assert "6 partitions, 3 replicas, kept 7d" in result.output
    assert "26 to create, 0 to change, 0 to delete, 0 impossible" in result.output
    assert cluster.broker.topics == {}


def test_exit_code_tells_a_pipeline_of_a_difference(cluster: Cluster) -> None:
    """3 while changes are pending, 0 when there are none."""
    assert cluster.bus("plan", "--exit-code").exit_code == 3
    assert cluster.bus("apply").exit_code == 0
    assert cluster.bus("plan", "--exit-code").exit_code == 0


def test_applying_twice_does_nothing_more(applied: Cluster) -> None:
    """What was applied is as declared."""
    assert applied.bus("apply").output == "Nothing to do: the topics are as declared.\n"


def test_replication_factor_beats_the_file(cluster: Cluster) -> None:
    """One replica, and no more in-sync ones than there can be."""
    assert cluster.bus("apply", "--replication-factor", "1").exit_code == 0
    topic = cluster.broker.topics["bus.acks"]
    assert (topic.replication, topic.config["min.insync.replicas"]) == (1, "1")


def test_subscriptions_have_their_topics(applied: Cluster) -> None:
    """A plan makes what an existing subscription lacks."""
    applied.subscribe("acme", retry=["1s", "30s"])
    applied.subscribe("erp", ordering="key")
    result = json.loads(applied.bus("plan", "--json").stdout)
    assert [change["topic"] for change in result["changes"]] == [
        "bus.retry.acme.1s",
        "bus.retry.acme.30s",
        "bus.dlq.acme",
        "bus.dlq.erp",
        "bus.ordered.erp",
    ]
    assert {change["kind"] for change in result["changes"]} == {"create"}


def test_changed_settings_are_shown_as_people_say_them(applied: Cluster) -> None:
    """From what to what, in days and MiB, and applied."""
    topic = applied.broker.topics["bus.acks"]
    config = {**topic.config, "retention.ms": "3600000"}
    applied.broker.topics["bus.acks"] = replace(topic, config=config)
    result = applied.bus("apply")
    assert "retention.ms 1h → 7d" in result.output
    assert applied.broker.topics["bus.acks"].config["retention.ms"] == "604800000"


def test_more_partitions_are_asked_for(applied: Cluster) -> None:
    """Keys move, so nobody adds partitions by accident."""
    topic = applied.broker.topics["oms.risk"]
    applied.broker.topics["oms.risk"] = replace(topic, partitions=2)
    result = applied.bus("apply")
    assert result.exit_code == 2
    assert "give --yes" in result.output
    assert applied.bus("apply", "--yes").exit_code == 0
    assert applied.broker.topics["oms.risk"].partitions == 6


def test_fewer_partitions_are_impossible(applied: Cluster) -> None:
    """It says what can be done, and fails."""
    topic = applied.broker.topics["oms.risk"]
    applied.broker.topics["oms.risk"] = replace(topic, partitions=12)
    result = applied.bus("apply")
    assert result.exit_code == 1
    assert "has 12 partitions, declared are 6" in result.output
    assert "Kafka never takes partitions away" in result.output


def test_nothing_is_deleted_unasked(applied: Cluster) -> None:
    """Topics of a removed subscription stay without --allow-delete."""
    applied.broker.create(TopicState("bus.dlq.gone", 1, 3))
    assert applied.bus("plan", "--exit-code").exit_code == 0
    result = applied.bus("apply", "--allow-delete", "--yes")
    assert "- bus.dlq.gone" in result.output
    assert "bus.dlq.gone" not in applied.broker.topics


def test_deletion_spares_what_is_not_ours(applied: Cluster) -> None:
    """Other topics, sources included, and those of living subscriptions stay."""
    applied.subscribe("acme")
    assert applied.bus("apply").exit_code == 0
    for name in ("oms.returns", "bus.mine", "bus.dlq.", "payments", "bus.dlq.x.y"):
        applied.broker.create(TopicState(name, 1, 3))
    before = set(applied.broker.topics)
    assert applied.bus("apply", "--allow-delete", "--yes").exit_code == 0
    assert set(applied.broker.topics) == before


def test_deletion_spares_a_subscription_that_cannot_be_read(applied: Cluster) -> None:
    """A broken record is no reason to lose dead letters."""
    applied.broker.append(Message("bus.subscriptions", b"odd", b"{"))
    applied.broker.create(TopicState("bus.dlq.odd", 1, 3))
    result = applied.bus("apply", "--allow-delete", "--yes")
    assert "cannot be read, left as they are: the subscriptions odd" in result.output
    assert "bus.dlq.odd" in applied.broker.topics


def test_without_subscriptions_nothing_is_deleted(cluster: Cluster) -> None:
    """No table means nobody knows what is in use."""
    cluster.broker.create(TopicState("bus.dlq.acme", 1, 3))
    result = cluster.bus("plan", "--allow-delete")
    assert "there is no bus.subscriptions yet: nothing is deleted" in result.output
    assert "0 to delete" in result.output


def test_list_says_how_each_topic_is(applied: Cluster) -> None:
    """Declared topics with their retention, and whether they are as declared."""
    del applied.broker.topics["bus.acks"]
    topic = applied.broker.topics["oms.risk"]
    applied.broker.topics["oms.risk"] = replace(topic, partitions=2)
    states = {r["name"]: r for r in json.loads(applied.bus("list", "--json").stdout)}
    assert states["bus.acks"]["state"] == "missing"
    assert states["oms.risk"]["state"] == "differs"
    assert states["oms.order"]["state"] == "as declared"
    assert states["bus.subscriptions"]["kept"] == "compacted"
    assert "bus.quarantine" in applied.bus("list").output


def test_a_wrong_file_is_one_line(cluster: Cluster, tmp_path: Path) -> None:
    """The line, the field, and what was expected."""
    file = tmp_path / "topics.yaml"
    text = DECLARED.read_text(encoding="utf-8").replace("7d", "7 days", 1)
    file.write_text(text.replace("1s: 1s", "1s: soon"), encoding="utf-8")
    result = cluster.bus("plan", "--file", str(file))
    assert result.exit_code == 2
    assert "expected a duration such as" in result.output
    assert "topics.yaml line" in result.output


def test_a_broker_that_is_away_is_one_line(cluster: Cluster) -> None:
    """No traceback."""
    cluster.broker.down()
    result = cluster.bus("plan")
    assert result.exit_code == 1
    assert "the broker is down" in result.output
