"""What thin messages leave out is fetched, at the pace of the API, or parked."""

import orjson
import pytest

from bus.intake.fetching.wanted import read_wanted
from bus.intake.parked.item import Stage
from bus.intake.raw import read_raw
from bus.record import Message
from bus.sending import Got, NoAnswer, NoAnswerKind
from processors.telemetry import convert_names as names
from processors.telemetry.intake_names import REDACTED
from tests.support.converting import BASE, World

URL = f"{BASE}/orders/1"
THIN = {"kind": "thin", "id": "1", "event": "t"}


@pytest.fixture
def world() -> World:
    """A broker with one source that may fetch."""
    return World()


def document(**fields: object) -> Got:
    """An order as the API gives it."""
    items = [{"id": "1", "version": "3", "note": "all of it", **fields}]
    return Got(
        200, {"content-type": "application/json"}, orjson.dumps({"items": items})
    )


async def test_the_thin_one_is_told_then_the_whole_one(world: World) -> None:
    """The document is a submission of its own, with the message it belongs to."""
    world.asker.holds(URL, document())
    thin = world.send(THIN, key="k1")
    await world.converts()
    assert [one.data["completeness"] for one in world.told()] == ["thin", "full"]
    whole = world.told()[1].data
    assert (whole["note"], whole["via"]) == ("all of it", "fetch")
    kept = [r for r in world.records("intake.raw.mine") if read_raw(r).of is not None]
    (record,) = kept
    raw = read_raw(record)
    assert record.key == b"k1"
    assert raw.of is not None
    assert raw.of.topic == "intake.raw.mine"
    assert raw.url == URL
    assert thin.id != raw.id
    assert world.unsettled() == 0


async def test_credentials_go_along_and_nowhere_else(world: World) -> None:
    """Sent to the API; in no record, event or log line."""
    world.asker.holds(URL, document())
    world.send(THIN)
    await world.converts()
    (_, ask) = world.asker.asked[0]
    assert ask.headers == [("x-token", "t0ken")]
    assert "t0ken" not in repr(ask)
    stored = [
        record for topic in world.broker.topics for record in world.records(topic)
    ]
    assert not any(b"t0ken" in repr(record).encode() for record in stored)
    assert "t0ken" not in repr(world.observer.notes)


async def test_a_card_in_a_document_is_never_written(world: World) -> None:
    """As in what is pushed; the record says what was taken out, and it is counted."""
    world.asker.holds(URL, document(card="4111 1111 1111 1111"))
    world.send(THIN)
    await world.converts()
    stored = [
        record for topic in world.broker.topics for record in world.records(topic)
    ]
    assert not any(b"4111 1111 1111 1111" in (record.value or b"") for record in stored)
    (raw,) = [one for one in map(read_raw, world.records("intake.raw.mine")) if one.of]
    assert raw.redacted == {"pan": 1}
    assert b"4111 11** **** 1111" in raw.submission.body
    assert world.count(REDACTED, "pan") == 1
    assert world.told()[1].data["completeness"] == "full"


async def test_a_host_that_is_not_listed_is_never_asked(world: World) -> None:
    """The source's settings say which may be; anything else is parked at once."""
    world.add("mine", settings={"base": "https://evil.example"})
    world.send(THIN)
    await world.converts()
    assert world.asker.asked == []
    (item,) = world.parked()
    assert item.stage is Stage.FETCH
    assert "evil.example" in item.findings[0].text


async def test_a_failure_is_tried_on_every_tier(world: World) -> None:
    """At once, after 1, 5 and 30 s; then dead and parked, with the last answer."""
    world.asker.holds(URL, Got(500, {}, b""))
    world.send(THIN)
    async with world.running():
        await world.clock.advance(60)
    began = world.asker.asked[0][0]
    times = [round(at - began) for at, _ in world.asker.asked]
    assert times == [0, 1, 6, 36]
    (item,) = world.parked()
    assert (item.stage, item.order_id) == (Stage.FETCH, "shop.mine.1")
    (record,) = world.records("intake.dlq.mine")
    dead = read_wanted(record)
    assert (dead.attempts, dead.why) == (4, "answered 500")
    assert world.count(names.FETCHES, "dead") == 1
    assert world.unsettled() == 0


async def test_what_is_not_there_yet_is_fetched_later(world: World) -> None:
    """A message may overtake what it tells of."""
    world.asker.then(URL, Got(404, {}, b""), NoAnswer(NoAnswerKind.TIMEOUT))
    world.asker.holds(URL, document())
    world.send(THIN)
    async with world.running():
        await world.clock.advance(10)
    assert [one.data["completeness"] for one in world.told()] == ["thin", "full"]
    assert world.parked() == []


async def test_an_api_that_wants_a_pause_gets_it(world: World) -> None:
    """What it says is obeyed, and uses up no try."""
    busy = Got(429, {"retry-after": "20"}, b"")
    world.asker.then(URL, busy)
    world.asker.holds(URL, document())
    world.send(THIN)
    async with world.running():
        await world.clock.advance(15)
        assert len(world.asker.asked) == 1
        await world.clock.advance(15)
    assert len(world.asker.asked) == 2
    assert len(world.told()) == 2


async def test_one_api_never_holds_another(world: World) -> None:
    """A source whose limit is used up delays nobody else's."""
    fetch = {"hosts": ["api.shop.example"], "credentials": {"token": "t"}}
    world.add("slow", fetch={**fetch, "per_second": 0.01, "concurrency": 1})
    for n in range(3):
        item = {"kind": "thin", "id": str(n), "event": f"t{n}"}
        world.asker.holds(f"{BASE}/orders/{n}", document())
        world.send(item, source="slow")
    world.send(THIN)
    async with world.running():
        await world.clock.advance(5)
        urls = [ask.url for _, ask in world.asker.asked]
        assert len(urls) == 2
    assert world.unsettled("slow") == 0


async def test_a_source_without_fetch_leaves_thin_ones_thin(world: World) -> None:
    """Nothing is asked for, nothing parked."""
    world.add("mine", fetch=None)
    world.send(THIN)
    await world.converts()
    assert world.asker.asked == []
    assert [one.data["completeness"] for one in world.told()] == ["thin"]
    assert world.parked() == []


async def test_a_document_too_large_is_parked(world: World) -> None:
    """It says how large it may be; trying again is of no use."""
    world.asker.holds(URL, Got(200, {}, b"x" * (8 * 2**20 + 1)))
    world.send(THIN)
    await world.converts()
    assert len(world.asker.asked) == 1
    (item,) = world.parked()
    assert "bytes" in item.findings[0].text


async def test_a_damaged_record_of_a_tier_ends_with_the_dead_ones(
    world: World,
) -> None:
    """Kept as it is, with why; the partition goes on."""
    world.broker.append(Message("intake.retry.mine.1s", b"k", b"{"))
    async with world.running():
        await world.clock.advance(2)
    (record,) = world.records("intake.dlq.mine")
    assert record.value == b"{"


async def test_what_is_fetched_twice_is_told_once(world: World) -> None:
    """The same document again is a repeat, whatever led to it."""
    world.asker.holds(URL, document())
    world.send(THIN)
    world.send({"kind": "thin", "id": "1", "event": "t2"})
    await world.converts()
    assert [one.data["completeness"] for one in world.told()] == [
        "thin",
        "thin",
        "full",
    ]
