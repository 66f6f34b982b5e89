"""What a declaration puts at risk is said; the shipped one risks nothing."""

from pathlib import Path

import pytest

from bus.topics.topology import Topology

SHIPPED = Path("deploy/topics.yaml").read_text(encoding="utf-8")


def test_the_shipped_declaration_risks_nothing() -> None:
    """All topics count from arrival, and every hop has room."""
    assert Topology.parse(SHIPPED).risks() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "retention.ms: 7d\n      max",
            "message.timestamp.type: CreateTime\n      max",
            "oms.order keeps the producers' time",
        ),
        (
            "dlq.{subscription}\n      config: {",
            "dlq.{subscription}\n      config: {message.timestamp.type: CreateTime, ",
            "bus.dlq.{subscription} keeps the workers' time",
        ),
        ("max.message.bytes: 1MiB", "max.message.bytes: 9MiB", "small dead letter"),
        ("max.message.bytes: 8MiB", "max.message.bytes: 20MiB", "above segment.bytes"),
    ],
)
def test_a_risk_is_named(old: str, new: str, said: str) -> None:
    """With the topic and what to declare instead."""
    assert old in SHIPPED
    found = Topology.parse(SHIPPED.replace(old, new)).risks()
    assert any(said in risk for risk in found), found
