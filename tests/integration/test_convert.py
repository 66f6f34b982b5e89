"""Submissions on a real Kafka: told as the channels' samples expect, killed or not."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from aiohttp import web

from bus.intake.converting import convert
from bus.intake.merging.fates import Held, Merging, Superseded, Told
from bus.intake.merging.tables import Owner
from bus.intake.samples import Sample, outcome, submission_of
from bus.intake.sources import Source
from bus.intake.submission import Submission
from tests.support.bus import Bus, Worker, running_bus, wait_until
from tests.support.http_server import serving
from tests.support.kafka import KafkaUnderTest
from tests.support.stored import Intake, channels_copy, shipped

pytestmark = pytest.mark.kafka

_WITHIN_S = 60.0
ORDERS, CHANGES = 120, 5
SHORT, LONG = 3, 10


@pytest.fixture
async def intake(kafka: KafkaUnderTest, tmp_path: Path) -> AsyncIterator[Intake]:
    """A bus without workers, and sources to be added."""
    async with running_bus(kafka, tmp_path, f"c{uuid4().hex[:6]}") as bus:
        intake = Intake(bus)
        await intake.open()
        yield intake


def expected(source: Source, name: str) -> tuple[list[str], int]:
    """Ids of the events that a channel's samples come to, and how many are parked."""
    channel, samples = shipped(name)
    merging, ids, parked = Merging(1_000), [], 0
    for number, sample in enumerate(samples):
        submission = replace(submission_of(channel, sample), instance=source.id)
        for part in convert(channel, submission):
            owner = Owner(f"t/0/{number}#{part.part}")
            fate = merging.decide(part, owner, channel.deduplicate_s, 0)
            if isinstance(fate, Told | Held | Superseded):
                merging.learn(fate.note, 0)
            parked += isinstance(fate, Held)
            ids += [fate.event.id] if isinstance(fate, Told) else []
    return ids, parked


@pytest.mark.parametrize("name", ["shopify", "x12", "stripe"])
async def test_samples_become_what_they_are_expected_to(
    intake: Intake, name: str
) -> None:
    """Every sample of a channel, through Kafka, comes to what expected.json says."""
    source = await intake.add(name, settings=dict(shipped(name)[0].samples.settings))
    channel, samples = shipped(name)
    await intake.send_samples(source, channel, samples)
    worker = await intake.run()
    ids, parked = expected(source, name)

    async def there() -> bool:
        told = {one.id for one in await intake.told(source)}
        return told >= set(ids)

    await wait_until(there, _WITHIN_S, f"{name}; {worker.log.read_text()[-2000:]}")
    assert len(await intake.parked(source)) == parked
    for sample in samples:
        assert sample.expected is not None
        assert json.loads(outcome(channel, sample)) == json.loads(sample.expected)
    by_id = {one.id: one for one in await intake.told(source)}
    assert by_id.keys() == set(ids)
    assert await worker.stop() == 0


async def test_a_thin_order_is_fetched(intake: Intake) -> None:
    """Of the shop's own API, with its credential, and told whole after the thin one."""
    _, samples = shipped("bigcommerce")
    whole = next(one.body for one in samples if one.name == "11-fetched")
    asked: list[web.Request] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request)
        if len(asked) == 1:
            return web.Response(status=503)
        return web.Response(body=whole, content_type="application/json")

    async with serving(answer) as url:
        source = await intake.add(
            "bigcommerce",
            settings={"api": url, "store_hash": "abc123"},
            fetch={
                "hosts": [url.removeprefix("http://")],
                "credentials": {"token": "t0ken"},
            },
        )
        thin = next(one for one in samples if one.name == "01-created")
        await intake.bus.publisher.publish(intake.message(source, thin.body))
        worker = await intake.run()

        async def both() -> bool:
            return len(await intake.told(source)) == 2

        await wait_until(both, _WITHIN_S, worker.log.read_text()[-2000:])
    told = await intake.told(source)
    assert [one.data["completeness"] for one in told] == ["thin", "full"]
    assert [one.headers["x-auth-token"] for one in asked] == ["t0ken"] * 2
    assert asked[0].path == "/stores/abc123/v2/orders/250"
    assert "t0ken" not in worker.log.read_text()
    assert await worker.stop() == 0


