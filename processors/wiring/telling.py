"""Who is told of alerts, by the settings."""

from bus.client.producer import EventWriter
from bus.client.schemas import load_catalogue
from bus.delivery.own import FAMILY, is_own_topic
from bus.ports import Observer
from bus.watch.muting import QuietHours
from bus.watch.telling import Receiver
from processors.settings import Settings
from processors.settings.watch import quiet_hours
from processors.subscriptions.world import World
from processors.watch.sinks import Listener, LogLines, OverTheBus

LOG, BUS = "log", "bus"


def sinks_of(
    settings: Settings, world: World, observer: Observer
) -> dict[str, Listener]:
    """All sinks by name: the log always, the bus where its topic is declared."""
    quiet = _quiet(settings.watch_quiet_hours)
    found = {
        LOG: Listener(kind=LOG, sink=LogLines(observer), receiver=Receiver(quiet=quiet))
    }
    topics = [t for t in world.topology.sources if is_own_topic(t)]
    if topics:
        found[BUS] = _over_the_bus(settings, world, topics[0])
    return found


def _over_the_bus(settings: Settings, world: World, topic: str) -> Listener:
    """Programs listen there, at any hour."""
    catalogue = load_catalogue(settings.schemas_dir, topic.removesuffix(FAMILY))
    bus = OverTheBus(EventWriter(world.publisher, world.schemas, catalogue))
    receiver = Receiver(over_the_bus=True)
    return Listener(kind=BUS, sink=bus, reminder=bus, receiver=receiver)


def _quiet(text: str | None) -> QuietHours | None:
    return None if text is None else QuietHours(*quiet_hours(text))
