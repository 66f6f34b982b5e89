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
from bus.topics.telling import human, kept, state_of
from bus.topics.topic import TopicState
from processors.cli.control import console
from processors.screen.tables import Cell, Column, print_table

_COLUMNS = (
    Column("TOPIC"),
    Column("PARTITIONS", rank=2, right=True),
    Column("REPLICAS", rank=4, right=True),
    Column("KEPT", rank=3),
    Column("STATE", rank=1),
)


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
