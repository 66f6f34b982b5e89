"""Compares a cluster's topics with the declared ones, and makes the difference."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from bus.delivery.subscription import ID_PATTERN, Subscription, parse_subscription
from bus.errors import InvalidSubscriptionError, TopicError
from bus.ports import LogReader, Topics
from bus.topics.plan import (
    AddPartitions,
    Change,
    Configure,
    Create,
    Delete,
    plan_topics,
)
from bus.topics.topology import Topology
from bus.versions import Standing, take


@dataclass(frozen=True, slots=True)
class TopicsWorld:
    """What the topic commands work with."""

    topics: Topics
    reader: LogReader
    topology: Topology


@dataclass(frozen=True, slots=True)
class Subscribers:
    """The subscriptions whose topics are declared, their secrets still sealed.

    `sources` are those of intake, and whether they leave anything to fetch.

    `unreadable` are ids whose record says nothing usable; nothing of theirs may go.
    `known` is False where the subscriptions could not be read at all.
    """

    subscriptions: Sequence[Subscription] = ()
    unreadable: Collection[str] = ()
    known: bool = True
    sources: Mapping[str, bool] = field(default_factory=dict)


async def read_subscribers(world: TopicsWorld) -> Subscribers:
    """Read the subscriptions as they stand; no key is needed for that.

    Raises:
        BrokerUnavailableError: no answer; try again.
    """
    sources = _sources(await _values(world, world.topology.intake_sources) or {})
    values = await _values(world, world.topology.subscriptions)
    if values is None:
        return Subscribers(known=False, sources=sources)
    subscriptions, unreadable = [], []
    for key, value in sorted(values.items()):
        if value is None:
            continue
        try:
            subscriptions.append(_subscription(value))
        except (InvalidSubscriptionError, ValueError):
            unreadable.append(key.decode(errors="replace"))
    return Subscribers(subscriptions, unreadable, sources=sources)


async def _values(
    world: TopicsWorld, topic: str
) -> Mapping[bytes, bytes | None] | None:
    """What stands in a configuration topic; None if it is not there."""
    standing: dict[bytes, Standing] = {}
    values: dict[bytes, bytes | None] = {}
    try:
        async for batch in world.reader.read(topic):
            for record in batch:
                key = record.key or b""
                standing[key], stands = take(standing.get(key), record)
                if stands:
                    values[key] = record.value
    except TopicError:
        return None
    return values


async def make_plan(
    world: TopicsWorld, subscribers: Subscribers, *, allow_delete: bool
) -> list[Change]:
    """Say what would turn the cluster's topics into the declared ones.

    Raises:
        BrokerUnavailableError: no answer; try again.
    """
    topology = world.topology
    declared = topology.fixed()
    for subscription in subscribers.subscriptions:
        declared.extend(topology.topics_of(subscription))
    for source, fetches in subscribers.sources.items():
        declared.extend(topology.topics_of_source(source, fetches=fetches))
    wanted = {topic.name for topic in declared}
    owned = {name for name in await world.topics.names() if topology.owns(name)}
    actual = await world.topics.describe(wanted | owned)
    deletable = _deletable(topology, subscribers) if allow_delete else _nothing
    return plan_topics(declared, actual, deletable=deletable)


async def apply_plan(
    topics: Topics, changes: Sequence[Change], done: Callable[[Change], None]
) -> None:
    """Make the changes, creations first; tell `done` of each.

    Raises:
        TopicError: the cluster refuses one; those before it are made.
        BrokerUnavailableError: no answer; try again.
    """
    created = [c for c in changes if isinstance(c, Create)]
    await topics.create([change.topic for change in created])
    for change in created:
        done(change)
    for changed in changes:
        if isinstance(changed, Configure | AddPartitions):
            await topics.change(changed.topic)
            done(changed)
    deleted = [c for c in changes if isinstance(c, Delete)]
    await topics.delete([change.topic.name for change in deleted])
    for gone in deleted:
        done(gone)


def _sources(values: Mapping[bytes, bytes | None]) -> dict[str, bool]:
    """Of what can be read: the ids, and whether there is something to fetch."""
    found: dict[str, bool] = {}
    for key, value in sorted(values.items()):
        name = key.decode(errors="replace")
        if value is None or not ID_PATTERN.fullmatch(name):
            continue
        try:
            fields: object = orjson.loads(value)
        except ValueError:
            fields = None
        fetches = isinstance(fields, dict) and fields.get("fetch") is not None
        found[name] = fetches
    return found


def _subscription(value: bytes) -> Subscription:
    fields: object = orjson.loads(value)
    if not isinstance(fields, dict):
        raise InvalidSubscriptionError("subscription", "not a JSON object")
    # A newer bus may have written fields this version does not know.
    known = {k: v for k, v in fields.items() if k in Subscription.model_fields}
    return parse_subscription(known)


def _deletable(topology: Topology, subscribers: Subscribers) -> Callable[[str], bool]:
    def deletable(topic: str) -> bool:
        owner = topology.owner(topic)
        return (
            subscribers.known
            and topology.owns(topic)
            and owner is not None
            and owner not in subscribers.unreadable
        )

    return deletable


def _nothing(_: str) -> bool:
    return False
