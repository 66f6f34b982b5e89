"""What lists and queues are pulled with, on what convert works with."""

import os

from bus.delivery.subscription import Login
from bus.errors import QueueError
from bus.intake.pulling.declared import QueuePull
from bus.intake.sources import Source
from bus.ports import Observer
from processors.convert.engine import Converter
from processors.pulling.cursors import Cursors
from processors.pulling.keeping import Keeping
from processors.pulling.lists import Pulling
from processors.pulling.ports import Queue
from processors.pulling.pulls import Channels, PullParts, Pulls, Sources
from processors.wiring.convert_world import ConvertWorld
from processors.wiring.sinks import aws_is_missing


def make_pulls(
    world: ConvertWorld,
    converter: Converter,
    sources: Sources,
    channels: Channels,
    observer: Observer,
) -> Pulls:
    """Make what reads them; its process is one of convert's."""
    clock, publisher, topology = world.clock, world.publisher, world.topology
    keeping = Keeping(
        publisher=publisher,
        topology=topology,
        clock=clock,
        observer=observer,
        random_bytes=os.urandom,
    )
    cursors = Cursors(world.reader, publisher, clock, topology.collected)
    return Pulls(
        PullParts(
            sources=sources,
            channels=channels,
            pulling=Pulling(converter.asking, cursors, keeping, clock),
            queue_of=lambda source: _queue(world, source),
            clock=clock,
            observer=observer,
            reads=converter.reads,
        )
    )


def _queue(world: ConvertWorld, source: Source) -> Queue:
    """The queue of a source.

    Raises:
        QueueError: what it needs is not installed, or not declared.
    """
    pull, fetch = source.pull, source.fetch
    if not isinstance(pull, QueuePull) or fetch is None:
        raise QueueError(f"{source.id} declares no queue")
    if (why := aws_is_missing("queues")) is not None:
        raise QueueError(why)
    # Half a second, and not needed where there is no queue.
    from bus.adapters.aws.queue import AwsQueue  # noqa: PLC0415

    key = fetch.credentials.get("access_key", "")
    secret = fetch.credentials.get("secret_key", "")
    login = Login(username=key, password=secret) if key else None
    own = world.settings.aws_own_credentials
    return AwsQueue(world.asker, pull.place, login, own=own)
