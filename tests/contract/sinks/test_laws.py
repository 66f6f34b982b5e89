"""What every sink promises, whatever its transport."""

import asyncio
import json

from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.delivery.delivery import Accepted, Refused, Unreachable
from bus.ports import NoAnswerKind
from bus.webhook.signing import verify
from tests.contract.sinks.conftest import OpenAs
from tests.contract.sinks.parcels import NOW_S, SECRET, TRACE, parcel
from tests.contract.sinks.worlds import LOOPBACK, World, nobody, nobody_reached
from tests.support.pace import patience
from tests.support.relay import stranger


async def test_what_arrives(world: World) -> None:
    """The body byte for byte, its type, the trace, and what identifies and signs it."""
    sent = parcel(world.url, b'{"n": "\xc3\xbc" }', headers={"X-Token": "t0"})

    assert isinstance(await world.sink.send(sent), Accepted)

    (got,) = await world.received()
    assert got.body == sent.body
    assert got.fields["content-type"] == "application/json"
    assert got.fields["traceparent"] == TRACE
    assert got.fields["x-token"] == "t0"
    assert got.fields["webhook-id"] == sent.event.webhook_id
    assert verify(
        got.fields["webhook-signature"],
        got.fields["webhook-id"],
        int(got.fields["webhook-timestamp"]),
        got.body,
        [SECRET],
        NOW_S,
    )


async def test_accepted(world: World) -> None:
    """What is taken has the status that HTTP has for it."""
    assert await world.sink.send(parcel(world.url)) == Accepted(200)


async def test_nobody_listens(world: World) -> None:
    """A closed port is nobody reached, and says nothing of addresses."""
    port = await nobody()
    url = world.at(port)

    outcome = await world.sink.send(parcel(url, timeout_s=2))

    assert nobody_reached(outcome) == NoAnswerKind.CONNECT
    assert isinstance(outcome, Unreachable)
    assert "127.0.0.1" not in outcome.detail


async def test_silence(world: World) -> None:
    """So does who takes the connection and never speaks."""
    async with stranger() as port:
        outcome = await world.sink.send(parcel(world.at(port), timeout_s=0.3))

    assert nobody_reached(outcome) == NoAnswerKind.TIMEOUT


async def test_another_language(world: World) -> None:
    """Who answers in another protocol is not heard."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async with stranger(speak) as port:
        outcome = await world.sink.send(parcel(world.at(port), timeout_s=patience(2)))

    assert isinstance(outcome, Unreachable), outcome


async def test_order(world: World) -> None:
    """Deliveries made one after the other arrive so."""
    for number in range(20):
        sent = parcel(world.url, b'{"n":%d}' % number, number=number)
        assert await world.sink.send(sent) == Accepted(200)

    came = [json.loads(one.body)["n"] for one in await world.received()]
    assert came == list(range(20))


async def test_the_same_again(world: World) -> None:
    """What is sent again has the id it had, by which some know that they have it."""
    sent = [parcel(world.url, number=number) for number in (1, 1, 2)]
    for one in sent:
        assert await world.sink.send(one) == Accepted(200)

    again, _, other = (one.event.webhook_id for one in sent)
    ids = [one.fields["webhook-id"] for one in await world.received()]
    assert ids in ([again, again, other], [again, other])


async def test_many_at_once(world: World) -> None:
    """Concurrent deliveries all get their own answer."""
    sent = [parcel(world.url, number=n, timeout_s=patience(20)) for n in range(200)]

    outcomes = await asyncio.gather(*(world.sink.send(one) for one in sent))

    assert outcomes == [Accepted(200)] * 200
    ids = {one.fields["webhook-id"] for one in await world.received()}
    assert ids == {one.event.webhook_id for one in sent}


async def test_guard(open_as: OpenAs) -> None:
    """Where the operator has opened nothing, nothing is connected to."""
    async for world in open_as(guard=Guard(https_only=False)):
        outcome = await world.sink.send(parcel(world.url))

        assert nobody_reached(outcome) == NoAnswerKind.FORBIDDEN
        assert not world.relay.connections


async def test_guard_of_names(open_as: OpenAs) -> None:
    """A name is judged by its addresses, of which nothing is told."""
    names = Names(lambda _: ["127.0.0.1"])
    async for world in open_as(guard=Guard(https_only=False), names=names):
        outcome = await world.sink.send(parcel(world.named("shop.example")))

        assert nobody_reached(outcome) == NoAnswerKind.FORBIDDEN
        assert isinstance(outcome, Unreachable)
        assert "127.0.0.1" not in outcome.detail
        assert not world.relay.connections


async def test_pinned(open_as: OpenAs) -> None:
    """A name is asked once a delivery, and what was admitted is connected to."""
    asked: list[str] = []

    def look_up(host: str) -> list[str]:
        asked.append(host)
        again = asked.count("shop.example") > 1
        return ["127.0.0.2"] if again else ["127.0.0.1"]

    guard = Guard(allow=["127.0.0.1/32"])
    async for world in open_as(guard=guard, names=Names(look_up, ttl_s=0)):
        url = world.named("shop.example")

        assert await world.sink.send(parcel(url)) == Accepted(200)
        # Kafka's clients are told of others, which are judged, too.
        assert asked.count("shop.example") == 1


async def test_unknown_name(open_as: OpenAs) -> None:
    """A name without an address is nobody reached."""

    def unknown(_host: str) -> list[str]:
        raise OSError(0, "Name or service not known")

    guard = Guard(allow=LOOPBACK)
    async for world in open_as(guard=guard, names=Names(unknown)):
        outcome = await world.sink.send(parcel(world.named("shop.example")))

        assert nobody_reached(outcome) == NoAnswerKind.DNS


async def test_odd_contents(world: World) -> None:
    """An empty body, a large one, and an order that is no Unicode all arrive."""
    odd = ((b"", "SO-1"), (world.large, "SO-1"), (b"{}", "\ud800"))
    for number, (body, order) in enumerate(odd):
        wait = patience(10)
        sent = parcel(world.url, body, number=number, order=order, timeout_s=wait)
        if not body and not world.takes_empty:
            assert isinstance(await world.sink.send(sent), Refused)
            continue
        assert await world.sink.send(sent) == Accepted(200)
        assert (await world.received())[-1].body == body


async def test_close_twice(world: World) -> None:
    """Closing is safe to repeat."""
    assert await world.sink.send(parcel(world.url)) == Accepted(200)
    await world.sink.close()
    await world.sink.close()
