"""Parked items for tests."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bus.errors import InvalidEventError, InvalidMappingError
from bus.intake.findings import Severity
from bus.intake.parked.grouping import Row
from bus.intake.parked.item import Found, Item, Money, Stage, item_id
from bus.intake.parked.records import parked_message
from bus.intake.parked.worth import Rates
from bus.intake.submission import Place
from bus.intake.yamltree import Problems, read_yaml
from processors.parked.asking import row_of
from processors.parked.table import ParkedTable
from processors.parked.trying import Changes, Tried
from processors.parked.world import EVERYBODY, ParkedWorld, Policy
from processors.subscriptions.world import World
from tests.support.worlds import Worlds

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
RAW = "intake.raw.acme-shop"


def item(n: int = 1, /, **changes: object) -> Item:
    """An order that a rule holds: a SKU that nobody knows."""
    place = Place(RAW, 0, n)
    made = Item(
        id=item_id("acme-shop", place, 0),
        source="acme-shop",
        channel="shopify",
        account="ACME",
        event_type="intake.order_received",
        order_id=f"shopify.acme-shop.{1000 + n}",
        native_id=str(1000 + n),
        number=f"#{1000 + n}",
        place=place,
        payload={"order_id": f"shopify.acme-shop.{1000 + n}", "currency": "EUR"},
        findings=(found(),),
        stage=Stage.RULE,
        value=Money(Decimal("120.50"), "EUR"),
        ship_by=NOW + timedelta(hours=6),
        at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def found(**changes: object) -> Found:
    """What a rule found in a line of an order."""
    made = Found(
        code="sku_unknown",
        rule="sku-known",
        severity=Severity.PARK,
        text="no row of the price list has this SKU",
        path="lines[2].identifiers[0].value",
        source_path="line_items[2].sku",
        value="AB-1",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


class HeldTries:
    """Fulfils `processors.parked.trying.Tries`: says what a test has said.

    Attributes:
        tried: What they say, by item; others pass.
        asked: With what changes.
    """

    def __init__(self) -> None:
        self.tried: dict[str, Tried] = {}
        self.asked: list[Changes] = []

    async def again(self, item: Item, changes: Changes) -> Tried:
        """What a test has said; a mapping that is no YAML is none."""
        self.asked.append(changes)
        problems = Problems("mapping.yaml")
        read_yaml(changes.mapping or "{}", problems)
        if problems.found:
            raise InvalidMappingError("\n".join(map(str, problems.found)))
        return self.tried.get(item.id, Tried(passes=True))

    async def edited(
        self, item: Item, event_type: str, payload: Mapping[str, object]
    ) -> Tried:
        """What a test has said, of data that names an order."""
        if "order_id" not in payload:
            raise InvalidEventError("order_id", "is missing")
        said = self.tried.get(item.id, Tried(passes=True))
        return replace(said, event_type=event_type, payload=payload)


async def park(world: ParkedWorld, *items: Item) -> None:
    """Park these, as the conversion does."""
    for one in items:
        message = parked_message(world.topic, one)
        await world.table.applied(await world.publisher.publish(message))


class Triage:
    """Parked items in a world in memory.

    Attributes:
        world: What all faces work with.
        worlds: The broker and its clock, which stands at `NOW`.
        tries: What tries say.
    """

    def __init__(self, worlds: Worlds, world: ParkedWorld) -> None:
        self.worlds = worlds
        self.world = world
        self.tries = world.tries()

    @property
    def tried(self) -> dict[str, Tried]:
        """What tries say, by item."""
        return self.tries.tried  # type: ignore[attr-defined]

    @property
    def asked(self) -> list[Changes]:
        """With what changes they were asked."""
        return self.tries.asked  # type: ignore[attr-defined]

    async def park(self, *items: Item) -> None:
        """Park these, as the conversion does."""
        await park(self.world, *items)

    def row(self, item: Item) -> Row:
        """An item as the table has it."""
        return row_of(self.world, EVERYBODY, item.id)


@asynccontextmanager
async def triage(worlds: Worlds, policy: Policy | None = None) -> AsyncIterator[Triage]:
    """Open it."""
    await worlds.clock.advance(max(0.0, NOW.timestamp() - worlds.clock.now()))
    async with worlds.open() as world:
        made = parked_of(world, policy)
        async with made.table:
            await made.table.ready()
            yield Triage(worlds, made)


def parked_of(world: World, policy: Policy | None = None) -> ParkedWorld:
    """What works with parked items in a world; its table has to be followed."""
    policy = policy or Policy(
        weights={"gold": 3.0}, rates=Rates("EUR", {"USD": Decimal("0.9")})
    )
    topic, tries = world.topology.parked, HeldTries()
    return ParkedWorld(
        table=ParkedTable(world.reader, world.clock, topic, policy.rates),
        publisher=world.publisher,
        reader=world.reader,
        clock=world.clock,
        trail=world.trail,
        policy=policy,
        tries=lambda: tries,
    )
