"""A plan names every difference, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from bus.topics.plan import (
    AddPartitions,
    Configure,
    Create,
    Delete,
    Impossible,
    plan_topics,
)
from bus.topics.topic import TopicState

TOPIC = TopicState("t", 3, 2, {"retention.ms": "1000"})


def test_what_is_missing_is_created() -> None:
    """Whole."""
    assert plan_topics([TOPIC], {}) == [Create(TOPIC)]


def test_settings_differ_by_name() -> None:
    """From what is set, or nothing, to what is declared; others are let alone."""
    actual = TopicState("t", 3, 2, {"segment.ms": "5"})
    assert plan_topics([TOPIC], {"t": actual}) == [
        Configure(TOPIC, {"retention.ms": (None, "1000")})
    ]


def test_partitions_only_grow() -> None:
    """Fewer are impossible."""
    assert plan_topics([TOPIC], {"t": TopicState("t", 1, 2, TOPIC.config)}) == [
        AddPartitions(TOPIC, 1)
    ]
    (change,) = plan_topics([TOPIC], {"t": TopicState("t", 4, 2, TOPIC.config)})
    assert isinstance(change, Impossible)
    assert "has 4 partitions" in change.why


def test_replicas_are_not_moved() -> None:
    """But it is said how they can be."""
    (change,) = plan_topics([TOPIC], {"t": TopicState("t", 3, 1, TOPIC.config)})
    assert isinstance(change, Impossible)
    assert "kafka-reassign-partitions" in change.advice


def test_deletion_needs_leave() -> None:
    """What nothing declares stays, unless it may go."""
    others = {name: TopicState(name, 1, 1) for name in ("x", "y")}
    assert plan_topics([], others) == []
    assert plan_topics([], others, deletable="y".__eq__) == [Delete(others["y"])]


states = st.builds(
    TopicState,
    name=st.sampled_from("abc"),
    partitions=st.integers(1, 3),
    replication=st.just(1),
    config=st.dictionaries(st.sampled_from(["k.ms", "l.ms"]), st.sampled_from("12")),
)


@given(declared=st.lists(states, unique_by=lambda s: s.name), actual=st.lists(states))
def test_what_a_plan_makes_needs_no_further_plan(
    declared: list[TopicState], actual: list[TopicState]
) -> None:
    """Applied, only the impossible is left."""
    cluster = {state.name: state for state in actual}
    for change in plan_topics(declared, cluster, deletable=lambda _: True):
        name, wanted = change.topic.name, change.topic
        if isinstance(change, Create):
            cluster[name] = wanted
        elif isinstance(change, Delete):
            del cluster[name]
        else:
            old = cluster[name]
            partitions = max(old.partitions, wanted.partitions)
            config = {**old.config, **wanted.config}
            cluster[name] = TopicState(name, partitions, 1, config)
    left = plan_topics(declared, cluster, deletable=lambda _: True)
    assert all(isinstance(change, Impossible) for change in left)