async def test_a_changed_mapping_needs_no_restart(
    intake: Intake, tmp_path: Path
) -> None:
    """It is used within moments; a faulty one is not, and the log says which line."""
    folder = channels_copy(tmp_path)
    mapping = folder / "channels" / "shopify" / "mapping.yaml"
    source = await intake.add("shopify")
    channel, samples = shipped("shopify")
    worker = await intake.run()
    await worker.ready()
    plain = samples[0]
    await intake.send_samples(source, channel, [plain])
    await _told(intake, source, 1, worker)
    text = mapping.read_text()
    mapping.write_text(text + "\nnobody: {knows: this}\n")
    await wait_until(
        lambda: worker.lines("channel_faulty"), _WITHIN_S, worker.log.read_text()
    )
    await intake.send_samples(source, channel, [_other(plain, "2")])
    await _told(intake, source, 2, worker)
    mapping.write_text("# mended\n" + text)
    await wait_until(
        lambda: len(worker.lines("channel_loaded")) == 2, _WITHIN_S, "it is mended"
    )
    await intake.send_samples(source, channel, [_other(plain, "3")])
    await _told(intake, source, 3, worker)
    versions = [one.data["mapping_version"] for one in await intake.told(source)]
    assert len(set(versions)) == 2
    assert versions.count(channel.version) == 2
    assert await worker.stop() == 0


def _other(sample: Sample, number: str) -> Sample:
    """The same order, sent as another message."""
    return replace(sample, headers={**sample.headers, "x-shopify-webhook-id": number})


async def _told(intake: Intake, source: Source, count: int, worker: Worker) -> None:
    async def there() -> bool:
        return len(await intake.told(source)) >= count

    await wait_until(there, _WITHIN_S, worker.log.read_text()[-2000:])


# ------------------------------------------------ killed at any moment

KILLS = [SHORT, pytest.param(LONG, marks=[pytest.mark.long, pytest.mark.timeout(900)])]


@pytest.mark.parametrize("kills", KILLS)
async def test_kills_lose_nothing_and_make_no_second_event(
    intake: Intake, kills: int
) -> None:
    """SIGKILL under load: every item told, by one id, in order; repeats are repeats."""
    source = await intake.add("shopify")
    bus, draw = intake.bus, random.Random(kills)  # noqa: S311 - moments, no secrets
    wanted = _wanted(source)
    writing = asyncio.create_task(_write(bus, intake, source))
    worker = await intake.run()
    for kill in range(kills):
        goal = (kill + 1) * len(wanted) * CHANGES // (kills + 2)
        await _told(intake, source, draw.randrange(max(1, goal - 40), goal), worker)
        await worker.kill()
        worker = await intake.run()
    await writing

    async def all_told() -> bool:
        told = {one.id for one in await intake.told(source)}
        return told >= {id_ for ids in wanted.values() for id_ in ids}

    await worker.ready()  # before, all may be told already, and SIGTERM just kills
    await wait_until(all_told, 2 * _WITHIN_S, worker.log.read_text()[-2000:])
    found: dict[str, list[str]] = {}
    told = await intake.told(source)
    for one in told:
        found.setdefault(one.order_id, []).append(one.id)
    assert found.keys() == wanted.keys()
    for order_id, ids in found.items():
        assert list(dict.fromkeys(ids)) == wanted[order_id], order_id
    assert await intake.parked(source) == []
    print(f"{ORDERS * CHANGES} items, {len(told)} told after {kills} kills")  # noqa: T201 - told with -s
    assert await worker.stop() == 0


def _bodies(order: int) -> list[tuple[str, bytes]]:
    """What the shop sends of one order: created, then changed again and again."""
    found = []
    for change in range(CHANGES):
        moment = datetime(2026, 11, 2, 9, order % 60, change, tzinfo=UTC)
        body = {
            "id": 5_000_000_000_000 + order,
            "name": f"#{order}",
            "created_at": "2026-11-02T09:00:00Z",
            "updated_at": moment.isoformat(),
            "currency": "EUR",
            "total_price": "19.90",
            "note": str(change),
            "line_items": [],
        }
        topic = "orders/updated" if change else "orders/create"
        found.append((topic, orjson.dumps(body)))
    return found


def _headers(order: int, change: int, topic: str) -> dict[str, str]:
    return {"x-shopify-topic": topic, "x-shopify-webhook-id": f"w-{order}-{change}"}


def _wanted(source: Source) -> dict[str, list[str]]:
    """The ids that each order's events have to have, in order."""
    channel, _ = shipped("shopify")
    found: dict[str, list[str]] = {}
    for order in range(ORDERS):
        for change, (topic, body) in enumerate(_bodies(order)):
            headers = _headers(order, change, topic)
            now = datetime(2026, 11, 2, tzinfo=UTC)
            (part,) = convert(channel, Submission(source.id, body, headers, now))
            assert part.event is not None
            found.setdefault(part.order_id, []).append(part.event.id)
    return found


async def _write(bus: Bus, intake: Intake, source: Source) -> None:
    """All changes of all orders, each in order; every fifth is sent twice."""
    for change in range(CHANGES):
        for order in range(ORDERS):
            topic, body = _bodies(order)[change]
            headers = _headers(order, change, topic)
            for _ in range(2 if (order + change) % 5 == 0 else 1):
                message = intake.message(source, body, headers, key=str(order))
                await bus.publisher.publish(message)
