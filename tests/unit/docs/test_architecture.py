"""What `docs/architecture.md` says of the rooms is so."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
LAYERS = TEXT[TEXT.index("## Layers") : TEXT.index("## Adding a family")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def rooms(package: str) -> list[str]:
    """The rooms of a package, as the import contract lists them, downwards."""
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    (layers,) = [c["layers"] for c in contracts if c.get("containers") == [package]]
    return [name.strip() for layer in layers for name in layer.split("|")]


@pytest.mark.parametrize("package", ["processors", "bus"])
def test_the_table_has_every_room(package: str) -> None:
    """No more and no fewer, each as the folder or file that it is."""
    named = re.findall(rf"`{package}/([a-z]+)(?:\.py)?`", LAYERS)
    assert set(named) == set(rooms(package))


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([a-z]+/[\w/.]+)", TEXT))))
def test_what_is_named_is_there(path: str) -> None:
    """Folders and files of the page exist; those of an example of its own do not."""
    if not path.startswith("schemas/returns"):
        assert (ROOT / path).exists(), path
