"""Reads `topics.yaml`, the one declaration of all topics.

Settings carry Kafka's names. Those ending in `.ms` take durations (`7d`), those
ending in `.bytes` sizes (`16MiB`). Whatever is wrong is refused with its line, its
field and what was expected.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bus.topics.yaml_field import Field

BUS_TOPICS = (
    "subscriptions",
    "sources",
    "rules",
    "lookups",
    "migrations",
    "keys",
    "audit",
    "quarantine",
    "attempts",
    "acks",
    "schemas",
    "processes",
    "alerts",
    "parked",
    "seen",
    "collected",
    "requests",
    "tallies",
)
# What the names of each have to hold.
SUBSCRIPTION_TOPICS: Mapping[str, tuple[str, ...]] = {
    "retry": ("subscription", "tier"),
    "dlq": ("subscription",),
    "ordered": ("subscription",),
}
SOURCE_TOPICS: Mapping[str, tuple[str, ...]] = {
    "raw": ("source",),
    "retry": ("source", "tier"),
    "dlq": ("source",),
}
_BLOCKS = ("sources", "bus", "tiers", "subscription", "source")
_UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_UNITS_BYTES = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SIZE = re.compile(r"(\d+)(B|KiB|MiB|GiB)")
_TOPIC = re.compile(r"[a-zA-Z0-9._-]{1,249}")
_PREFIX = re.compile(r"[a-zA-Z0-9_-]+[a-zA-Z0-9._-]*")
_TIER = re.compile(r"[a-z0-9]{1,16}")
_SETTING = re.compile(r"[a-z]+(\.[a-z]+)+")
_PLAIN = re.compile(r"-1|\d+")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a topic is laid out; `name` may hold placeholders, `{tier}` for instance."""

    name: str = ""
    partitions: int = 1
    replication: int = 1
    config: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the file says; `tiers` are delays in seconds, shortest first.

    `sources` are the topics that the OMS writes, `source` those of each source of
    intake.
    """

    sources: Mapping[str, Layout]
    bus: Mapping[str, Layout]
    subscription: Mapping[str, Layout]
    source: Mapping[str, Layout]
    tiers: Mapping[str, float]
    owned_prefixes: tuple[str, ...] = ()


def parse_declaration(text: str) -> Declaration:
    """Read the declaration from YAML text.

    Raises:
        ConfigurationError: with line, field and what was expected.
    """
    blocks = Field.root("topics.yaml", text).fields(
        known=("defaults", *_BLOCKS, "owned_prefixes"), needed=_BLOCKS
    )
    outer = Layout()
    if "defaults" in blocks:
        outer = _layout(blocks["defaults"], outer)
    owned = blocks.get("owned_prefixes")
    return Declaration(
        sources=_sources(blocks["sources"], outer),
        bus=_group(blocks["bus"], outer, dict.fromkeys(BUS_TOPICS, ())),
        subscription=_group(blocks["subscription"], outer, SUBSCRIPTION_TOPICS),
        source=_group(blocks["source"], outer, SOURCE_TOPICS),
        tiers=_tiers(blocks["tiers"]),
        owned_prefixes=_prefixes(owned) if owned else (),
    )


def _sources(block: Field, outer: Layout) -> dict[str, Layout]:
    base, topics = _block(block, outer)
    sources = {
        name: _layout(node, base, name=name) for name, node in topics.fields().items()
    }
    if not sources:
        topics.refuse("expected at least one topic")
    return sources


def _group(
    block: Field, outer: Layout, held: Mapping[str, tuple[str, ...]]
) -> dict[str, Layout]:
    """Topics by role; `held`: the placeholders that the name of each holds."""
    base, topics = _block(block, outer)
    nodes = topics.fields(known=tuple(held), needed=tuple(held))
    return {role: _named(node, base, held[role]) for role, node in nodes.items()}


def _block(block: Field, outer: Layout) -> tuple[Layout, Field]:
    fields = block.fields(known=("defaults", "topics"), needed=("topics",))
    base = _layout(fields["defaults"], outer) if "defaults" in fields else outer
    return base, fields["topics"]


def _named(node: Field, base: Layout, placeholders: tuple[str, ...]) -> Layout:
    """Read a topic of the bus; the placeholders its name needs must be there."""
    name = node.fields(needed=("name",))["name"]
    plain = name.text()
    for placeholder in placeholders:
        if plain.count(f"{{{placeholder}}}") != 1:
            name.refuse(f"expected {{{placeholder}}} in it, once")
        plain = plain.replace(f"{{{placeholder}}}", "x")
    if not _TOPIC.fullmatch(plain):
        name.refuse("expected letters, digits, dots, - and _, at most 249")
    return _layout(node, base, name=name.text())


def _layout(node: Field, base: Layout, name: str = "") -> Layout:
    known = ("name",) if name else ()
    fields = node.fields(known=(*known, "partitions", "replication", "config"))
    if name and "{" not in name and not _TOPIC.fullmatch(name):
        node.refuse("expected letters, digits, dots, - and _, at most 249")
    partitions, replication = fields.get("partitions"), fields.get("replication")
    config = _config(fields["config"]) if "config" in fields else {}
    return Layout(
        name,
        partitions.count() if partitions else base.partitions,
        replication.count() if replication else base.replication,
        {**base.config, **config},
    )


def _config(node: Field) -> dict[str, str]:
    config = {}
    for name, value in node.fields().items():
        if not _SETTING.fullmatch(name):
            value.refuse("expected one of Kafka's topic settings")
        config[name] = _setting(name, value)
    return config


def _setting(name: str, value: Field) -> str:
    text = value.text()
    if _PLAIN.fullmatch(text):
        return text
    if name.endswith(".ms"):
        return str(_milliseconds(value))
    if name.endswith(".bytes"):
        found = value.matching(_SIZE, "a size such as 64KiB or 16MiB")
        return str(int(found[1]) * _UNITS_BYTES[found[2]])
    return text


def _milliseconds(value: Field) -> int:
    found = value.matching(_DURATION, "a duration such as 500ms, 30s, 12h or 7d")
    return round(float(found[1]) * _UNITS_MS[found[2]])


def _tiers(block: Field) -> dict[str, float]:
    tiers: dict[str, float] = {}
    for name, node in block.fields().items():
        if not _TIER.fullmatch(name):
            node.refuse("expected a tier name of at most 16 a-z and 0-9")
        delay_s = _milliseconds(node) / 1000
        if tiers and delay_s <= max(tiers.values()):
            node.refuse("expected a longer delay than the tier before")
        if delay_s <= 0:
            node.refuse("expected a delay above 0")
        tiers[name] = delay_s
    if not tiers:
        block.refuse("expected at least one tier")
    return tiers


def _prefixes(block: Field) -> tuple[str, ...]:
    return tuple(
        item.matching(_PREFIX, "the beginning of topic names")[0]
        for item in block.items()
    )
