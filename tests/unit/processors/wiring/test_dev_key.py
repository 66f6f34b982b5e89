"""The operator's key of a `bus dev`."""

import os
import stat
from pathlib import Path

import pytest

from bus.access.roles import Role
from bus.errors import ConfigurationError
from processors.access.authenticating import authenticate
from processors.wiring.dev_key import TOKEN_FILE, operator_key
from tests.support.access import SERVER, open_access
from tests.support.worlds import Worlds


async def test_it_is_made_once_and_kept(worlds: Worlds, tmp_path: Path) -> None:
    """Only its owner can read the file; later starts show where it is."""
    async with open_access(worlds) as one:
        made = await operator_key(one.world, tmp_path)
        assert made.new is not None
        assert made.path.read_text() == f"{made.new}\n"
        assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
        who = authenticate(one.table, SERVER, made.new, worlds.clock.now())
        assert who.role is Role.OPERATOR
        assert os.listdir(tmp_path) == [TOKEN_FILE]  # noqa: PTH208 - no Path in a coroutine
    async with open_access(worlds, 2) as two:
        again = await operator_key(two.world, tmp_path)
        assert again == (made.path, None)


async def test_a_file_that_opens_nothing_is_replaced(
    worlds: Worlds, tmp_path: Path
) -> None:
    """Kafka's data were removed, the key was revoked, somebody wrote into it."""
    (tmp_path / TOKEN_FILE).write_bytes(b"\xff" * 1_000)
    async with open_access(worlds) as one:
        first = await operator_key(one.world, tmp_path)
        assert first.new is not None
        await one.writer.revoke(one.table.all()[0].id)
        second = await operator_key(one.world, tmp_path)
        assert second.new not in {None, first.new}


async def test_a_folder_that_takes_no_file_is_said(
    worlds: Worlds, tmp_path: Path
) -> None:
    """With its name."""
    async with open_access(worlds) as one:
        with pytest.raises(ConfigurationError, match=TOKEN_FILE):
            await operator_key(one.world, tmp_path / "gone")
