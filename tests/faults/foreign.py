"""Records of a foreign client, and what became of each: delivered or put aside."""

import asyncio
import io
import json
import re
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import uuid4

import fastavro
from confluent_kafka import Producer

from bus.record import Headers, Record
from processors.receiver import Received
from tests.support.foreign import ForeignHeader, write_foreign
from tests.support.pace import patience

FAMILY = "foreign"
NOTE: dict[str, object] = {
    "type": "record",
    "name": "Note",
    "namespace": "foreign.v1",
    "event_type": f"{FAMILY}.note",
    "fields": [
        {"name": "order_id", "type": "string"},
        {"name": "text", "type": "string"},
    ],
}
_PARSED = fastavro.parse_schema(json.loads(json.dumps(NOTE)))
_TOKEN = re.compile(rb"odd-[0-9]+-[a-z]+")
_LARGEST = 16 << 20
_WITHIN_S = 60


class Fate(StrEnum):
    """What may become of a record."""

    DELIVERED = "delivered"
    ASIDE = "put aside"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Odd:
    """A record to write. `order` is its own, so that it is known wherever it turns up.

    A `key` that is None is null; `timestamp_ms` 0 is now; `raw` are headers that the
    client for Python cannot write.
    """

    order: str
    value: bytes
    fate: Fate = Fate.DELIVERED
    key: bytes | None = b"k"
    headers: Headers = ()
    timestamp_ms: int = 0
    raw: tuple[ForeignHeader, ...] = ()


@dataclass
class Foreigners:
    """All that a foreign client wrote to one topic, and where it turned up.

    Each of `owed` is owed all of it, those of `ordered` in the order of an order.
    """

    servers: str
    topic: str
    owed: Sequence[str]
    ordered: Sequence[str]
    schema_id: int = 0
    written: dict[str, list[Odd]] = field(default_factory=lambda: defaultdict(list))
    accepted: dict[tuple[str, str], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    dead: set[tuple[str, str]] = field(default_factory=set)
    aside: set[str] = field(default_factory=set)
    _number: int = 0

    def order(self, kind: str) -> str:
        """A name for a new order."""
        self._number += 1
        return f"odd-{self._number}-{kind}"

    def framed(
        self, order: str, text: str = "x", schema_id: int | None = None
    ) -> bytes:
        """A note in the registry's framing."""
        out = io.BytesIO()
        out.write(
            struct.pack(">BI", 0, self.schema_id if schema_id is None else schema_id)
        )
        fastavro.schemaless_writer(out, _PARSED, {"order_id": order, "text": text})
        return out.getvalue()

    async def write(self, odds: Iterable[Odd], partition: int = 0) -> None:
        """Write them one after the other; each counts once it is acknowledged."""
        for odd in odds:
            await asyncio.to_thread(self._write, odd, partition)
            self.written[odd.order].append(odd)

    def _write(self, odd: Odd, partition: int) -> None:
        within_s = patience(_WITHIN_S)
        if odd.raw:
            write_foreign(
                self.servers,
                self.topic,
                list(odd.raw),
                odd.value,
                odd.key or b"",
                partition,
                within_s=within_s,
            )
            return
        settings = {"compression.type": "zstd", "message.max.bytes": _LARGEST}
        producer = Producer({"bootstrap.servers": self.servers, **settings})
        failed: list[object] = []
        producer.produce(
            self.topic,
            odd.value,
            odd.key,
            partition,
            headers=list(odd.headers),
            timestamp=odd.timestamp_ms,
            on_delivery=lambda error, _: failed.append(error) if error else None,
        )
        assert producer.flush(within_s) == 0, "a foreign record is not acknowledged"
        assert not failed, f"a foreign record is refused: {failed}"

    # ------------------------------------------------ where they turned up

    def received(self, request: Received) -> None:
        """A partner got a request; accepted events are told apart by their ids.

        It may come before the acknowledgement of what it is about.
        """
        ours = _TOKEN.fullmatch(request.order_id.encode())
        if ours and 200 <= request.status <= 299:
            seen = self.accepted[request.order_id, request.path[1:]]
            if request.webhook_id not in seen:
                seen.append(request.webhook_id)

    def dead_lettered(self, subscription: str, records: Iterable[Record]) -> None:
        """These stand in a dead-letter topic."""
        self.dead |= {(order, subscription) for order in map(_order, records) if order}

    def quarantined(self, records: Iterable[Record]) -> None:
        """These stand in the quarantine."""
        self.aside |= {order for order in map(_order, records) if order}

    @property
    def open(self) -> list[str]:
        """What has not turned up anywhere, in words."""
        return [
            f"{order} for {subscription}"
            for order, odds in self.written.items()
            for subscription in self.owed
            if order not in self.aside
            and (order, subscription) not in self.dead
            and len(self.accepted[order, subscription]) < len(odds)
        ]

    def check(self) -> None:
        """Assert that each had a fate that is right for it, in order where promised."""
        lost = self.open
        assert not lost, f"{len(lost)} foreign deliveries lost, such as {lost[:5]}"
        for order, odds in self.written.items():
            if odds[0].fate is Fate.DELIVERED:
                assert order not in self.aside, f"{order} was put aside for nothing"
            if odds[0].fate is Fate.ASIDE:
                assert order in self.aside, f"{order} was delivered as what?"
            ids = [i for i in map(_given_id, odds) if i]
            for subscription in self.ordered:
                seen = [i for i in self.accepted[order, subscription] if i in ids]
                wanted = [i for i in ids if i in seen]
                assert seen == wanted, f"{order}: came as {seen}, written as {wanted}"

    def counts(self) -> str:
        """How many there were and what became of them."""
        written = sum(map(len, self.written.values()))
        got = sum(map(len, self.accepted.values()))
        return (
            f"{written} records: {got} deliveries, "
            f"{_kinds(order for order, _ in self.dead)} dead letters, "
            f"{_kinds(self.aside)} in quarantine, {len(self.open)} nowhere"
        )


def named(order: str, value: bytes, **fields: bytes | None) -> Odd:
    """A record with an id that stays as it is: partners know the event by it."""
    headers = (("ce_id", str(uuid4()).encode()), ("ce_source", b"/foreign"))
    return Odd(order, value, headers=headers, **fields)  # type: ignore[arg-type]


def _kinds(orders: Iterable[str]) -> str:
    """How many, and of which kinds."""
    kinds = Counter(order.rpartition("-")[2] for order in orders)
    named = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return f"{kinds.total()} ({named})" if named else "0"


def _given_id(odd: Odd) -> str:
    return next(
        (v.decode() for k, v in odd.headers if k == "ce_id" and v and len(v) == 36), ""
    )


def _order(record: Record) -> str:
    """The order of a record of ours, wherever it is said; "" for others."""
    told = [record.key or b"", (record.value or b"")[:200]]
    told += [value or b"" for _, value in record.headers]
    found = _TOKEN.search(b" ".join(told))
    return found[0].decode() if found else ""
