"""Who is in the cluster and where, from one run to the next."""

import socket
from pathlib import Path

import pytest

from bus.adapters.jvm.layout import HOST, arrange
from bus.adapters.jvm.properties import SecureListener, properties
from bus.errors import EmbeddedBrokerError


def test_keeps_id_and_ports(tmp_path: Path) -> None:
    """The same folder gives the same cluster, as long as its ports are free."""
    assert arrange(tmp_path, 3, None) == arrange(tmp_path, 3, None)


def test_takes_new_ports_when_one_is_taken(tmp_path: Path) -> None:
    """Data outlive the loss of a port."""
    before = arrange(tmp_path, 1, None)
    with socket.create_server((HOST, before.members[0].port)):
        after = arrange(tmp_path, 1, None)
    assert after.cluster_id == before.cluster_id
    assert set(after.members[0].ports).isdisjoint({before.members[0].port})


def test_takes_the_port_that_was_asked_for(tmp_path: Path) -> None:
    """A port given by the caller is the first broker's, also later on."""
    arrange(tmp_path, 1, None)
    assert arrange(tmp_path, 1, 19_092).members[0].port == 19_092
    assert arrange(tmp_path, 1, None).members[0].port == 19_092


def test_refuses_another_number_of_brokers(tmp_path: Path) -> None:
    """Data of one broker cannot become those of three."""
    arrange(tmp_path, 1, None)
    with pytest.raises(EmbeddedBrokerError, match="a cluster of 1, not 3"):
        arrange(tmp_path, 3, None)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"members": [{}]}'])
def test_says_that_its_file_is_damaged(tmp_path: Path, text: str) -> None:
    """A damaged file is named, with the way out."""
    (tmp_path / "cluster.json").write_text(text)
    with pytest.raises(EmbeddedBrokerError, match="is damaged; remove"):
        arrange(tmp_path, 1, None)


def test_cluster_ids_never_look_like_options(tmp_path: Path) -> None:
    """Kafka's tools would take a leading dash for an option."""
    ids = []
    for number in range(300):
        (tmp_path / str(number)).mkdir()
        ids.append(arrange(tmp_path / str(number), 1, None).cluster_id)
    assert not [one for one in ids if one.startswith("-")]
    assert len(set(ids)) == 300


@pytest.mark.parametrize(
    ("brokers", "copies", "in_sync"), [(1, 1, 1), (2, 2, 1), (3, 3, 2), (5, 3, 2)]
)
def test_replicates_as_far_as_it_can(
    tmp_path: Path, brokers: int, copies: int, in_sync: int
) -> None:
    """Three copies and two in sync where there are three brokers."""
    layout = arrange(tmp_path, brokers, None)
    lines = properties(layout, layout.members[0], tmp_path, None).splitlines()
    assert f"offsets.topic.replication.factor={copies}" in lines
    assert f"min.insync.replicas={in_sync}" in lines


def test_listens_on_loopback_only(tmp_path: Path) -> None:
    """Nothing the embedded Kafka opens can be reached from another machine."""
    layout = arrange(tmp_path, 1, None)
    secure = SecureListener(tmp_path / "key.pem", "alice", "s3cret")
    text = properties(layout, layout.members[0], tmp_path, secure)
    [listeners] = [line for line in text.splitlines() if line.startswith("listeners=")]
    assert listeners.count("://") == listeners.count(f"://{HOST}:") == 3
