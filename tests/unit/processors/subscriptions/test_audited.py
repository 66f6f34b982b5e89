"""What the audit says of subscriptions, and what it never does."""

import asyncio

import orjson

from bus.adapters.memory.broker import Fault
from bus.adapters.memory.clock import settle, turns
from bus.delivery.subscription import Secret, State, Subscription
from bus.record import Message
from processors.subscriptions.audited import CHANGED, differences
from processors.subscriptions.showing import HIDDEN
from tests.support.subscriptions import make
from tests.support.worlds import Worlds


def _with(**fields: object) -> Subscription:
    return make(url="https://acme.example/in?token=hush", **fields)  # type: ignore[arg-type]


def test_only_what_differs_is_said() -> None:
    """Old and new, under the names of `bus subscriptions show`."""
    before, after = differences(make(rate=1), make(rate=2, timeout_s=7))
    assert before == {"rate": 1.0, "timeout": "5s"}
    assert after == {"rate": 2.0, "timeout": "7s"}


def test_of_what_is_hidden_it_is_said_that_it_changed() -> None:
    """Header values, the client key and the values of a query; never which."""
    headers = {"Authorization": "Bearer hush-hush", "X-New": "hush"}
    tls = {"client_certificate": "BEGIN", "client_key": "BEGIN hush-hush"}
    new = make(url="https://acme.example/in?token=hush2", headers=headers, tls=tls)
    before, after = differences(_with(), new)
    assert after is not None
    assert after["headers"] == {"Authorization": CHANGED, "X-New": HIDDEN}
    assert after["tls"] == make().tls.model_dump() | {"client_key": CHANGED}
    assert after["endpoint"] == "https://acme.example/in?token=… (query changed)"
    assert b"hush" not in orjson.dumps([before, after])


def test_certificates_are_told_apart_and_not_kept() -> None:
    """A change may be made many times a minute, and is kept for 90 days."""
    tls = {"client_certificate": "BEGIN", "client_key": "BEGIN hush"}
    old, new = "a" * 100_000, "b" * 100_000
    pair = differences(make(tls=tls | {"ca": old}), make(tls=tls | {"ca": new}))
    before, after = pair
    assert before is not None
    assert after is not None
    assert before["tls"] != after["tls"]
    assert "100000 characters" in str(after["tls"])
    whole = differences(None, make(tls=tls | {"ca": new}))
    assert len(orjson.dumps([pair, whole])) < 5_000


async def test_every_change_is_written_down(worlds: Worlds) -> None:
    """Who, from where, what; whose it is; and the bus's own acts by another trail."""
    async with worlds.open() as world:
        await world.writer.add(_with(owner="acme"))
        other = world.by("k2", "10.0.0.7")
        await other.writer.pause("acme", "their weekend")
        await other.writer.pause("acme", "their weekend")
        await world.writer.resume("acme")
        secret = make().secrets[0].value[:-1] + "x"
        made = make().secrets[0].created_at
        new = Secret(id="s2", value=secret, created_at=made)
        await world.writer.rotate("acme", new, 60, over=make())
        await world.writer.disable("acme", "410")
        await world.writer.reseal("acme")
        await world.writer.begin_removal("acme")
        await world.writer.remove("acme")
    told = worlds.audited()
    assert [change.action for change in told] == [
        "add",
        "pause",
        "resume",
        "rotate",
        "disable",
        "reseal",
        "begin removal",
        "remove",
    ]
    assert {(one.entity_id, one.tenant) for one in told} == {("acme", "acme")}
    pause = told[1]
    assert (pause.actor, pause.address) == ("k2", "10.0.0.7")
    assert pause.before == {"state": "active", "state_reason": ""}
    assert pause.after == {"state": "paused", "state_reason": "their weekend"}
    assert (told[2].actor, told[2].address) == ("cli:ada", "desk-7")
    assert told[0].before is told[-1].after is None
    for record in worlds.records(worlds.topology.audit):
        assert b"hush" not in (record.value or b"")
        assert b"aHVzaGh1c2ho" not in (record.value or b"")


async def test_a_change_that_cannot_be_written_down_is_told(worlds: Worlds) -> None:
    """It was made all the same."""

    def refuse(message: Message) -> Fault | None:
        return Fault.REFUSE if message.topic == worlds.topology.audit else None

    worlds.broker.faults = refuse
    async with worlds.open() as world:
        made = await world.writer.add(make())
        assert world.table.get("acme") == made
    ((change, why),) = worlds.missed
    assert (change.action, change.entity_id) == ("add", "acme")
    assert "refused" in why


async def test_no_moment_leaves_no_trace(worlds: Worlds) -> None:
    """Whenever a request's time is over: what may have been done is written down."""
    async with worlds.open() as world:
        for steps in range(10_000):
            name = f"acme-{steps}"
            await world.writer.add(make(id=name))
            pausing = asyncio.create_task(world.writer.pause(name))
            await turns(steps)
            over = pausing.done()
            pausing.cancel()
            await asyncio.gather(pausing, return_exceptions=True)
            await settle()
            stands = world.table.get(name)
            assert stands is not None
            actions = [c.action for c in worlds.audited() if c.entity_id == name]
            if stands.state is State.PAUSED:
                assert actions[1:] in (["pause"], ["pause (in doubt)"]), steps
            if over:
                break
    assert steps > 5
