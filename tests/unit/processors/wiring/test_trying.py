"""What parked items would come to now, by the channels of a folder."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from shutil import copytree

import pytest

from bus.adapters.memory.publisher import MemoryPublisher
from bus.adapters.memory.reader import MemoryLogReader
from bus.client.channels import channels_folder, read_samples
from bus.client.rules import shipped_lines
from bus.client.schemas import load_catalogue
from bus.errors import InvalidEventError, InvalidMappingError
from bus.intake.parked.item import Found, Item
from bus.intake.submission import Place
from bus.record import Message
from bus.topics.topic import TopicState
from processors.parked.trying import Changes
from processors.rules.held import HeldRules
from processors.wiring.trying import FolderTries, judged_by
from tests.support.parked import RAW, found, item
from tests.support.threads import noting_threads
from tests.support.worlds import Worlds

CATALOGUE = load_catalogue()
SHIPPED = channels_folder()
SAMPLE = next(one for one in read_samples(SHIPPED / "shopify") if "plain" in one.name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Channels of a test's own."""
    copytree(SHIPPED / "shopify", tmp_path / "shopify")
    return tmp_path


async def parked(worlds: Worlds, body: bytes = SAMPLE.body) -> Item:
    """A submission of the shop, and its item."""
    worlds.broker.create(TopicState(RAW, 1, 1))
    headers = tuple((f"{name}", value) for name, value in _headers().items())
    message = Message(RAW, b"1", body, headers)
    written = await MemoryPublisher(worlds.broker).publish(message)
    place = Place(written.topic, written.partition, written.offset)
    return item(place=place)


def _headers() -> Mapping[str, bytes]:
    return {
        "in_headers": json.dumps(dict(SAMPLE.headers)).encode(),
        "in_at": b"2026-11-02T09:30:00.000000Z",
        "in_via": b"webhook",
    }


def tries(worlds: Worlds, folder: Path, rules: Sequence[Found] = ()) -> FolderTries:
    """Tries in which rules find this."""

    async def settings(_source: str) -> Mapping[str, str]:
        return {}

    async def judging(*_about: object) -> Sequence[Found]:
        return rules

    reader = MemoryLogReader(worlds.broker)
    return FolderTries(reader, CATALOGUE, folder, settings, judging)


async def test_what_converts_and_is_held_by_no_rule_passes(
    worlds: Worlds, folder: Path
) -> None:
    """With the event that it becomes."""
    one = await parked(worlds)
    tried = await tries(worlds, folder).again(one, Changes())
    assert (tried.passes, tried.why) == (True, "")
    assert tried.event_type == "intake.order_received"
    assert tried.payload is not None


async def test_a_rule_that_holds_it_says_so(worlds: Worlds, folder: Path) -> None:
    """One that only watches holds nothing."""
    one = await parked(worlds)
    tried = await tries(worlds, folder, [found()]).again(one, Changes())
    assert not tried.passes
    assert tried.why.startswith("sku-known: ")
    watched = tries(worlds, folder, [found(observed=True)])
    assert (await watched.again(one, Changes())).passes


async def test_a_changed_mapping_is_tried_not_kept(
    worlds: Worlds, folder: Path
) -> None:
    """The folder stays as it is."""
    one = await parked(worlds)
    mapping = (folder / "shopify" / "mapping.yaml").read_text("utf-8")
    desk = tries(worlds, folder)
    broken = Changes(mapping=f"{mapping}\nintake.order_dreamt:\n  order.id: id\n")
    with pytest.raises(InvalidMappingError, match=r"mapping\.yaml"):
        await desk.again(one, broken)
    assert (await desk.again(one, Changes(mapping=mapping))).passes
    assert (folder / "shopify" / "mapping.yaml").read_text("utf-8") == mapping


async def test_what_cannot_be_tried_says_why(worlds: Worlds, folder: Path) -> None:
    """Bytes that are none, a submission that is gone, a channel that is none."""
    desk = tries(worlds, folder)
    junk = await desk.again(await parked(worlds, b"junk"), Changes())
    assert junk.why.startswith("unparsable: ")
    gone = await desk.again(item(place=Place(RAW, 0, 99)), Changes())
    assert gone.why == "Kafka has deleted the submission"
    assert not (await desk.again(item(place=None), Changes())).passes
    with pytest.raises(InvalidMappingError, match="no channel"):
        await desk.again(item(channel="../etc", place=Place(RAW, 0, 0)), Changes())


async def test_an_edit_is_checked_by_its_schema(worlds: Worlds, folder: Path) -> None:
    """As events that come in as JSON are; then by the rules."""
    one = await parked(worlds)
    desk = tries(worlds, folder)
    made = await desk.again(one, Changes())
    assert made.payload is not None
    tried = await desk.edited(one, made.event_type, made.payload)
    assert tried.passes
    assert tried.payload is not None
    assert tried.payload["order_id"] == made.payload["order_id"]
    with pytest.raises(InvalidEventError, match="order_id"):
        await desk.edited(one, made.event_type, {})
    with pytest.raises(InvalidEventError, match="type"):
        await desk.edited(one, "order.dreamt", made.payload)


async def test_by_the_rules_that_come_with_the_bus(
    worlds: Worlds, folder: Path
) -> None:
    """As the conversion judges; an order whose sums do not agree is found."""

    async def settings(_source: str) -> Mapping[str, str]:
        return {}

    async with worlds.open() as world:
        rules = HeldRules(world, shipped_lines)
        one = await parked(worlds)
        desk = FolderTries(
            world.reader, CATALOGUE, folder, settings, partial(judged_by, rules)
        )
        try:
            made = await desk.again(one, Changes())
            assert made.payload is not None
            totals = {"grand_total": {"amount": "1.00", "currency": "EUR"}}
            wrong = {**made.payload, "totals": totals}
            tried = await desk.edited(one, made.event_type, wrong)
        finally:
            await rules.close()
    assert {each.rule for each in tried.findings} > {
        each.rule for each in made.findings if each.rule
    }


async def test_others_do_not_wait_for_a_long_mapping(
    worlds: Worlds, folder: Path
) -> None:
    """It is read beside the loop, once for all of a group."""
    one = await parked(worlds)
    desk = tries(worlds, folder)
    with noting_threads() as ran:
        for _ in range(2):
            with pytest.raises(InvalidMappingError, match="a mapping is expected"):
                await desk.again(one, Changes(mapping="- a\n" * 2_000))
        await desk.again(one, Changes())
        await desk.again(one, Changes())
    assert ran == ["FolderTries._loaded"] * 3
