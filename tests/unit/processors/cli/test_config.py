"""`bus config`, from the outside: here, and of a gateway over the HTTP API."""

import json
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner, Result

from processors.cli.main import app
from tests.support.gateway import serving
from tests.support.worlds import Worlds
from tests.unit.processors.cli.test_over_api import Shell

SECRET = "correct-horse-battery"  # noqa: S105 - looked for in outputs


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORDERBUS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ORDERBUS_BOOTSTRAP_SERVERS", raising=False)


def run(*words: str, code: int = 0) -> Result:
    """Run it as a user does; no Kafka is there."""
    done = CliRunner().invoke(app, words)
    assert done.exit_code == code, done.output
    return done


def rows(*words: str) -> dict[str, dict[str, object]]:
    """The settings that it shows, by name."""
    found = json.loads(run("config", *words, "--json").stdout)
    return {str(row["name"]): row for row in cast("list[dict[str, object]]", found)}


def test_shows_what_is_so_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a Kafka; a secret is set, that is all; words narrow it."""
    monkeypatch.setenv("ORDERBUS_LOG_URL", f"postgresql://u:{SECRET}@h/d")
    monkeypatch.setenv("ORDERBUS_DRAIN_S", "7.5")
    assert {"log_url", "drain_s", "data_dir"} <= set(rows("--changed"))
    assert rows("--changed")["drain_s"]["value"] == "7.5"
    assert set(rows("BREAKER", "probes")) == {"breaker_probe_successes"}
    shown = run("config", "--changed").stdout
    assert "ORDERBUS_LOG_URL\tset\tenvironment" in shown
    assert SECRET not in shown + run("config", "--json").stdout
    assert "No setting fits" in run("config", "nothing-such").stdout


def test_an_option_is_said_by_itself() -> None:
    """The global options count, as they do for any command."""
    done = CliRunner().invoke(
        app, ["--registry-url", "http://r", "config", "registry_url", "--json"]
    )
    (row,) = json.loads(done.stdout)
    assert (row["value"], row["origin"]) == ("http://r", "option")
    assert row["place"] == "--registry-url"


def test_what_is_wrong_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As by every command: nothing is in force then."""
    monkeypatch.setenv("ORDERBUS_DRAIN_S", "soon")
    assert "ORDERBUS_DRAIN_S" in run("config", code=2).stderr


async def test_asks_the_gateway(worlds: Worlds) -> None:
    """The same of the process that answers; operators only."""
    async with serving(worlds) as client:
        bus = Shell(client)
        found = cast("list[dict[str, object]]", await bus.json("config", "--changed"))
        said = {row["name"]: (row["value"], row["origin"]) for row in found}
        assert said == {
            "drain_s": ("7", "environment"),
            "watch_heartbeat_url": ("set", "file"),
        }
        refused = await Shell(client, "support")("config", code=1)
        assert "settings:read" in refused.stderr
