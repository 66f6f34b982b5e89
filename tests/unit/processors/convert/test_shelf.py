"""Channels take effect when their files change; no faulty one replaces a good one."""

import asyncio
from pathlib import Path

import pytest

from bus.adapters.memory import MemoryClock, MemoryObserver
from bus.client.channels import FolderChannels
from processors.convert.shelf import Shelf
from processors.telemetry import convert_names as names
from tests.support.channels import CATALOGUE, DEFINITION, MAPPING


class Stand:
    """A folder of channels, looked at."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / "shop"
        self.place.mkdir()
        self.clock, self.observer = MemoryClock(), MemoryObserver()
        self.write(MAPPING)
        (self.place / "channel.yaml").write_text(DEFINITION)
        folder_of = FolderChannels(folder, CATALOGUE)
        self.shelf = Shelf(folder_of, lambda: {"shop"}, self.clock, self.observer)

    def write(self, mapping: str) -> None:
        """Write a mapping; its length differs, so that nobody needs a clock."""
        (self.place / "mapping.yaml").write_text(mapping)

    def noted(self, name: str) -> list[dict[str, object]]:
        """What was said."""
        return [fields for noted, fields in self.observer.notes if noted == name]


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """A folder with a channel that works."""
    return Stand(tmp_path)


def test_a_changed_mapping_is_used_from_the_next_look_on(stand: Stand) -> None:
    """Without a restart, under another version."""
    before = stand.shelf.get("shop")
    stand.write(MAPPING + "  note: note\n")
    assert stand.shelf.get("shop") is before
    stand.shelf.look()
    after = stand.shelf.get("shop")
    assert before is not None
    assert after is not None
    assert before.version != after.version
    versions = [note["version"] for note in stand.noted(names.CHANNEL_LOADED)]
    assert versions == [before.version, after.version]


def test_a_faulty_mapping_keeps_the_version_before(stand: Stand) -> None:
    """It is said once, with file and line, until it is mended."""
    before = stand.shelf.get("shop")
    stand.write(MAPPING + "  nobody.knows: this\n")
    for _ in range(3):
        stand.shelf.look()
    assert stand.shelf.get("shop") is before
    assert "mapping.yaml:3" in str(stand.shelf.said())
    (note,) = stand.noted(names.CHANNEL_FAULTY)
    assert before is not None
    assert note["in_use"] == before.version
    assert stand.observer.read(names.FAULTY) == {"shop": 1}
    stand.write(MAPPING)
    stand.shelf.look()
    assert stand.shelf.said() is None
    assert stand.observer.read(names.FAULTY) == {}


def test_a_channel_that_is_not_there_may_come(stand: Stand) -> None:
    """Whoever needs it asks again."""
    assert stand.shelf.get("other") is None
    assert "other" in str(stand.shelf.said())


async def test_it_looks_by_itself(stand: Stand) -> None:
    """Every two seconds."""
    before = stand.shelf.get("shop")
    task = asyncio.create_task(stand.shelf.run())
    stand.write(MAPPING + "  note: note\n")
    await stand.clock.advance(2.1)
    assert stand.shelf.get("shop") is not before
    task.cancel()
