"""What a folder of files promises, on this machine and on a server by SFTP."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from bus.adapters.folder import LocalFolder
from bus.adapters.http.guard import Guard
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.sftp import SftpFolder, SftpLogin
from bus.errors import FolderError
from bus.intake.collecting.servers import SftpPlace
from bus.intake.collecting.whole import Seen
from processors.collecting.ports import Folder, Held
from tests.support.sftp_server import PASSWORD, PATH, USER, Server, sftp_server

LOOPBACK = Guard(allow=["127.0.0.0/8"])


@dataclass
class Place:
    """A folder, and where its files really are."""

    folder: Folder
    path: Path

    async def only(self) -> Seen:
        """The one file there is."""
        (seen,) = await self.folder.look()
        return seen

    async def held(self) -> Held:
        """That one, in hand."""
        held = await self.folder.hold(await self.only())
        assert held is not None
        return held


def by_sftp(server: Server, guard: Guard = LOOPBACK, **fields: str) -> SftpFolder:
    """The server's folder."""
    login = {"username": USER, "password": PASSWORD, **fields}
    key = login.pop("host_key", server.host_key)
    place = SftpPlace("127.0.0.1", server.port, PATH, (key,))
    return SftpFolder(GuardedPlaces(guard, "https"), place, SftpLogin(**login))


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A server."""
    async with sftp_server(tmp_path / "served") as made:
        yield made


@pytest.fixture(params=["local", "sftp"])
async def place(request: pytest.FixtureRequest, server: Server) -> AsyncIterator[Place]:
    """An empty folder."""
    if request.param == "local":
        yield Place(LocalFolder(server.folder), server.folder)
        return
    folder = by_sftp(server)
    yield Place(folder, server.folder)
    await folder.close()


async def test_files_are_listed(place: Place) -> None:
    """With size and time; folders and links are not."""
    (place.path / "a.edi").write_bytes(b"12345")
    (place.path / "done").mkdir()
    (place.path / "link.edi").symlink_to(place.path / "a.edi")
    seen = await place.only()
    assert (seen.name, seen.size) == ("a.edi", 5)
    assert abs(seen.changed - (place.path / "a.edi").stat().st_mtime) <= 1


async def test_nobody_made_the_folder_yet(place: Place) -> None:
    """Then it has no files."""
    place.path.rmdir()
    assert await place.folder.look() == []


async def test_a_file_is_read_whole(place: Place) -> None:
    """Byte for byte, whatever it is called; or as much as is asked for."""
    content = os.urandom(700_000)
    (place.path / "Bestellung für Zoë.edi").write_bytes(content)
    held = await place.held()
    assert held.size == len(content)
    assert await held.read(1_000_000) == content
    assert await held.read(10) == content[:10]
    await held.let_go()


async def test_it_is_put_away_with_its_verdict(place: Place) -> None:
    """By another name where there is one of that name."""
    for _ in range(2):
        (place.path / "a.edi").write_bytes(b"1")
        await (await place.held()).put_away("done", b"{}")
    names = sorted(one.name for one in (place.path / "done").iterdir())
    verdicts = ["a-2.edi.verdict.json", "a.edi.verdict.json"]
    assert names == sorted(["a.edi", "a-2.edi", *verdicts])
    assert await place.folder.look() == []


async def test_one_that_changed_is_let_alone(place: Place) -> None:
    """Before it is held, or while it is."""
    (place.path / "a.edi").write_bytes(b"1")
    seen = await place.only()
    (place.path / "a.edi").write_bytes(b"12")
    assert await place.folder.hold(seen) is None
    held = await place.held()
    (place.path / "a.edi").write_bytes(b"123")
    assert await held.read(10) is None
    await held.let_go()
    (place.path / "a.edi").unlink()
    assert await place.folder.hold(seen) is None


async def test_what_is_put_there_is_whole_at_once(place: Place) -> None:
    """In the place of what is there."""
    for content in (b"first", b"second"):
        await place.folder.put("out", "a.997.edi", content)
    assert [one.name for one in (place.path / "out").iterdir()] == ["a.997.edi"]
    assert (place.path / "out" / "a.997.edi").read_bytes() == b"second"


# ------------------------------------------------ of servers alone


async def test_a_key_signs_in_too(server: Server) -> None:
    """In OpenSSH's form."""
    folder = by_sftp(server, password="", private_key=server.client_key)
    assert await folder.look() == []
    await folder.close()


async def test_another_server_is_not_talked_to(server: Server) -> None:
    """Its key is pinned; nothing is sent to it, no password least of all."""
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    folder = by_sftp(server, host_key=" ".join(other.split()[:2]))
    with pytest.raises(FolderError, match="its key is not the one"):
        await folder.look()


async def test_who_is_not_let_in(server: Server) -> None:
    """And the password is not repeated."""
    folder = by_sftp(server, password="wrong-one")  # noqa: S106 - it is none
    with pytest.raises(FolderError, match="does not let us in") as caught:
        await folder.look()
    assert "wrong-one" not in str(caught.value)


async def test_an_unreadable_key(server: Server) -> None:
    """As somebody has pasted it."""
    with pytest.raises(FolderError, match="private key cannot be read"):
        await by_sftp(server, password="", private_key="nonsense").look()


async def test_only_where_the_guard_lets_us(server: Server) -> None:
    """As with everything that is called."""
    with pytest.raises(FolderError, match="loopback"):
        await by_sftp(server, Guard()).look()


async def test_a_lost_connection_is_made_anew(server: Server) -> None:
    """The look that loses it fails, the next one does not."""
    folder = by_sftp(server)
    await folder.look()
    connection = folder._connection  # noqa: SLF001 - cut from outside
    assert connection is not None
    connection.abort()
    await connection.wait_closed()
    with pytest.raises(FolderError):
        await folder.look()
    (server.folder / "a.edi").write_bytes(b"1")
    assert len(await asyncio.wait_for(folder.look(), 30)) == 1
    await folder.close()
