"""What stands at a place in Kafka: one bounded read, and what it decodes to by now.

Only topics that hold events are read: the source topics, those of subscriptions, and
the quarantine. Configuration topics, with what is sealed in them, never are.
"""

from dataclasses import dataclass
from enum import StrEnum

from bus.delivery.headers import HopState, read_state
from bus.delivery.marks import read_mark
from bus.delivery.quarantine import Quarantined, is_quarantined, read_quarantined
from bus.delivery.small import read_elsewhere
from bus.errors import DecodeError
from bus.event import Event
from bus.log.rows import Place
from bus.record import Record
from bus.topics.topology import Topology
from processors.delivery.decoding import at_origin
from processors.redrive.events import Events
from processors.redrive.letters import fetched
from processors.subscriptions.world import World


class Kind(StrEnum):
    """What a record is."""

    EVENT = "event"
    DELIVERY = "delivery"
    LETTER = "dead_letter"
    QUARANTINED = "quarantined"
    MARK = "mark"


def kind_of(topology: Topology, topic: str) -> Kind | None:
    """What the records of a topic are; None: it holds no events."""
    if topic in topology.sources:
        return Kind.EVENT
    if topic == topology.quarantine:
        return Kind.QUARANTINED
    if topology.parse_dlq_topic(topic) is not None:
        return Kind.LETTER
    return None if topology.owner(topic) is None else Kind.DELIVERY


@dataclass(frozen=True, slots=True)
class Found:
    """A record at its place.

    Attributes:
        kind: What it is. A mark says what became of another record.
        record: As it stands there.
        source: With its content, as it stood in its source topic; None where that is
            not known, `problem` says why.
        state: What a delivery's record says of the delivery.
        aside: What was said when it was put into quarantine.
    """

    kind: Kind
    record: Record
    source: Record | None = None
    problem: str = ""
    state: HopState | None = None
    aside: Quarantined | None = None


async def record_at(world: World, place: Place) -> Found | None:
    """The record that stands there; None if there is none for us to read.

    Raises:
        BrokerUnavailableError: Kafka gives no answer.
    """
    kind = kind_of(world.topology, place.topic)
    record = None if kind is None else await world.reader.at(*place)
    if kind is None or record is None:
        return None
    if kind is Kind.EVENT:
        return Found(kind, record, record)
    if _is_mark(kind, record):
        return Found(Kind.MARK, record, problem="a mark, which holds no event")
    try:
        return await _opened(world, kind, record)
    except DecodeError as error:
        return Found(kind, record, problem=str(error))


async def expired(world: World, place: Place) -> bool:
    """Whether a record may have stood there that Kafka has deleted after its time.

    Raises:
        BrokerUnavailableError: Kafka gives no answer.
    """
    spans = await world.groups.lag(world.fanout_group, [place.topic])
    span = spans.get(place.topic_partition)
    return span is not None and place.offset < span.start


async def event_of(world: World, found: Found) -> Event:
    """What a record decodes to by now.

    Raises:
        DecodeError: nothing, and why.
        RegistryUnavailableError: the registry gave no usable answer.
    """
    if found.source is None:
        raise DecodeError(found.problem)
    return await Events(world.schemas).of(found.source)


def _is_mark(kind: Kind, record: Record) -> bool:
    if kind is Kind.QUARANTINED:
        return not is_quarantined(record)
    try:
        return kind is Kind.LETTER and read_mark(record) is not None
    except DecodeError:
        return False


async def _opened(world: World, kind: Kind, record: Record) -> Found:
    """A record of ours with the content that it has, or stands for.

    Raises:
        DecodeError: what the bus wrote to it is damaged.
    """
    aside = read_quarantined(record) if kind is Kind.QUARANTINED else None
    whole = record if aside is None else aside.source
    elsewhere = read_elsewhere(record)
    if elsewhere is not None:
        found = await fetched(world, elsewhere)
        if found is None:
            gone = f"expired: nothing stands at {elsewhere.place} any more"
            return Found(kind, record, problem=gone, aside=aside)
        whole = found
    if aside is not None and world.topology.owner(whole.topic) is None:
        return Found(kind, record, whole, aside=aside)
    state = read_state(record if aside is None else whole)
    return Found(kind, record, at_origin(whole, state.origin), "", state, aside)
