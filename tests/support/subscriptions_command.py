"""Runs `bus subscriptions` in a world in memory."""

import json

from typer.testing import CliRunner, Result

from processors.cli.subscriptions import app
from tests.support.worlds import Worlds

ADD = ("add", "acme", "https://acme.example/in?token=hush", "-t", "order.*")


def bus(worlds: Worlds, *args: str, stdin: str | None = None) -> Result:
    """Run a command; it must not fail in any way but on purpose."""
    result = CliRunner().invoke(app, args, obj=worlds.open, input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def good(worlds: Worlds, *args: str, stdin: str | None = None) -> str:
    """Run a command that succeeds; return what it printed."""
    result = bus(worlds, *args, stdin=stdin)
    assert result.exit_code == 0, result.output
    return result.stdout


def as_json(worlds: Worlds, *args: str, stdin: str | None = None) -> dict[str, object]:
    """Run a command with --json; return the document."""
    document: dict[str, object] = json.loads(good(worlds, *args, "--json", stdin=stdin))
    return document
