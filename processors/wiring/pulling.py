"""What lists and queues are pulled with, on what convert works with."""

import asyncio
import os

from bus.adapters.http.places import GuardedPlaces
from bus.delivery.subscription import Login
from bus.errors import FolderError, QueueError
from bus.intake.pulling.declared import FolderPull, QueuePull
from bus.intake.sources import Source
from bus.ports import Observer
from processors.collecting.answers import Answers, AnswersWorld
from processors.collecting.rounds import Tools
from processors.convert.engine import Converter
from processors.pulling.cursors import Cursors
from processors.pulling.keeping import Keeping
from processors.pulling.lists import Pulling
from processors.pulling.ports import Queue, ServedFolder
from processors.pulling.pulls import Channels, PullParts, Pulls, Sources
from processors.wiring.adapters import make_guard
from processors.wiring.collecting import taker_for
from processors.wiring.convert_world import ConvertWorld
from processors.wiring.sinks import extra_is_missing

_AT_ONCE = 2
"""Files that are read at the same time: each is in memory as a whole."""


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
            folder_of=lambda source: _folder(world, source),
            tools=_tools(world, observer),
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
    if (why := extra_is_missing("aiobotocore", "aws", "queues")) is not None:
        raise QueueError(why)
    # Half a second, and not needed where there is no queue.
    from bus.adapters.aws.queue import AwsQueue  # noqa: PLC0415

    key = fetch.credentials.get("access_key", "")
    secret = fetch.credentials.get("secret_key", "")
    login = Login(username=key, password=secret) if key else None
    own = world.settings.aws_own_credentials
    return AwsQueue(world.asker, pull.place, login, own=own)


def _tools(world: ConvertWorld, observer: Observer) -> Tools:
    """What takes files, as those of watched folders are."""
    parts = world.reader, world.publisher, world.topology, world.clock, observer
    turns = asyncio.Semaphore(_AT_ONCE)
    answers = Answers(
        AnswersWorld(
            reader=world.reader,
            publisher=world.publisher,
            schemas=world.schemas,
            topology=world.topology,
            clock=world.clock,
        )
    )
    return Tools(taker_for(*parts), world.clock, observer, turns, answers)


def _folder(world: ConvertWorld, source: Source) -> ServedFolder:
    """The folder of a source on its partner's server.

    Raises:
        FolderError: what it needs is not installed, or not declared.
    """
    pull, fetch = source.pull, source.fetch
    if not isinstance(pull, FolderPull) or fetch is None:
        raise FolderError(f"{source.id} declares no folder")
    if (why := extra_is_missing("asyncssh", "sftp", "folders of servers")) is not None:
        raise FolderError(why)
    # A third of a second, and not needed where there is no such folder.
    from bus.adapters.sftp import SftpFolder, SftpLogin  # noqa: PLC0415

    known = fetch.credentials
    login = SftpLogin(
        username=pull.username,
        password=known.get("password", ""),
        private_key=known.get("private_key", ""),
        passphrase=known.get("passphrase", ""),
    )
    places = GuardedPlaces(make_guard(world.settings), "https")
    return SftpFolder(places, pull.place, login)
