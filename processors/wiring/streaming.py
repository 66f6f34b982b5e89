"""What the live streams of a process read, and with what."""

from bus.ports import Observer
from processors.delivery.decoding import Decoder
from processors.delivery.oddities import Unseen
from processors.live.hub import Live, LiveParts
from processors.live.reading import Reading
from processors.subscriptions.world import World


def make_live(world: World, observer: Observer) -> Live:
    """A hub over the topics of a world; close it in the end."""
    clock, topology = world.clock, world.topology
    decoder = Decoder(world.schemas, clock, observer, oddities=Unseen())
    reading = Reading(decoder, clock, topology.attempts)
    parts = LiveParts(
        reader=world.reader,
        groups=world.groups,
        group=world.fanout_group,
        clock=clock,
        observer=observer,
        topology=topology,
        item=reading.item,
    )
    return Live(parts)
