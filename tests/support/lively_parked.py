"""Parked orders in the world of the pages: causes of every kind, some decided about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bus.intake.parked.decisions import Decision, GroupDecision, Kind
from bus.intake.parked.fingerprint import fingerprint_of
from bus.intake.parked.item import Found, Item, Money, Stage
from bus.intake.parked.records import decision_message, parked_message
from bus.intake.submission import Place
from bus.record import Message
from bus.topics.topic import TopicState
from processors.parked.world import ParkedWorld
from tests.support.parked import RAW, found, item
from tests.support.worlds import Worlds

ITEM = item(1)
"""The order that one page tells of; its group is the pinned one."""
_SENT = (
    b'{"id": 1001, "name": "#1001", "currency": "EUR",\n'
    b' "line_items": [{"sku": "AB-1", "quantity": 2, "price": "120.50"}]}'
)
_ACCOUNTS = ("ACME", "Globex", "Initech", "Umbrella")


async def put_parked(worlds: Worlds, world: ParkedWorld) -> None:
    """Park some, and decide about a few."""
    worlds.broker.create(TopicState(RAW, 1, 1))
    publisher, topic = world.publisher, world.topic
    now = datetime.fromtimestamp(int(world.clock.now()), UTC)
    written = await publisher.publish(Message(RAW, b"1001", _SENT))
    place = Place(written.topic, written.partition, written.offset)
    items = [*_skus(now, place), *_prices(now), *_others(now)]
    for one in items:
        await publisher.publish(parked_message(topic, one))
    await _decisions(world, items, now)


def _skus(now: datetime, place: Place) -> list[Item]:
    """A SKU that the price list lacks: many orders, some dear."""
    payload = {
        "order_id": ITEM.order_id,
        "currency": "EUR",
        "lines": [
            {"line_id": str(n), "identifiers": [{"scheme": "sku", "value": value}]}
            for n, value in enumerate(("CD-7", "EF-2", "AB-1"))
        ],
        "totals": {"grand_total": {"amount": "241.00", "currency": "EUR"}},
    }
    return [
        item(
            n,
            at=now - timedelta(minutes=7 * n),
            account=_ACCOUNTS[n % 4],
            ship_by=now + timedelta(minutes=25 + 17 * n),
            value=Money(Decimal(140 + 37 * n), "EUR"),
            place=place,
            payload=payload,
            findings=(
                found(),
                found(rule="phone-format", code="phone", path="", observed=True),
            ),
        )
        for n in range(1, 24)
    ]


def _prices(now: datetime) -> list[Item]:
    """A comma for a point, from an EDI partner: few, dear, in two currencies."""
    wrong = Found(
        code="unreadable",
        text="expected a number",
        path="lines[0].unit_price.amount",
        source_path="PO1/04",
        value="1.299,00",
    )
    return [
        item(
            100 + n,
            source="globex-edi",
            channel="x12",
            account="Globex",
            stage=Stage.MAP,
            findings=(replace(wrong, path=f"lines[{n}].unit_price.amount"),),
            at=now - timedelta(hours=n),
            ship_by=now + timedelta(hours=n - 1),
            value=Money(Decimal(2_600), "USD" if n % 2 else "XTS"),
            number="",
        )
        for n in range(5)
    ]


def _others(now: datetime) -> list[Item]:
    """One that cannot be parsed, one that a rule turns away, a test order."""
    broken = Found(code="unparsable", text="no JSON: expected a value at character 1")
    limit = found(rule="value-limit", code="too_dear", path="totals.grand_total")
    return [
        item(
            200,
            stage=Stage.PARSE,
            findings=(broken,),
            at=now - timedelta(days=2),
            payload=None,
            value=None,
            ship_by=None,
            number="",
            native_id="",
            order_id="",
            event_type="",
            account="",
        ),
        item(
            201,
            findings=(limit,),
            at=now - timedelta(days=3),
            value=Money(Decimal(48_000), "EUR"),
            ship_by=now + timedelta(days=2),
        ),
        item(202, findings=(limit,), at=now - timedelta(hours=1), test=True),
    ]


async def _decisions(world: ParkedWorld, items: list[Item], now: datetime) -> None:
    limit = fingerprint_of(items[-1])
    made: list[Decision | GroupDecision] = [
        GroupDecision(
            group=limit, kind=Kind.FIXED, who="kim", at=now - timedelta(hours=5)
        ),
        _about(items[1], Kind.ASSIGNED, now, to="kim"),
        _about(items[2], Kind.SNOOZED, now, until=now + timedelta(hours=3)),
        _about(items[3], Kind.REJECTED, now, why="a test order"),
        _about(items[4], Kind.RELEASED, now, why="the buyer confirmed", release=1),
    ]
    for one in made:
        message = decision_message(world.topic, one)
        await world.table.applied(await world.publisher.publish(message))


def _about(one: Item, kind: Kind, now: datetime, **more: object) -> Decision:
    at = now - timedelta(minutes=3)
    return Decision(id=one.id, kind=kind, who="kim", at=at, on=1, **more)  # type: ignore[arg-type]
