"""What people read of a topic: how long it keeps records, whether it is as declared."""

from collections.abc import Mapping

from bus.topics.topic import TopicState

_SIZES = ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB"))
_TIMES = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"))


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
