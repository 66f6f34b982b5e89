"""The log as the gateway asks it."""

from pathlib import Path

import pytest

from bus.errors import ConfigurationError
from processors.settings import load
from processors.wiring.asking import AskedLog
from processors.wiring.log import log_is_there, open_log


async def test_a_log_that_comes_later_is_found(tmp_path: Path) -> None:
    """The gateway runs without one, makes none, and asks the projector's once made."""
    settings = load(data_dir=tmp_path)
    async with AskedLog(settings) as ask:
        assert await ask() is None
        assert not log_is_there(settings)
        async with open_log(settings, make=True) as made:
            await made.prepare(0)
        log = await ask()
        assert log is not None
        assert await log.read_to_us() is None
        assert await ask() is log


async def test_a_log_without_tables_is_none_to_ask(tmp_path: Path) -> None:
    """It says so as a matter of its setup, not as a bug."""
    (tmp_path / "log.sqlite3").touch()
    async with AskedLog(load(data_dir=tmp_path)) as ask:
        log = await ask()
        assert log is not None
        with pytest.raises(ConfigurationError, match="projector makes them"):
            await log.read_to_us()


async def test_a_setting_that_cannot_be_used_is_said_at_the_start() -> None:
    """Before the gateway serves."""
    with pytest.raises(ConfigurationError, match=r"^ORDERBUS_LOG_URL: "):
        async with AskedLog(load(log_url="mysql://u:p@h/d")):
            raise AssertionError
