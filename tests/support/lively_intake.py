"""Sources, rules and lookup tables on the lively bus, and decisions that teach."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bus.intake.parked.decisions import Decision, Kind
from bus.intake.parked.item import Found, Item, Money, Stage
from bus.intake.parked.records import decision_message, parked_message
from bus.intake.rules.lines import read_line
from processors.gateway.api import Api
from processors.rules.applying import apply, plan
from processors.sources import steps
from processors.sources.document import draft
from processors.sources.world import SourcesWorld
from tests.support.judged import order

SOURCE = "acme-shop"
"""The source that one page tells of."""
TABLE = "prices"
"""The lookup table that one page tells of."""
_SOURCES: tuple[dict[str, object], ...] = (
    {
        "id": SOURCE,
        "channel": "shopify",
        "owner": "acme",
        "title": "The shop of Acme",
        "account": "ACME",
        "rate": 50.0,
        "burst": 100,
        "url": "https://in.example.com/in/acme-shop",
        "labels": {"country": "DE", "team": "web"},
    },
    {"id": "globex-edi", "channel": "x12", "settings": {"currency": "USD"}},
    {"id": "initech-woo", "channel": "woocommerce", "title": "Initech, outlet"},
    {"id": "umbrella-hook", "channel": "standard-webhooks", "unverified": "park"},
)
_LINES: tuple[dict[str, object], ...] = (
    {
        "id": "total-sum",
        "scope": {"channel": "woocommerce", "account": "shop-12"},
        "parameters": {"tolerance": "4"},
        "why": "a plug-in rounds each line",
    },
    {
        "id": "value-limit",
        "scope": {"source": "globex-edi"},
        "parameters": {"limits": {"EUR": "250000"}},
        "why": "they buy by the truck",
    },
)
_WRONGLY = 25


async def put_intake(api: Api) -> None:
    """All of it."""
    sources = api.sources
    await sources.table.ready()
    for fields in _SOURCES:
        await steps.add(sources, draft(fields))
    await _paused(sources)
    rules = await api.rules()
    rows = {
        f"SKU-{n:04}": {"price": f"{n * 7 % 90 + 5}.90", "currency": "EUR"}
        for n in range(1, 61)
    }
    await rules.rows.load(TABLE, rows, replace=False)
    await rules.rows.load("accounts", {"shop-12": {"tier": "gold"}}, replace=False)
    lines = [read_line(one) for one in _LINES]
    await apply(rules.writer, plan(rules.table.book, lines), lambda _: None)
    await _decided(api)


async def _paused(sources: SourcesWorld) -> None:
    await steps.pause(sources, "initech-woo", "the outlet is closed until spring")


async def _decided(api: Api) -> None:
    """Orders of one account were off by 4 cents, and released as they were."""
    parked = api.parked
    at = datetime.fromtimestamp(parked.clock.now(), UTC) - timedelta(days=2)
    found = Found(code="total_differs", rule="total-sum", need="4")
    for n in range(_WRONGLY):
        item = Item(
            id=f"00000000-0000-5000-8000-{n:012}",
            source="acme-shop",
            channel="shopify",
            at=at,
            stage=Stage.RULE,
            payload=order(),
            findings=(found,),
            value=Money(Decimal("49.90"), "EUR"),
        )
        ended = Decision(
            id=item.id, kind=Kind.RELEASED, who="kim", at=at, on=1, release=1
        )
        for message in (
            parked_message(parked.topic, item),
            decision_message(parked.topic, ended),
        ):
            await parked.publisher.publish(message)
