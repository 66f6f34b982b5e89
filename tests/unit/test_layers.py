"""The layers in pyproject.toml leave nothing out."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_file_directly_in_bus_is_held_to_be_pure() -> None:
    """Whoever adds one there promises: no I/O, no clock, no tasks."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (decisions,) = [
        contract
        for contract in config["tool"]["importlinter"]["contracts"]
        if contract["name"] == "Decisions touch nothing outside"
    ]
    files = {f"bus.{file.stem}" for file in (ROOT / "bus").glob("*.py")}
    assert set(decisions["source_modules"]) == files - {"bus.__init__"}
