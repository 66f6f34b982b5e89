"""Faults of records: a foreign client's, a topic made anew, ids that are refused."""

import asyncio
from contextlib import suppress

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from bus.errors import OrderbusError
from tests.faults.foreign import Fate, Foreigners, Odd, named
from tests.faults.gateway import Refusal
from tests.faults.plan import Fault
from tests.faults.stage import Stage
from tests.support.bus import CLOCK, wait_until
from tests.support.foreign import ForeignHeader

_LONG_AGO_MS = 1_000_000_000_000
_IN_SECONDS = 1_764_000_000
_MOST_PARTITIONS = 6
_GONE_S = 120.0
_ASK_S = 20.0
_HAD_S = 240.0
_LARGE = 400_000
"""Times a short text: below what a source takes, above it before compression."""
_REFUSED = {
    900_001: Refusal(403, 40301, "User is denied operation Read on Subject"),
    900_002: Refusal(404, 404, "HTTP 404 Not Found"),
    900_003: Refusal(422, 42201, "no such thing"),
    900_004: Refusal(500, 50001, "Error while retrieving schema"),
    900_005: Refusal(401, 401, "Unauthorized"),
    900_006: Refusal(0),
}
_LARGEST_ID = 2**32 - 1


async def foreign(stage: Stage, fault: Fault) -> None:
    """Write one of each oddity into one partition, ordinary ones around it."""
    del fault
    book = stage.foreigners
    partition = stage.next_partition(_MOST_PARTITIONS)
    before, after = book.order("calm"), book.order("calm")
    await book.write([named(before, book.framed(before))], partition)
    await book.write(oddities(book), partition)
    await book.write([named(after, book.framed(after))], partition)


def oddities(book: Foreigners) -> list[Odd]:
    """One of each kind that a foreign client may write."""

    def odd(kind: str, fate: Fate = Fate.DELIVERED, **fields: object) -> Odd:
        order = book.order(kind)
        return Odd(order, book.framed(order), fate, **fields)  # type: ignore[arg-type]

    large = book.order("large")
    junk = book.order("junk")
    return [
        odd("name", Fate.EITHER, raw=(ForeignHeader(b"\xff\xfe", b"v"),)),
        odd("null", Fate.EITHER, raw=(ForeignHeader(b"\xc3", None),)),
        odd("nokey", key=None),
        odd("emptykey", key=b""),
        odd("bytes", key=b"\x00\xff\x80"),
        odd("noid", headers=(("ce_id", None),)),
        odd("emptyid", headers=(("ce_id", b""),)),
        odd("text", headers=(("ce_id", "für Ada, 7.1".encode()),)),
        odd("latin", headers=(("ce_id", b"\xe4"),)),
        odd("twice", headers=(("ce_id", b"7"), ("ce_source", b"/a"))),
        odd("again", headers=(("ce_id", b"7"), ("ce_source", b"/b"))),
        odd("old", timestamp_ms=_LONG_AGO_MS),
        odd("seconds", timestamp_ms=_IN_SECONDS),
        Odd(large, book.framed(large, "line item; " * _LARGE), Fate.EITHER),
        Odd(junk, f"{junk} is no Avro".encode(), Fate.ASIDE),
    ]


async def renewed(stage: Stage, fault: Fault) -> None:
    """Delete a source topic once all of it has been read, and make it anew."""
    book = stage.foreigners
    partition = stage.next_partition(_MOST_PARTITIONS)
    order = book.order("lane")
    await book.write([named(order, book.framed(order)) for _ in range(5)], partition)

    async def had() -> bool:
        with suppress(OrderbusError):  # a broker may be away just now
            await stage.look_for_foreigners()
        return not book.open

    await wait_until(had, _HAD_S, "all of the topic is read before it goes")
    await CLOCK.sleep(1.0)  # what was read is committed once a second
    admin = AdminClient({"bootstrap.servers": stage.kafka.bootstrap_servers})

    def is_gone() -> bool:
        with suppress(KafkaException):  # the controller may be away just now
            if book.topic not in admin.list_topics(timeout=_ASK_S).topics:
                return True
            admin.delete_topics([book.topic])[book.topic].result()
        return False

    await wait_until(lambda: asyncio.to_thread(is_gone), _GONE_S, "the topic is gone")
    await CLOCK.sleep(fault.lasts_s)
    topology = stage.bus.world.topology
    [topic] = [t for t in topology.fixed() if t.name == book.topic]

    async def is_made() -> bool:
        # A broker may be away just now: too few for its replicas, or no answer.
        with suppress(OrderbusError):
            await stage.bus.world.topics.create([topic])
            return True
        return False

    await wait_until(is_made, _GONE_S, "the topic is made anew")
    await book.write([named(order, book.framed(order)) for _ in range(5)], partition)


async def refused(stage: Stage, fault: Fault) -> None:
    """Let the registry refuse two ids: one for good, a known one for a while."""
    book = stage.foreigners
    refusals = stage.registry.gateway.refusals
    partition = stage.next_partition(_MOST_PARTITIONS)
    notes: list[int] = []

    async def is_registered() -> bool:
        with suppress(OrderbusError):  # a broker may be away just now
            notes.append(await stage.another_note())
        return bool(notes)

    await wait_until(is_registered, _GONE_S, "a schema is registered")
    known = notes[0]
    refusals.update(_REFUSED)
    refusals[known] = Refusal(403, 40301, "User is denied operation Read on Subject")
    try:
        order = book.order("known")
        await book.write(
            [Odd(order, book.framed(order, "x", known), Fate.EITHER)], partition
        )
        # Each is waited for a minute, one after the other.
        order = book.order("refused")
        value = book.framed(order, "x", stage.next_id((*_REFUSED, _LARGEST_ID)))
        await book.write([Odd(order, value, Fate.ASIDE)], partition)
        order = book.order("calm")
        await book.write([named(order, book.framed(order))], partition)
        await CLOCK.sleep(fault.lasts_s)
    finally:
        del refusals[known]
