"""`bus quarantine` from the outside: what it says, does, and never does."""

import asyncio
import base64
import json
from collections.abc import Sequence

import pytest
from typer.testing import CliRunner, Result

from bus.adapters.memory.publisher import MemoryPublisher
from bus.delivery.headers import read_state
from bus.record import Message, Record
from bus.samples.lifecycles import sample
from processors.cli.quarantine import app
from tests.support.orders import STARTED
from tests.support.past import Past
from tests.support.worlds import Worlds

EVENT = sample("order.created", 1, STARTED)


def bus(worlds: Worlds, *args: str) -> Result:
    """Run a command; it must not fail in any way but on purpose."""
    done = CliRunner().invoke(app, args, obj=worlds.open)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


async def _put_aside(
    worlds: Worlds, record: Record, why: str, names: Sequence[str] = ("acme",)
) -> Past:
    """Put a record into quarantine as fanout does."""
    async with worlds.open() as world:
        await world.table.ready()
        past = Past(world)
        for name in names:
            if world.table.get(name) is None:
                await past.subscribe(name)
        at = f"{record.topic}/{record.partition}/{record.offset}"
        ours = (
            ("bus-quarantine-reason", why.encode()),
            ("bus-quarantine-origin", at.encode()),
            ("bus-quarantine-at-ms", b"%d" % past.now_ms),
        )
        message = Message(
            "bus.quarantine", record.key, record.value, (*record.headers, *ours)
        )
        await MemoryPublisher(worlds.broker).publish(message)
        return past


def put_aside(worlds: Worlds, record: Record, why: str, *names: str) -> None:
    """Put a record into quarantine, with subscriptions to all order events."""
    asyncio.run(_put_aside(worlds, record, why, names or ("acme",)))


@pytest.fixture
def good(worlds: Worlds) -> Record:
    """A record that was put aside while the registry did not know its schema."""

    async def produce() -> Record:
        async with worlds.open() as world:
            await world.table.ready()
            return await Past(world).produce(EVENT)

    record = asyncio.run(produce())
    # As of a foreign producer: nothing says who it is but its place.
    bare = record._replace(headers=(("x-team", b"caf\xe9"),))
    put_aside(worlds, bare, "the registry has no schema with id 1", "acme", "beta")
    return bare


BROKEN = Record(
    "oms.order", 2, 7, 0, b"\x1b]0;owned\x07", b'{"a": 1}', (("ce_id", b"\x1b[2J"),)
)
BROKEN_WHY = "first byte is 0x7b, not the 0x00 of a schema id (it looks like JSON)"


def test_list_says_what_is_wrong_in_a_word(worlds: Worlds) -> None:
    """Place, reason and state of each; the details are the decoder's."""
    put_aside(worlds, BROKEN, BROKEN_WHY)
    printed = bus(worlds, "list").stdout
    for word in ("oms.order/2/7", "not_framed", "pending", BROKEN_WHY):
        assert word in printed
    assert "\x1b" not in printed
    (row,) = json.loads(bus(worlds, "list", "--json").stdout)
    assert (row["place"], row["topic"]) == ("oms.order/2/7", "oms.order")


@pytest.mark.parametrize(
    ("args", "found"),
    [
        ((), 1),
        (("oms.order/2/7",), 1),
        (("oms.order/2/8",), 0),
        (("--topic", "oms.order"), 1),
        (("--topic", "oms.payment"), 0),
        (("--reason", "not_framed"), 1),
        (("--reason", "no_order"), 0),
        (("--source", "/oms/web"), 1),
        (("--source", "/oms/shop"), 0),
        (("--source", "-"), 0),
        (("--since", "1h"), 1),
        (("--until", "1h"), 0),
        (("--state", "discarded"), 0),
    ],
)
def test_filters(worlds: Worlds, args: Sequence[str], found: int) -> None:
    """Each narrows to what it says."""
    said = (*BROKEN.headers, ("ce_source", b"/oms/web"))
    put_aside(worlds, BROKEN._replace(headers=said), BROKEN_WHY)
    assert len(json.loads(bus(worlds, "list", *args, "--json").stdout)) == found


def test_an_unknown_reason_is_refused(worlds: Worlds) -> None:
    """With the ones there are, and exit code 2."""
    done = bus(worlds, "list", "--reason", "ugly")
    assert done.exit_code == 2
    assert "not_framed" in done.output


@pytest.mark.parametrize("command", ["list", "show", "replay", "discard"])
def test_what_is_no_place_is_refused(worlds: Worlds, command: str) -> None:
    """A typo is not answered as if nothing stood there."""
    done = bus(worlds, command, "oms.order-2-7")
    assert done.exit_code == 2
    assert "expected TOPIC/PARTITION/OFFSET" in done.output


def test_show_tells_a_producer_what_to_do(worlds: Worlds) -> None:
    """Words, advice, escaped headers and bytes; all of the value in JSON."""
    put_aside(worlds, BROKEN, BROKEN_WHY)
    printed = bus(worlds, "show", "oms.order/2/7").stdout
    for word in ("bus.Producer", r"ce_id: \x1b[2J", "7b 22 61 22", '|{"a": 1}|'):
        assert word in printed
    (shown,) = json.loads(bus(worlds, "show", "oms.order/2/7", "--json").stdout)
    assert base64.b64decode(shown["value"]) == BROKEN.value
    assert shown["decodes_now"] is False
    assert bus(worlds, "show", "oms.order/0/0").exit_code == 1


