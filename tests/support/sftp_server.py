"""A real SFTP server, over a folder of the test's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

USER, PASSWORD = "orderbus", "s3cret"
PATH = "/in"


@dataclass
class Server:
    """Where it is, what it shows, and who it lets in."""

    port: int
    host_key: str
    client_key: str
    root: Path

    @property
    def folder(self) -> Path:
        """What its clients see as `/in`."""
        return self.root / "in"


class _Login(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:  # noqa: ARG002 - as asyncssh has it
        """Everybody has to sign in."""
        return True

    def password_auth_supported(self) -> bool:
        """By password."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """One of them is right."""
        return (username, password) == (USER, PASSWORD)


@asynccontextmanager
async def sftp_server(root: Path) -> AsyncIterator[Server]:
    """Serve a folder on loopback; it takes a password, or a key."""
    host, client = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    allowed = asyncssh.import_authorized_keys(client.export_public_key().decode())

    def files(channel: asyncssh.SSHServerChannel) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(root).encode())

    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=_Login,
        server_host_keys=[host],
        authorized_client_keys=allowed,
        sftp_factory=files,
    )
    try:
        shown = " ".join(host.export_public_key().decode().split()[:2])
        key = client.export_private_key().decode()
        (root / "in").mkdir(parents=True, exist_ok=True)
        yield Server(server.get_port(), shown, key, root)
    finally:
        server.close()
        await server.wait_closed()
