"""The intake part of the demo: three channels send, what is broken is mended.

A shop that signs, one whose notices are thin, a partner's EDI by file. Two orders are
held by rules; one is mended, one is let go as it is, and both become events.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from hashlib import sha256
from typing import cast

import orjson

from bus.intake.parked.decisions import Kind
from bus.intake.parked.grouping import Row
from bus.intake.parked.item import Item
from bus.intake.raw import read_raw
from bus.ports import Clock, LogReader
from processors.collecting.handing import FilesWorld, hand, recipient
from processors.demo.payloads import (
    edi_file,
    notice,
    notice_headers,
    noticed_order,
    shop_headers,
    shop_order,
)
from processors.demo.web import OrderApi, post
from processors.parked.asking import Wanted, rows_of, whole
from processors.parked.deciding import Wish, decide, edit
from processors.parked.world import EVERYBODY, ParkedWorld
from processors.sources.document import draft
from processors.sources.steps import Taken, add
from processors.sources.world import SourcesWorld

SHOP, THIN, EDI = "shop", "thin-shop", "acme-edi"
_ORDERS, _NOTICES = 12, 6
_BROKEN, _TWICE, _OFF_BY = 5, 7, 1_000
_QUANTITIES = (100, 48_000, 250, 60)
EVENTS = _ORDERS + 2 * _NOTICES + len(_QUANTITIES)
"""A notice makes two: what it says, and what is fetched."""
_LOOK_S = 0.5
_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class IntakeWorlds:
    """What it works with: all on the demo's Kafka."""

    sources: SourcesWorld
    files: FilesWorld
    parked: ParkedWorld
    reader: LogReader
    clock: Clock
    door: str


@dataclass(frozen=True, slots=True)
class SourceCount:
    """What became of one source's submissions."""

    source: str
    channel: str
    how: str
    submissions: int = 0
    fetched: int = 0
    repeats: int = 0
    events: int = 0
    parked: int = 0
    released: int = 0


@dataclass(frozen=True, slots=True)
class Received:
    """What came of all; `held` says of each parked order why, and what was done."""

    counts: tuple[SourceCount, ...]
    held: tuple[str, ...]
    missing: int
    doubled: int

    def summary(self) -> dict[str, object]:
        """The figures, as `bus demo --json` prints them."""

        def total(name: str) -> int:
            return sum(int(getattr(one, name)) for one in self.counts)

        names = ("submissions", "fetched", "repeats", "events", "parked", "released")
        return {
            **{name: total(name) for name in names},
            "missing": self.missing,
            "duplicates": self.doubled,
        }


@dataclass(slots=True)
class _Seen:
    """What stands on `oms.intake`, by source: ids of events, and all records."""

    ids: dict[str, set[str]] = field(default_factory=dict)
    records: int = 0


