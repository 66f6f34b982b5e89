"""Where the log is, as the settings say it."""

from pathlib import Path

import pytest

from bus.errors import ConfigurationError
from processors.settings import Settings, load
from processors.wiring.log import log_place, log_url, open_log, retention
from processors.wiring.projecting import refuse_several

SECRET = "correct-horse"  # noqa: S105 - looked for in outputs
SERVER = f"postgresql://bus:{SECRET}@db.example:5432/log?sslmode=require"


def test_without_a_setting_it_is_in_the_data_folder(tmp_path: Path) -> None:
    """A file of SQLite."""
    settings = load(data_dir=tmp_path)
    assert log_place(settings) == str(tmp_path / "log.sqlite3")
    assert log_url(settings) == f"sqlite:///{tmp_path}/log.sqlite3"


@pytest.mark.parametrize(
    "url",
    [SERVER, f"postgresql://u:{SECRET}/@h/d", f"postgresql://h/d?password={SECRET}"],
)
def test_what_is_said_of_it_holds_no_secret(url: str) -> None:
    """Neither its place nor the settings, however they are shown."""
    settings = load(log_url=url)
    assert log_url(settings) == url
    assert SECRET not in log_place(settings)
    assert SECRET not in repr(settings)
    assert SECRET not in settings.model_dump_json()


async def test_a_log_that_is_not_there_is_not_made_by_asking(tmp_path: Path) -> None:
    """Only the projector makes it, with its folder."""
    for settings in (
        load(data_dir=tmp_path / "none"),
        load(log_url=f"sqlite:///{tmp_path}/none/log.sqlite3"),
    ):
        with pytest.raises(ConfigurationError, match="bus run projector"):
            async with open_log(settings):
                raise AssertionError
    assert not (tmp_path / "none").exists()
    async with open_log(load(data_dir=tmp_path / "new"), make=True):
        assert (tmp_path / "new" / "log.sqlite3").is_file()


async def test_a_url_of_something_else_is_refused() -> None:
    """By the name of the setting, without its value."""
    with pytest.raises(ConfigurationError, match=r"^ORDERBUS_LOG_URL: ") as refused:
        async with open_log(load(log_url=f"mysql://u:{SECRET}@h/d")):
            raise AssertionError
    assert SECRET not in str(refused.value)


def test_sqlite_takes_one_projector() -> None:
    """Several of them need a server."""
    refuse_several(load(), 1)
    refuse_several(load(log_url=SERVER), 4)
    with pytest.raises(ConfigurationError, match="PostgreSQL"):
        refuse_several(load(), 2)


def test_how_long_things_are_kept() -> None:
    """As the settings say."""
    settings: Settings = load(log_days=5, log_most_bytes=2**30)
    keep = retention(settings)
    assert (keep.days, keep.accepted_days, keep.most_bytes) == (5, 14, 2**30)
