"""How `bus topics` shows changes and topics."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from rich.text import Text

from bus.topics.plan import (
    AddPartitions,
    Change,
    Configure,
    Create,
    Delete,
    Impossible,
)
from bus.topics.topic import TopicState
from processors.cli.control import console
from processors.screen.tables import Cell, Column, print_table

_SIZES = ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB"))
_COLUMNS = (
    Column("TOPIC"),
    Column("PARTITIONS", rank=2, right=True),
    Column("REPLICAS", rank=4, right=True),
    Column("KEPT", rank=3),
    Column("STATE", rank=1),
)
_TIMES = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"))


def print_changes(changes: Sequence[Change]) -> None:
    """One line a change, coloured, and a sum."""
    for change in changes:
        print_change(change)
    counts = Counter(type(change) for change in changes)
    if not changes:
        console().print("Nothing to do: the topics are as declared.")
        return
    console().print(
        f"{counts[Create]} to create, "
        f"{counts[Configure] + counts[AddPartitions]} to change, "
        f"{counts[Delete]} to delete, {counts[Impossible]} impossible"
    )


def print_change(change: Change) -> None:
    """One change."""
    sign, colour, text = _line(change)
    console().print(Text(f"{sign} {_padded(change.topic.name)} {text}", style=colour))


def _padded(name: str) -> str:
    return f"{name:34}" if console().is_terminal else f"{name} "


def change_rows(changes: Iterable[Change]) -> list[dict[str, object]]:
    """The changes for JSON: kind, topic, and what belongs to the kind."""
    return [{"kind": _kind(change), **_fields(change)} for change in changes]


def print_topics(
    declared: Sequence[TopicState], actual: Mapping[str, TopicState]
) -> None:
    """One line a declared topic."""
    rows = []
    for topic in declared:
        state = state_of(topic, actual)
        colour = "green" if state == "as declared" else "yellow"
        numbers = (str(topic.partitions), str(topic.replication))
        rows.append((topic.name, *numbers, kept(topic), Cell(state, colour)))
    print_table(console(), _COLUMNS, rows)


def topic_rows(
    declared: Iterable[TopicState], actual: Mapping[str, TopicState]
) -> list[dict[str, object]]:
    """The declared topics for JSON."""
    return [
        {**asdict(topic), "kept": kept(topic), "state": state_of(topic, actual)}
        for topic in declared
    ]


def state_of(topic: TopicState, actual: Mapping[str, TopicState]) -> str:
    """How the cluster's topic compares to the declared one."""
    present = actual.get(topic.name)
    if present is None:
        return "missing"
    same = (present.partitions, present.replication) == (
        topic.partitions,
        topic.replication,
    ) and topic.config.items() <= present.config.items()
    return "as declared" if same else "differs"


def kept(topic: TopicState) -> str:
    """How long the topic keeps records."""
    if topic.config.get("cleanup.policy") == "compact":
        return "compacted"
    return human("retention.ms", topic.config.get("retention.ms", "604800000"))


def human(name: str, value: str | None) -> str:
    """A setting's value as `topics.yaml` would say it."""
    if value is None:
        return "unset"
    if not value.isdecimal() or int(value) == 0:
        return value
    units = _TIMES if name.endswith(".ms") else _SIZES
    if name.endswith((".ms", ".bytes")):
        for factor, unit in units:
            if int(value) % factor == 0:
                return f"{int(value) // factor}{unit}"
    return value


def _line(change: Change) -> tuple[str, str, str]:
    match change:
        case Create(topic):
            how = kept(topic)
            how = how if how == "compacted" else f"kept {how}"
            return "+", "green", f"{_layout(topic)}, {how}"
        case Configure(_, settings):
            parts = [
                f"{name} {human(name, old)} → {human(name, new)}"
                for name, (old, new) in settings.items()
            ]
            return "~", "yellow", ", ".join(parts)
        case AddPartitions(topic, present):
            text = f"partitions {present} → {topic.partitions}: keys move to other ones"
            return "~", "yellow", text
        case Delete(topic):
            return "-", "red", f"{_layout(topic)}, with all its records"
        case Impossible(_, why, advice):
            return "!", "red bold", f"{why}. {advice}"


def _layout(topic: TopicState) -> str:
    partitions = "partition" if topic.partitions == 1 else "partitions"
    replicas = "replica" if topic.replication == 1 else "replicas"
    return f"{topic.partitions} {partitions}, {topic.replication} {replicas}"


def _kind(change: Change) -> str:
    match change:
        case Create():
            return "create"
        case Configure():
            return "configure"
        case AddPartitions():
            return "add_partitions"
        case Delete():
            return "delete"
        case Impossible():
            return "impossible"


def _fields(change: Change) -> dict[str, object]:
    topic = change.topic
    match change:
        case Create() | Delete():
            return {"topic": topic.name, **asdict(topic)}
        case Configure(_, settings):
            values = {n: {"from": a, "to": b} for n, (a, b) in settings.items()}
            return {"topic": topic.name, "settings": values}
        case AddPartitions(_, present):
            return {"topic": topic.name, "from": present, "to": topic.partitions}
        case Impossible(_, why, advice):
            return {"topic": topic.name, "why": why, "advice": advice}