def test_replay_delivers_what_can_be_read_now(worlds: Worlds, good: Record) -> None:
    """To each subscription that wants it, untouched, with its place, once."""
    dry = bus(worlds, "replay", "--dry-run")
    assert "would replay 1 of 1" in dry.stdout
    assert worlds.records("bus.retry.acme.1s") == []
    done = bus(worlds, "replay", "--yes")
    assert (done.exit_code, "replayed 1 of 1" in done.stdout) == (0, True)
    for name in ("acme", "beta"):
        (hop,) = worlds.records(f"bus.retry.{name}.1s")
        assert (hop.key, hop.value) == (good.key, good.value)
        assert hop.headers[0] == good.headers[0]
        origin = read_state(hop).origin
        assert origin[:3] == (good.topic, good.partition, good.offset)
    assert "Nothing is pending" in bus(worlds, "replay", "--yes").stdout
    (row,) = json.loads(bus(worlds, "list", "--json").stdout)
    assert row["state"] == "replayed"


def test_what_cannot_be_decoded_stays(worlds: Worlds, good: Record) -> None:
    """No loop: it is still there, pending, once; the exit code says so."""
    put_aside(worlds, BROKEN, BROKEN_WHY)
    done = bus(worlds, "replay", "--yes")
    assert done.exit_code == 1
    assert "1 still cannot be decoded" in done.stdout
    rows = json.loads(bus(worlds, "list", "--json").stdout)
    assert {row["place"]: row["state"] for row in rows} == {
        f"{good.topic}/{good.partition}/{good.offset}": "replayed",
        "oms.order/2/7": "pending",
    }


def test_put_aside_twice_is_delivered_once(worlds: Worlds, good: Record) -> None:
    """A crash between quarantine and commit may write it twice."""
    put_aside(worlds, good, "the registry has no schema with id 1")
    assert "replayed 2 of 2" in bus(worlds, "replay", "--yes").stdout
    assert len(worlds.records("bus.retry.acme.1s")) == 1


def test_nobody_is_asked_in_a_script(worlds: Worlds, good: Record) -> None:
    """Without --yes nothing is sent where nobody can answer."""
    assert good
    assert bus(worlds, "replay").exit_code == 2
    assert worlds.records("bus.retry.acme.1s") == []


def test_discard(worlds: Worlds) -> None:
    """It is marked, not deleted, and neither replayed nor discarded again."""
    put_aside(worlds, BROKEN, BROKEN_WHY)
    assert "would discard 1" in bus(worlds, "discard", "--dry-run").stdout
    assert "discarded 1" in bus(worlds, "discard", "--yes").stdout
    assert "Nothing is pending" in bus(worlds, "discard", "--yes").stdout
    (row,) = json.loads(bus(worlds, "list", "--json").stdout)
    assert row["state"] == "discarded"


def test_a_hostile_header_hides_nothing(worlds: Worlds) -> None:
    """A record that bears our marks' and quarantine's headers is still listed."""
    forged = (
        ("bus-mark", b"discarded"),
        ("bus-mark-of", b"0/0"),
        ("bus-quarantine-reason", b"all is well"),
        ("x", b""),
    )
    put_aside(worlds, BROKEN._replace(headers=forged), BROKEN_WHY)
    (row,) = json.loads(bus(worlds, "list", "--json").stdout)
    assert (row["state"], row["reason"]) == ("pending", "not_framed")
    (shown,) = json.loads(bus(worlds, "show", "oms.order/2/7", "--json").stdout)
    assert [header["name"] for header in shown["headers"]] == [n for n, _ in forged]


def test_a_hop_goes_to_its_own_subscription(worlds: Worlds, good: Record) -> None:
    """A tier's record that could not be decoded is nobody else's."""
    bus(worlds, "discard", "--yes")

    async def hop() -> Record:
        async with worlds.open() as world:
            await world.table.ready()
            past = Past(world)
            await past.die("acme", EVENT, good)
            return (await past.records("bus.dlq.acme"))[0]

    record = asyncio.run(hop())._replace(topic="bus.retry.acme.5s", offset=3)
    put_aside(worlds, record, "the registry has no schema with id 1")
    assert "replayed 1 of 1" in bus(worlds, "replay", "--yes").stdout
    assert len(worlds.records("bus.retry.acme.1s")) == 1
    assert worlds.records("bus.retry.beta.1s") == []


def test_what_is_decided_is_written_down(worlds: Worlds, good: Record) -> None:
    """How many were released, and to whom; how many discarded."""
    assert "replayed 1 of 1" in bus(worlds, "replay", "--yes").stdout
    put_aside(worlds, good._replace(value=None), "no value")
    assert "discarded 1" in bus(worlds, "discard", "--yes").stdout
    told = [one for one in worlds.audited() if one.entity == "quarantine"]
    assert [(one.action, one.after) for one in told] == [
        ("release", {"released": 1, "deliveries": {"acme": 1, "beta": 1}}),
        ("discard", {"discarded": 1}),
    ]
    assert {one.actor for one in told} == {"cli:ada"}
