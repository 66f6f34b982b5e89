"""The rooms in pyproject.toml leave nothing out."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_room_but_four_is_held_to_be_pure() -> None:
    """Only adapters, client and api may do I/O, read a clock or start a task.

    And the laws of sinks, which are tests: a stranger of theirs has to listen.
    """
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (decisions,) = [
        contract
        for contract in config["tool"]["importlinter"]["contracts"]
        if contract["name"] == "Decisions touch nothing outside"
    ]
    rooms = {f"bus.{file.stem}" for file in (ROOT / "bus").glob("*.py")}
    rooms |= {
        f"bus.{file.parent.name}" for file in (ROOT / "bus").glob("*/__init__.py")
    }
    doing_io = {"bus.__init__", "bus.adapters", "bus.api", "bus.client", "bus.laws"}
    assert set(decisions["source_modules"]) == rooms - doing_io
