"""Sources become what a file says: the plan first, then its steps."""

from pathlib import Path

import pytest

from bus.errors import ConfigurationError, InvalidSourceError
from processors.sources.applying import Action, Step, apply, plan
from processors.sources.document import read_drafts
from processors.sources.steps import Taken
from processors.sources.world import SourcesWorld
from tests.support.sources import added, open_sources
from tests.support.worlds import Worlds

FILE = """\
sources:
  - {id: shop-eu, channel: shopify, title: EU, secret_file: eu.secret}
  - {id: edi, channel: x12, max_body: 1MiB, settings: {zone: Europe/Berlin}}
"""


async def run(
    world: SourcesWorld, text: str, folder: Path, *, prune: bool = False
) -> list[Step]:
    """Plan and apply; return the plan."""
    await world.table.ready()
    steps = plan(world, read_drafts(text, folder), prune=prune)
    await apply(world, steps)
    return list(steps)


async def test_a_file_is_applied_twice(worlds: Worlds, tmp_path: Path) -> None:
    """The second time nothing is to be done."""
    (tmp_path / "eu.secret").write_text("their-secret\n")
    done: list[tuple[Step, Taken | None]] = []
    async with open_sources(worlds) as world:
        await world.table.ready()
        steps = plan(world, read_drafts(FILE, tmp_path))
        assert [(one.action, one.id) for one in steps] == [
            (Action.CREATE, "shop-eu"),
            (Action.CREATE, "edi"),
        ]
        assert world.table.all() == []  # a plan changes nothing
        await apply(world, steps, lambda step, taken: done.append((step, taken)))
        told = [taken for _, taken in done if taken is not None]
        assert told[0].secret is None  # who wrote the file has it
        assert told[1].path_secret
        again = await run(world, FILE, tmp_path)
        assert {one.action for one in again} == {Action.KEEP}


async def test_what_differs_is_said_and_changed(worlds: Worlds, tmp_path: Path) -> None:
    """Field by field; what is left out goes back to its default."""
    (tmp_path / "eu.secret").write_text("their-secret")
    async with open_sources(worlds) as world:
        await run(world, FILE, tmp_path)
        (tmp_path / "eu.secret").write_text("their-next-secret")
        text = FILE.replace("title: EU", "rate: 20").replace("zone: Europe/Berlin", "")
        steps = await run(world, text.replace("settings: {}", ""), tmp_path)
        changes = {one.id: [name for name, *_ in one.changes] for one in steps}
        assert changes == {
            "shop-eu": ["rate", "title", "secrets"],
            "edi": ["settings.zone"],
        }
        found = world.table.get("shop-eu")
        assert found is not None
        assert found.title == ""
        values = [one.value for one in found.secrets]
        assert values == ["their-next-secret", "their-secret"]
        assert found.secrets[1].until is not None


async def test_only_prune_removes(worlds: Worlds, tmp_path: Path) -> None:
    """And a state or an address that nobody declares stays."""
    async with open_sources(worlds) as world:
        await added(world)
        await added(world, id="other", path_secret=True)
        text = "- {id: other, channel: shopify}"
        assert {one.action for one in await run(world, text, tmp_path)} == {Action.KEEP}
        kept = world.table.get("other")
        assert kept is not None
        assert kept.path_secret
        assert kept.secrets
        steps = await run(world, text, tmp_path, prune=True)
        assert (Action.REMOVE, "shop-eu") in [(one.action, one.id) for one in steps]
        assert [one.id for one in world.table.all()] == ["other"]


async def test_all_problems_of_all_are_said(worlds: Worlds, tmp_path: Path) -> None:
    """Each with its source and field; nothing is done."""
    async with open_sources(worlds) as world:
        await world.table.ready()
        for text, fields in (
            (
                "- {id: a1, channel: nope}\n- {id: b1, channel: csv, burst: 3}",
                ["a1.channel", "b1.burst"],
            ),
            ("- {id: a1, channel: csv}\n- {id: a1, channel: csv}", ["a1.id"]),
            (
                "- {id: A, channel: csv, x: 1}\n- {channel: csv}",
                ["A.x", "A.id", "#2.id"],
            ),
        ):
            with pytest.raises(InvalidSourceError) as caught:
                await run(world, text, tmp_path)
            assert [field for field, _ in caught.value.problems] == fields
        with pytest.raises(InvalidSourceError, match="No such file"):
            await run(world, FILE, tmp_path)
        for text in ("{a: 1}", "a: [", "just words"):
            with pytest.raises(ConfigurationError):
                await run(world, text, tmp_path)
        assert read_drafts("", tmp_path) == []
