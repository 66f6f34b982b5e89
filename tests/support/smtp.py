"""A relay that takes mail on loopback, as little of one as a client needs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message


@dataclass
class Relay:
    """What it took; `refused` answers some addresses with a status.

    `named` are the addresses of each letter's envelope, `raw` its bytes.
    """

    port: int = 0
    letters: list[Message] = field(default_factory=list)
    named: list[tuple[str, ...]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    logins: list[str] = field(default_factory=list)
    talks: list["asyncio.Task[object]"] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"smtp://127.0.0.1:{self.port}"

    async def talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One client, until it goes."""
        if (task := asyncio.current_task()) is not None:
            self.talks.append(task)
        writer.write(b"220 relay\r\n")
        named: list[str] = []
        while line := await reader.readline():
            said = line.decode().strip()
            writer.write(self._answered(said))
            await writer.drain()
            if said.upper().startswith("RCPT"):
                named.append(_address(said))
            if said.upper() == "DATA":
                self._take(named, await reader.readuntil(b"\r\n.\r\n"))
                named = []
                writer.write(b"250 taken\r\n")
            if said.upper() == "QUIT":
                break
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def _take(self, named: list[str], text: bytes) -> None:
        whole = text[:-5].replace(b"\r\n..", b"\r\n.")
        self.named.append(tuple(named))
        self.raw.append(whole)
        self.letters.append(message_from_bytes(whole))

    def _answered(self, said: str) -> bytes:
        word, _, rest = said.partition(" ")
        if word.upper() == "EHLO":
            return b"250-relay\r\n250 AUTH PLAIN\r\n"
        if word.upper() == "AUTH":
            self.logins.append(rest)
            good = rest.endswith("AHVzZXIAcGFzcw==")  # user, pass
            return b"235 good\r\n" if good else b"535 no\r\n"
        if word.upper() == "RCPT":
            address = _address(rest)
            status = self.refused.get(address, 250)
            return f"{status} {address}\r\n".encode()
        plain = {"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}
        return plain.get(word.upper(), b"250 good\r\n")


def _address(said: str) -> str:
    return said.partition("<")[2].rpartition(">")[0]


@asynccontextmanager
async def relaying() -> AsyncIterator[Relay]:
    """Serve one."""
    relay = Relay()
    server = await asyncio.start_server(relay.talk, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        await asyncio.gather(*relay.talks)
