"""The operator's key of a `bus dev`: made at its first start, kept beside its data."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple

from bus.access.roles import Role
from bus.errors import ConfigurationError, NotAuthenticatedError
from processors.access.authenticating import authenticate
from processors.access.world import KeysWorld
from processors.access.writer import Wish

TOKEN_FILE = "operator.token"  # noqa: S105 - its name, not a token
_LONGEST = 200


class DevKey(NamedTuple):
    """Where the token is; `new` is itself, the one time that it was just made."""

    path: Path
    new: str | None


async def operator_key(world: KeysWorld, folder: Path) -> DevKey:
    """The operator's key of this folder; a new one where its file holds none that is.

    Raises:
        ConfigurationError: the file cannot be read or written.
        OrderbusError: the key cannot be made.
    """
    await world.table.ready()
    path = folder / TOKEN_FILE
    try:
        if _is_valid(world, path):
            return DevKey(path, None)
        key = await world.writer.create(Wish(Role.OPERATOR, description="bus dev"))
        _write(path, key.token)
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror or error}") from None
    return DevKey(path, key.token)


def _is_valid(world: KeysWorld, path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        token = file.read(_LONGEST).decode(errors="replace").strip()
    try:
        authenticate(world.table, world.server_keys, token, world.clock.now())
    except NotAuthenticatedError:
        return False
    return True


def _write(path: Path, token: str) -> None:
    # A temporary file has mode 0600 from its first byte.
    with NamedTemporaryFile(
        dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        file.write(f"{token}\n".encode())
    os.replace(file.name, path)  # noqa: PTH105 - of a name
