"""Folders of servers: a source's files are taken while it is this process's."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Never

import pytest

from bus.adapters.folder import LocalFolder
from bus.adapters.memory import MemoryLogReader, MemoryPublisher, settle
from bus.errors import FolderError
from bus.intake.raw import Raw, read_raw
from bus.intake.sources import Source
from processors.pulling.cursors import Cursors
from processors.pulling.keeping import Keeping
from processors.pulling.lists import Pulling
from processors.pulling.pulls import PullParts, Pulls
from tests.support.converting import World
from tests.support.pulling import file_tools

HOST_KEY = "ssh-ed25519 " + "A" * 60
PULL = {
    "kind": "sftp",
    "url": "sftp://files.example/in",
    "username": "me",
    "host_keys": [HOST_KEY],
    "settle_s": 0,
}


def _none(source: Source) -> Never:
    raise AssertionError(source.id)


class Served(LocalFolder):
    """A folder that stands for a server's."""

    closed = False

    async def close(self) -> None:
        """Say that nobody needs it."""
        self.closed = True


class Stand:
    """A source with a folder; a real one stands for the server's."""

    def __init__(self, folder: Path) -> None:
        self.world = World()
        self.folder = folder
        self.trouble = ""
        self.served = Served(folder)
        self.world.add("own", pull=PULL, file_headers={"x-kind": "orders"})

    def folder_of(self, source: Source) -> "Served":
        """The folder of a source."""
        assert source.id == "own"
        if self.trouble:
            raise FolderError(self.trouble)
        self.served = Served(self.folder)
        return self.served

    def pulls(self) -> Pulls:
        """What pulls."""
        world = self.world
        publisher = MemoryPublisher(world.broker)
        keeping = Keeping(
            publisher=publisher,
            topology=world.topology,
            clock=world.clock,
            observer=world.observer,
            random_bytes=bytes,
        )
        reader = MemoryLogReader(world.broker)
        cursors = Cursors(reader, publisher, world.clock, world.topology.collected)
        asking = world.converter().asking
        return Pulls(
            PullParts(
                sources=world,
                channels=world.channels,
                pulling=Pulling(asking, cursors, keeping, world.clock),
                queue_of=_none,
                folder_of=self.folder_of,
                tools=file_tools(world),
                clock=world.clock,
                observer=world.observer,
                reads=lambda _: True,
            )
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Pulls]:
        """Pull."""
        pulls = self.pulls()
        task = asyncio.create_task(pulls.run())
        try:
            yield pulls
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until_put_away(self, name: str) -> None:
        """Go on until a file is put away; files are moved in threads."""
        while not list(self.folder.glob(f"*/{name}")):
            await self.world.clock.advance(1)
            await settle()

    def kept(self) -> list[Raw]:
        """What stands in the raw topic."""
        topic = self.world.topology.raw_topic("own")
        return [read_raw(record) for record in self.world.records(topic)]


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """A source whose folder is empty."""
    return Stand(tmp_path)


async def test_files_are_taken(stand: Stand) -> None:
    """With the source's headers, unpacked, put away; the same again is a repeat."""
    body = b'{"items": []}'
    (stand.folder / "a.json.gz").write_bytes(gzip.compress(body))
    async with stand.running():
        await stand.until_put_away("a.json.gz")
        (stand.folder / "b.json").write_bytes(body)
        await stand.until_put_away("b.json")
    assert stand.served.closed
    (raw,) = stand.kept()
    assert raw.submission.body == body
    assert raw.submission.via == "file"
    assert raw.submission.headers == {"x-kind": "orders"}
    verdict = (stand.folder / "done" / "b.json.verdict.json").read_text()
    assert '"repeat"' in verdict


async def test_what_is_packed_has_the_same_bound(stand: Stand) -> None:
    """A small file that holds too much, or one that breaks off, is refused."""
    stand.world.add("own", pull=PULL, max_body=1_000)
    (stand.folder / "a.gz").write_bytes(gzip.compress(bytes(2_000)))
    (stand.folder / "b.gz").write_bytes(gzip.compress(b"x")[:-4])
    async with stand.running():
        await stand.until_put_away("a.gz")
        await stand.until_put_away("b.gz")
    failed = stand.folder / "failed"
    assert "too large" in (failed / "a.gz.verdict.json").read_text()
    assert "breaks off" in (failed / "b.gz.verdict.json").read_text()
    assert stand.kept() == []


async def test_a_server_that_is_away_is_told(stand: Stand) -> None:
    """And asked again."""
    stand.trouble = "sftp://files.example:22/in: cannot be reached"
    (stand.folder / "a.json").write_bytes(b"{}")
    async with stand.running() as pulls:
        await stand.world.clock.advance(2)
        assert pulls.trouble() == f"own: {stand.trouble}"
        stand.trouble = ""
        await stand.until_put_away("a.json")
    assert len(stand.kept()) == 1
