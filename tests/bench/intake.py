"""What channels send: accepted at the door, then converted; by channel."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]  # comes with jgo

from bus.adapters.kafka import Connection, KafkaGroups, KafkaTopics
from processors.sources.document import draft
from processors.sources.steps import add
from processors.wiring.adapters import read_topology
from processors.wiring.intake_sources import open_sources
from tests.bench.intake_load import Letters, Told
from tests.bench.measuring import Row, percentiles
from tests.bench.processes import Child, start_child
from tests.bench.rig import CLOCK, Plan, Rig, open_rig
from tests.faults.intake.letters import SECRET, source_id
from tests.support.pace import patience

CHANNELS = ("shopify", "woocommerce", "adyen", "x12")
_RATES = (200, 500, 1000)
_UNDER_WAY = 64
_FIRST, _LAST = 0.1, 0.95
_WITHIN_S = 240.0
_LOOK_S = 0.1
_NOBODY = "bench.nobody"


@dataclass
class Place:
    """A door and a convert, and who sends there."""

    rig: Rig
    url: str
    door: Child
    convert: Child
    sender: Child
    groups: KafkaGroups
    topics: Sequence[str]
    orders: int = 0

    async def send(self, channel: str, rate: float, count: int) -> Told:
        """Let a channel send orders that nobody has sent yet."""
        first, self.orders = self.orders, self.orders + 4 * count
        letters = Letters(
            url=self.url,
            channel=channel,
            rate=rate,
            count=count,
            first=first,
            under_way=5_000 if rate else _UNDER_WAY,
        )
        return Told.model_validate_json(
            await self.sender.ask(letters.model_dump_json())
        )

    async def ended(self) -> int:
        """Messages of which is noted what became of them: told, superseded, parked."""
        spans = await self.groups.lag(_NOBODY, self.topics)
        return sum(span.end for span in spans.values())


async def taken_in(quick: bool) -> AsyncIterator[Row]:  # noqa: FBT001
    """(in) Submissions accepted with all replicas' word, and converted, by channel."""
    async with AsyncExitStack() as stack:
        rig = await stack.enter_async_context(open_rig(Plan(workers=False)))
        place = await _opened(rig)
        for channel in CHANNELS:  # warms up
            await _converted(place, channel, 300 if quick else 1_000)
        for channel in CHANNELS:
            count = (500 if quick else 4_000) // (4 if channel == "x12" else 1)
            for row in await _converted(place, channel, count):
                yield {"case": f"{channel}, {row.pop('what')}", **row}


async def answered(quick: bool) -> AsyncIterator[Row]:  # noqa: FBT001
    """(door) Shopify at fixed rates, convert at work: from due to answer."""
    async with AsyncExitStack() as stack:
        rig = await stack.enter_async_context(open_rig(Plan(workers=False)))
        place = await _opened(rig)
        await _converted(place, "shopify", 300 if quick else 1_000)  # warms up
        for rate in _RATES:
            yield await _at_rate(place, rate, 4 if quick else 12)


async def _converted(place: Place, channel: str, count: int) -> list[Row]:
    """Accepted while convert stands still, then converted while the door does."""
    before = await place.ended()
    place.convert.process.send_signal(signal.SIGSTOP)
    try:
        began = _cpu_s(place.door)
        told = await place.send(channel, 0, count)
        door_s = _cpu_s(place.door) - began
    finally:
        place.convert.process.send_signal(signal.SIGCONT)
    accepted = {
        "what": "accepted",
        "submissions": told.sent,
        "failed": told.failed,
        "bytes": round(told.bytes / told.sent),
        "per_s": round(told.sent / told.seconds),
        **percentiles(told.answered_ms),
        "cpu_ms_each": round(door_s * 1e3 / told.sent, 2),
    }
    return [accepted, {"what": "converted", **await _ends(place, before, told)}]


async def _ends(place: Place, before: int, told: Told) -> Row:
    """How fast all that was accepted ends as events."""
    began, cpu_s = CLOCK.monotonic(), _cpu_s(place.convert)
    seen: list[tuple[float, int]] = []
    while not seen or seen[-1][1] < told.owed:
        if CLOCK.monotonic() - began > patience(_WITHIN_S):
            raise RuntimeError(f"{seen[-1][1]} of {told.owed} events are there")
        await CLOCK.sleep(_LOOK_S)
        seen.append((CLOCK.monotonic(), await place.ended() - before))
    first = next(one for one in seen if one[1] >= told.owed * _FIRST)
    last = next(one for one in seen if one[1] >= told.owed * _LAST)
    took_s = max(last[0] - first[0], _LOOK_S)
    return {
        "messages": told.owed,
        "per_s": round(max(last[1] - first[1], 1) / took_s),
        "cpu_ms_each": round((_cpu_s(place.convert) - cpu_s) * 1e3 / told.owed, 2),
    }


async def _at_rate(place: Place, rate: int, seconds: int) -> Row:
    """Shopify at a rate, convert at work beside it: from due to answer."""
    before, began = await place.ended(), CLOCK.monotonic()
    door_s, convert_s = _cpu_s(place.door), _cpu_s(place.convert)
    told = await place.send("shopify", rate, rate * seconds)
    answered_s = CLOCK.monotonic() - began
    while await place.ended() - before < told.owed:
        if CLOCK.monotonic() - began > patience(_WITHIN_S):
            raise RuntimeError("not all was converted")
        await CLOCK.sleep(_LOOK_S)
    return {
        "case": f"shopify, {rate}/s, convert beside",
        "submissions": told.sent,
        "failed": told.failed,
        "per_s": round(told.sent / told.seconds),
        **percentiles(told.answered_ms),
        "cpu_ms_each": round((_cpu_s(place.door) - door_s) * 1e3 / told.sent, 2),
        "cpu_ms_convert": round(
            (_cpu_s(place.convert) - convert_s) * 1e3 / told.sent, 2
        ),
        "sender_late_ms": round(told.late_ms, 1),
        "converted_after_s": round(CLOCK.monotonic() - began - answered_s, 2),
    }


async def _opened(rig: Rig) -> Place:
    """Sources of all channels, a door, a convert, a sender."""
    more: Mapping[str, Mapping[str, object]] = {
        "x12": {"settings": {"currency": "USD"}, "path_secret": False}
    }
    async with open_sources(rig.settings) as world:
        for channel in CHANNELS:
            beside = more.get(channel, {"secret": SECRET})
            fields = {"id": source_id(channel), "channel": channel, **beside}
            await add(world, draft(fields))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = str(rig.folder / "door")
    door = await rig.start_other(
        "intake", ORDERBUS_INTAKE_PORT=str(port), ORDERBUS_DATA_DIR=folder
    )
    convert = await rig.start_other("convert")
    await asyncio.gather(rig.ready(door), rig.ready(convert))
    sender = await start_child("tests.bench.intake_load")
    rig.others.append(sender)
    connection = Connection(rig.settings.librdkafka())
    topology = await read_topology(rig.settings, KafkaTopics(connection))
    groups = KafkaGroups(connection)
    url = f"http://127.0.0.1:{port}"
    return Place(rig, url, door, convert, sender, groups, (topology.seen,))


def _cpu_s(child: Child) -> float:
    """What a process has used so far."""
    times = psutil.Process(child.pid).cpu_times()
    return float(times.user + times.system)
