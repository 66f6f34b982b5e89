"""`topics.yaml` is read exactly, and refused exactly."""

from pathlib import Path

import pytest

from bus.errors import ConfigurationError
from bus.topics.declaration import parse_declaration

SHIPPED = Path("deploy/topics.yaml").read_text(encoding="utf-8")

SMALL = """\
sources:
  topics:
    oms.order: {}
bus:
  topics:
    subscriptions: {name: s}
    sources: {name: so}
    quarantine: {name: q}
    attempts: {name: t}
    acks: {name: a}
    rules: {name: ru}
    lookups: {name: lo}
    migrations: {name: mi}
    keys: {name: k}
    audit: {name: u}
    schemas: {name: _s}
    processes: {name: p}
    alerts: {name: al}
    parked: {name: pk}
    seen: {name: sn}
    collected: {name: co}
    requests: {name: rq}
    tallies: {name: ta}
tiers: {1s: 1s}
subscription:
  topics:
    retry: {name: "r.{subscription}.{tier}"}
    dlq: {name: "d.{subscription}"}
    ordered: {name: "o.{subscription}"}
source:
  topics:
    raw: {name: "raw.{source}"}
    retry: {name: "f.{source}.{tier}"}
    dlq: {name: "fd.{source}"}
"""


def test_the_shipped_file_says_what_the_design_says() -> None:
    """Retention, compaction and counts, in Kafka's own units."""
    declared = parse_declaration(SHIPPED)
    day_ms = 86_400_000
    order = declared.sources["oms.order"]
    assert (order.partitions, order.replication) == (6, 3)
    assert order.config["retention.ms"] == str(7 * day_ms)
    assert declared.bus["subscriptions"].config["cleanup.policy"] == "compact"
    assert declared.bus["schemas"].partitions == 1
    retry = declared.subscription["retry"]
    assert retry.config["retention.ms"] == str(3 * day_ms)
    assert retry.config["message.timestamp.type"] == "LogAppendTime"
    assert retry.config["segment.bytes"] == str(16 * 1024 * 1024)
    assert declared.tiers == {"1s": 1.0, "5s": 5.0, "30s": 30.0}


def test_the_least_that_can_be_said() -> None:
    """Everything else has a default of Kafka's."""
    declared = parse_declaration(SMALL)
    assert declared.sources["oms.order"].partitions == 1
    assert declared.owned_prefixes == ()


def test_inner_defaults_beat_outer_ones() -> None:
    """And a topic's own beat both."""
    text = SMALL.replace(
        "sources:\n",
        "defaults: {partitions: 2, config: {a.ms: 1s, b.ms: 1s, c.ms: 1s}}\n"
        "sources:\n  defaults: {partitions: 3, config: {b.ms: 2s, c.ms: 2s}}\n",
    ).replace("oms.order: {}", "oms.order: {config: {c.ms: 3s}}")
    declared = parse_declaration(text)
    order = declared.sources["oms.order"]
    assert order.partitions == 3
    assert order.config == {"a.ms": "1000", "b.ms": "2000", "c.ms": "3000"}
    assert declared.bus["acks"].partitions == 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [("500ms", "500"), ("1.5s", "1500"), ("2m", "120000"), ("12h", "43200000")],
)
def test_durations(value: str, expected: str) -> None:
    """From milliseconds to days."""
    text = SMALL.replace("{name: a}", f"{{name: a, config: {{x.ms: {value}}}}}")
    assert parse_declaration(text).bus["acks"].config == {"x.ms": expected}


@pytest.mark.parametrize(
    ("value", "expected"),
    [("64KiB", "65536"), ("2MiB", "2097152"), ("1GiB", "1073741824"), ("-1", "-1")],
)
def test_sizes(value: str, expected: str) -> None:
    """From bytes to GiB, and Kafka's word for no limit."""
    text = SMALL.replace("{name: a}", f"{{name: a, config: {{x.bytes: {value}}}}}")
    assert parse_declaration(text).bus["acks"].config == {"x.bytes": expected}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (SMALL, "", "it is empty"),
        (SMALL, "- a", "line 1: expected a mapping"),
        (SMALL, "a: [", "line 1: not YAML"),
        ("tiers: {1s: 1s}\n", "", "line 1: the field 'tiers' is missing"),
        ("tiers:", "teirs:", "line 24: teirs: no such field; did you mean tiers?"),
        (
            "oms.order: {}",
            "oms order: {}",
            "line 3: sources.topics.oms order: expected",
        ),
        ("oms.order: {}", "", "sources.topics: expected a mapping"),
        ("    oms.order: {}", "    {}", "sources.topics: expected at least one topic"),
        (
            "oms.order: {}",
            "oms.order: {partitions: 0}",
            "line 3: sources.topics.oms.order.partitions: expected a whole number",
        ),
        ("oms.order: {}", "oms.order: {partition: 1}", "no such field"),
        ("oms.order: {}", "oms.order: {config: {retention: 7d}}", "Kafka's topic sett"),
        (
            "oms.order: {}",
            "oms.order: {config: {retention.ms: week}}",
            "expected a duration such as",
        ),
        (
            "oms.order: {}",
            "oms.order: {config: {segment.bytes: 16MB}}",
            "expected a size such as",
        ),
        ("oms.order: {}", "oms.order: {config: {a.b: }}", "expected a value"),
        ("oms.order: {}", "oms.order: {}\n    oms.order: {}", "stands here twice"),
        ("{name: a}", "{partitions: 1}", "the field 'name' is missing"),
        ("{name: a}", "{name: a b}", "expected letters, digits"),
        ("acks:", "ack:", "no such field"),
        ("r.{subscription}.{tier}", "r.{subscription}", "expected {tier} in it, once"),
        ("d.{subscription}", "d", "expected {subscription} in it, once"),
        ("tiers: {1s: 1s}", "tiers: {}", "tiers: expected at least one tier"),
        ("tiers: {1s: 1s}", "tiers: {1s: 0s}", "tiers.1s: expected a delay above 0"),
        ("tiers: {1s: 1s}", "tiers: {A.b: 1s}", "expected a tier name"),
        (
            "tiers: {1s: 1s}",
            "tiers: {a: 5s, b: 1s}",
            "tiers.b: expected a longer delay",
        ),
        ("tiers: {1s: 1s}", "tiers: {1s: 1s}\nowned_prefixes: x", "expected a list"),
        (
            "tiers: {1s: 1s}",
            "tiers: {1s: 1s}\nowned_prefixes: ['*']",
            "the beginning of",
        ),
    ],
)
def test_what_is_wrong_is_said_where(old: str, new: str, why: str) -> None:
    """The line, the field, and what was expected."""
    with pytest.raises(ConfigurationError) as caught:
        parse_declaration(SMALL.replace(old, new))
    assert why in str(caught.value)
    assert str(caught.value).startswith("topics.yaml")
