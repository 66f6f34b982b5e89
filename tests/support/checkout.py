"""A git checkout with schemas, and `bus schemas` run on it."""

import json
import subprocess
from pathlib import Path

from typer.testing import CliRunner, Result

from processors.cli.schemas import app

COMMON: list[dict[str, object]] = [
    {"name": "order_id", "type": "string"},
    {"name": "status", "type": "oms.common.v1.Status"},
    {
        "name": "occurred_at",
        "type": {"type": "long", "logicalType": "timestamp-micros"},
    },
    {"name": "order_version", "type": "long"},
    {"name": "channel", "type": "string"},
    {"name": "account_id", "type": "string"},
    {"name": "metadata", "type": {"type": "map", "values": "string"}},
]


STATUS = {
    "type": "enum",
    "name": "Status",
    "namespace": "oms.common.v1",
    "symbols": ["new", "old"],
    "doc": "d",
}


def schema(*extra: object, name: str = "PingSent", event: str = "ping.sent") -> str:
    """A schema that keeps all rules, with extra fields."""
    fields = [
        field | {"doc": "d"} | ({"type": STATUS} if field["name"] == "status" else {})
        for field in COMMON
    ]
    definition = {
        "type": "record",
        "name": name,
        "namespace": "oms.ping.v1",
        "event_type": event,
        "doc": "d",
        "fields": [*fields, *extra],
    }
    return json.dumps(definition)


def field(kind: object, **attributes: object) -> dict[str, object]:
    """A field `size`."""
    return {"name": "size", "type": kind, "doc": "d"} | attributes


class Checkout:
    """A git checkout with a folder of schemas."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "contracts"
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> None:
        """Run git in it, as nobody in particular."""
        identity = ("-c", "user.name=n", "-c", "user.email=n@example.com")
        command = ["git", "-C", str(self.root), *identity, *arguments]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - fixed

    def write(self, text: str, path: str = "ping/PingSent.avsc") -> None:
        """Write a schema file."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def commit(self, text: str, path: str = "ping/PingSent.avsc") -> None:
        """Write a schema file and commit it."""
        self.write(text, path)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Change")

    def check(self, *arguments: str) -> Result:
        """Run `bus schemas check` on the folder."""
        return run("check", str(self.folder), *arguments)


def run(*arguments: str) -> Result:
    """Run `bus schemas`."""
    return CliRunner().invoke(app, arguments)
