"""A connection to a server: where the guard lets us, with the key that is declared."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncssh

from bus.adapters.sftp.failures import FAILURES, why
from bus.errors import FolderError
from bus.intake.collecting.servers import SftpPlace
from bus.sending import NoAnswer, Places

_WITHIN_S = 20.0
_KEEPALIVE_S = 15.0


@dataclass(frozen=True, slots=True)
class SftpLogin:
    """How to sign in: by a password, or a private key (OpenSSH's form)."""

    username: str
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)


async def dial(
    places: Places, place: SftpPlace, login: SftpLogin
) -> asyncssh.SSHClientConnection:
    """Connect to the first address that answers.

    Raises:
        FolderError: it cannot be reached, is another, or does not let us in.
    """
    addresses = await places.admitted(place.host, place.port, plain=False)
    if isinstance(addresses, NoAnswer):
        raise FolderError(f"{place.shown}: {addresses.detail or addresses.kind}")
    failed: Exception | None = None
    for address in addresses:
        try:
            async with asyncio.timeout(_WITHIN_S):
                return await _connect(address, place, login)
        except (asyncssh.HostKeyNotVerifiable, asyncssh.PermissionDenied) as error:
            failed = error
            break  # its other addresses are the same server
        except FAILURES as error:
            failed = error
    text = "has no address" if failed is None else why(failed)
    raise FolderError(f"{place.shown}: {text}") from None


async def _connect(
    address: str, place: SftpPlace, login: SftpLogin
) -> asyncssh.SSHClientConnection:
    """Nothing of this machine's user counts: no configuration, agent or key of his."""
    return await asyncssh.connect(
        address,
        place.port,
        username=login.username,
        password=login.password or None,
        client_keys=_keys(login),
        known_hosts=(_trusted(place.host_keys), [], []),
        config=[],
        agent_path=None,
        gss_host=None,
        login_timeout=_WITHIN_S,
        keepalive_interval=_KEEPALIVE_S,
    )


def _keys(login: SftpLogin) -> Sequence[asyncssh.SSHKey]:
    if not login.private_key:
        return ()
    return [asyncssh.import_private_key(login.private_key, login.passphrase or None)]


def _trusted(lines: Sequence[str]) -> list[asyncssh.SSHKey]:
    return [asyncssh.import_public_key(line) for line in lines]