class Intake:
    """One run of it."""

    def __init__(self, worlds: IntakeWorlds) -> None:
        self._worlds = worlds
        self._now = datetime.fromtimestamp(worlds.clock.now(), UTC)
        self._api = OrderApi(self._order)
        self._held: dict[str, str] = {}

    async def run(self) -> Received:
        """Send all, mend what is held, wait until all are events; then count."""
        await self._api.start()
        try:
            shop, thin = await self._add_sources()
            await asyncio.gather(
                self._send_orders(shop), self._send_notices(thin), self._hand_file()
            )
            await self._until(self._two_are_held)
            await self._mend()
            await self._until(self._all_are_told)
        finally:
            await self._api.stop()
        return await self._counted()

    # ------------------------------------------------ sending

    async def _add_sources(self) -> tuple[str, str]:
        """The secrets that the shops sign with."""
        fetch = {"hosts": [self._api.host], "per_second": 50}
        fetch |= {"credentials": {"token": "demo"}}
        settings = {"api": f"http://{self._api.host}", "store_hash": "demo"}
        shop = await self._add({"id": SHOP, "channel": "shopify"})
        thin = await self._add(
            {
                "id": THIN,
                "channel": "bigcommerce",
                "settings": settings,
                "fetch": fetch,
            }
        )
        await self._add({"id": EDI, "channel": "x12", "settings": {"currency": "USD"}})
        return shop.secret or "", thin.secret or ""

    async def _add(self, fields: Mapping[str, object]) -> Taken:
        return await add(self._worlds.sources, draft(fields))

    async def _send_orders(self, secret: str) -> None:
        for number in [*range(_ORDERS), _TWICE]:
            off_by = _OFF_BY if number == _BROKEN else 0
            order = shop_order(number, self._now.isoformat(), off_by=off_by)
            body = orjson.dumps(order)
            await self._post(SHOP, shop_headers(number, body, secret), body)

    async def _send_notices(self, secret: str) -> None:
        at_s = int(self._now.timestamp())
        for number in range(1, _NOTICES + 1):
            body = notice(number, at_s)
            headers = notice_headers(number, at_s, body, secret)
            await self._post(THIN, headers, body)

    async def _post(self, source: str, headers: Mapping[str, str], body: bytes) -> None:
        """As a sender does: until it is answered well."""
        url = f"{self._worlds.door}/in/{source}"

        async def taken() -> bool:
            return await post(url, headers, body) in range(200, 300)

        await self._until(taken)

    async def _hand_file(self) -> None:
        ship_by = self._now + timedelta(days=7)
        body = edi_file(_QUANTITIES, f"{self._now:%Y%m%d}", f"{ship_by:%Y%m%d}")
        files = self._worlds.files

        async def known() -> bool:
            return files.table.get(EDI) is not None

        await self._until(known)
        to = recipient(files, EDI, {})
        await hand(files, to, "850.edi", lambda most: body[:most])

    def _order(self, number: str) -> bytes:
        return noticed_order(int(number), format_datetime(self._now))

    # ------------------------------------------------ mending

    def _parked(self) -> list[Row]:
        return list(rows_of(self._worlds.parked, EVERYBODY, Wanted()))

    async def _two_are_held(self) -> bool:
        seen = await self._seen()
        told = sum(len(ids) for ids in seen.ids.values())
        return len(self._parked()) + told >= EVENTS

    async def _all_are_told(self) -> bool:
        seen = await self._seen()
        return sum(len(ids) for ids in seen.ids.values()) >= EVENTS

    async def _mend(self) -> None:
        """The shop's total was a slip; the partner means what it says."""
        parked = self._worlds.parked
        for row in self._parked():
            found = await whole(parked, row)
            why = _cause(found.item)
            after = row
            if row.source == SHOP and found.payload is not None:
                payload = _with_total(found.payload)
                wish = Wish(kind=Kind.EDITED, payload=payload, why="a slip of the shop")
                after, _ = await edit(parked, row, wish)
            done = "let go as it is" if after is row else "mended"
            await decide(parked, after, Wish(kind=Kind.RELEASED, why=done))
            self._held[row.source] = f"{row.source}: {why}; {done}, and released"

    # ------------------------------------------------ counting

    async def _until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Wait for it; what never comes shows in the count."""
        clock = self._worlds.clock
        deadline = clock.monotonic() + _PATIENCE_S
        while not await holds() and clock.monotonic() < deadline:
            await clock.sleep(_LOOK_S)

    async def _seen(self) -> _Seen:
        seen = _Seen()
        async for batch in self._worlds.reader.read("oms.intake"):
            for record in batch:
                headers = dict(record.headers)
                source = headers.get("ce_source", b"").decode().rpartition("/")[2]
                event_id = headers.get("ce_id", b"").decode()
                seen.ids.setdefault(source, set()).add(event_id)
                seen.records += 1
        return seen

    async def _counted(self) -> Received:
        seen = await self._seen()
        rows = [
            SourceCount(SHOP, "shopify", "signed webhooks"),
            SourceCount(THIN, "bigcommerce", "thin webhooks"),
            SourceCount(EDI, "x12", "a file"),
        ]
        told = {name: len(ids) for name, ids in seen.ids.items()}
        counts = [await self._of(row, told.get(row.source, 0)) for row in rows]
        distinct = sum(told.values())
        return Received(
            counts=tuple(counts),
            held=tuple(self._held.values()),
            missing=EVENTS - distinct,
            doubled=seen.records - distinct,
        )

    async def _of(self, row: SourceCount, events: int) -> SourceCount:
        topic = self._worlds.sources.topology.raw_topic(row.source)
        sent: list[str] = []
        fetched = 0
        async for batch in self._worlds.reader.read(topic):
            for record in batch:
                raw = read_raw(record)
                if raw.submission.via == "fetch":
                    fetched += 1
                else:
                    sent.append(sha256(raw.submission.body).hexdigest())
        held = 1 if row.source in self._held else 0
        return replace(
            row,
            submissions=len(sent),
            fetched=fetched,
            repeats=len(sent) - len(set(sent)),
            events=events,
            parked=held,
            released=held,
        )


def _cause(item: Item | None) -> str:
    """What the rule says that holds an order."""
    found = item.findings if item else ()
    return next((one.text for one in found if one.rule and not one.observed), "")


def _with_total(payload: Mapping[str, object]) -> Mapping[str, object]:
    """The payload with the total that its parts make."""
    totals = dict(cast("Mapping[str, object]", payload["totals"]))
    total = dict(cast("Mapping[str, object]", totals["grand_total"]))
    total["amount"] = str(Decimal(str(total["amount"])) - Decimal(_OFF_BY) / 100)
    return {**payload, "totals": {**totals, "grand_total": total}}
