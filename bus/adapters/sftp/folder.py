"""A folder of a server: looked into over one connection, made anew when it is lost.

SFTP has no locks: whoever looks into it has to be the only one, and files that two took
all the same are known by their bytes.
"""

import posixpath
import stat
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import cast

import asyncssh

from bus.adapters.sftp.dialing import SftpLogin, dial
from bus.adapters.sftp.failures import FAILURES, why
from bus.errors import FolderError
from bus.intake.collecting.servers import SftpPlace
from bus.intake.collecting.whole import Seen
from bus.sending import Places

_MOST_FILES = 10_000
_MOST_OF_A_NAME = 99
_PIECE = 256 * 1024


class SftpFolder:
    """`processors.collecting.ports.Folder` on a server."""

    def __init__(self, places: Places, place: SftpPlace, login: SftpLogin) -> None:
        self._places = places
        self._place = place
        self._login = login
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    async def look(self) -> Sequence[Seen]:
        """The plain files there are, so many at most; none where there is no folder."""
        found: list[Seen] = []
        async with self.working(self._place.path) as client:
            try:
                async for entry in client.scandir(self._place.path):
                    seen = _seen(str(entry.filename), entry.attrs)
                    if seen is not None:
                        found.append(seen)
                    if len(found) >= _MOST_FILES:
                        break
            except asyncssh.SFTPNoSuchFile:
                return []
        return found

    async def hold(self, seen: Seen) -> "SftpFile | None":
        """Take hold of one; None: it is gone, or it has changed."""
        path = self.path_of(seen.name)
        now = await self.state(path, seen.name)
        return SftpFile(self, path, seen) if now == seen else None

    async def is_there(self) -> bool:
        """A source names it, so it is: what does not work says so when it is used."""
        return True

    async def put(self, where: str, name: str, content: bytes) -> None:
        """Put a file into the folder `where` of it: written, then renamed."""
        folder = self.path_of(where)
        async with self.working(folder) as client:
            await _put(client, folder, name, content)

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection, self._client = self._connection, None, None
        if connection is not None:
            connection.abort()
            with suppress(*FAILURES):
                await connection.wait_closed()

    # ------------------------------------------------ for its files

    def path_of(self, name: str) -> str:
        """The path of what is called so in it."""
        return posixpath.join(self._place.path, name)

    async def state(self, path: str, name: str) -> Seen | None:
        """How a file looks now; None: it is none."""
        async with self.working(path) as client:
            try:
                return _seen(name, await client.lstat(path))
            except asyncssh.SFTPNoSuchFile:
                return None

    @asynccontextmanager
    async def working(self, path: str) -> AsyncIterator[asyncssh.SFTPClient]:
        """The client; whatever fails ends the connection, and is a FolderError."""
        client = self._client
        if client is None:
            self._connection = await dial(self._places, self._place, self._login)
        try:
            if client is None and self._connection is not None:
                client = self._client = await self._connection.start_sftp_client(
                    path_errors="replace"
                )
            if client is None:  # for the types: it was dialled
                raise FolderError(f"{self._place.shown}: no connection")
            yield client
        except FAILURES as error:
            await self.close()
            where = f"sftp://{self._place.host}:{self._place.port}{path}"
            raise FolderError(f"{where}: {why(error)}") from None


class SftpFile:
    """A file that looks as it did."""

    def __init__(self, folder: SftpFolder, path: str, seen: Seen) -> None:
        self._folder = folder
        self._path = path
        self._seen = seen
        self.size = seen.size
        self.stamp = f"{seen.name}-{seen.size}-{seen.changed:.0f}"

    async def read(self, most: int) -> bytes | None:
        """All of it, at most so many bytes; None: it has changed meanwhile."""
        content = bytearray()
        async with (
            self._folder.working(self._path) as client,
            client.open(self._path, "rb") as file,
        ):
            while len(content) < most:
                some = await file.read(min(_PIECE, most - len(content)))
                if not some:
                    break
                content += cast("bytes", some)  # its types know texts only
        now = await self._folder.state(self._path, self._seen.name)
        return bytes(content) if now == self._seen else None

    async def put_away(self, where: str, verdict: bytes) -> str:
        """Move it to the folder `where` beside it, its verdict beside it."""
        folder = self._folder.path_of(where)
        async with self._folder.working(folder) as client:
            await client.makedirs(folder, exist_ok=True)
            name = await _free_name(client, folder, self._seen.name)
            await _put(client, folder, f"{name}.verdict.json", verdict)
            await client.rename(self._path, posixpath.join(folder, name))
        return name

    async def let_go(self) -> None:
        """Nothing holds it."""


async def _put(
    client: asyncssh.SFTPClient, folder: str, name: str, content: bytes
) -> None:
    await client.makedirs(folder, exist_ok=True)
    half, path = (posixpath.join(folder, one) for one in (f".{name}.part", name))
    async with client.open(half, "wb") as file:
        await file.write(content)
    if await client.exists(path):  # the rename of SFTP 3 takes nobody's place
        await client.remove(path)
    await client.rename(half, path)


async def _free_name(client: asyncssh.SFTPClient, folder: str, name: str) -> str:
    """This name, with a number where there is one such file already."""
    stem, dot, end = name.partition(".")
    for number in range(1, _MOST_OF_A_NAME):
        tried = name if number == 1 else f"{stem}-{number}{dot}{end}"
        if not await client.exists(posixpath.join(folder, tried)):
            return tried
    raise FolderError(f"{folder} has {_MOST_OF_A_NAME} files called {name}")


def _seen(name: str, about: asyncssh.SFTPAttrs) -> Seen | None:
    """A file as it looks; None: it is no plain one."""
    kind = stat.S_IFMT(about.permissions or stat.S_IFREG)
    if kind != stat.S_IFREG or about.size is None:
        return None
    return Seen(name, about.size, float(about.mtime or 0))
