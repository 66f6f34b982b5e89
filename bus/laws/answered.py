"""The laws of what arrives, and of what is answered."""

import asyncio

from bus.delivery.delivery import Accepted, Failed, Refused, Throttled, said_of
from bus.laws.world import NOW_S, SECRET, World, expect, not_reached, parcel
from bus.receiving import Reaction
from bus.webhook.signing import verify

_WHY = "no such warehouse"
_TOKEN = "t0k3n"  # noqa: S105 - an example
_SOON_S = 0.5


async def arrives_whole(world: World) -> None:
    """The body byte for byte, and in headers what identifies, signs and traces it."""
    sent = parcel(world.url, b'{"n": "\xc3\xbc" }', headers={"X-Shop": "berlin"})
    expect(isinstance(await world.sink.send(sent), Accepted), "it to be accepted")
    (came,) = await world.received()
    expect(came.body == sent.body, f"{sent.body!r}, not {came.body!r}")
    for name, value in sent.headers:
        found = came.headers.get(name.lower().encode())
        expect(found == value.encode(), f"{name}: {value}, not {found!r}")
    told = {name.decode(): value.decode() for name, value in came.headers.items()}
    expect(
        verify(
            told["webhook-signature"],
            told["webhook-id"],
            int(told["webhook-timestamp"]),
            came.body,
            [SECRET],
            NOW_S,
        ),
        "a signature that fits what came",
    )


async def keeps_order(world: World) -> None:
    """What is sent one after the other comes in that order, each once."""
    bodies = [b'{"n":%d}' % number for number in range(20)]
    for number, body in enumerate(bodies):
        await world.sink.send(parcel(world.url, body, number=number))
    came = [one.body for one in await world.received()]
    expect(came == bodies, f"{bodies}, not {came}")


async def large_and_odd_contents_arrive(world: World) -> None:
    """A body of 200 KB, and an order id that is no Unicode."""
    large = b'{"x":"%s"}' % (b"x" * 200_000)
    await world.sink.send(parcel(world.url, large))
    await world.sink.send(parcel(world.url, b"{}", number=2, order="\ud800"))
    came = [one.body for one in await world.received()]
    expect(came == [large, b"{}"], f"both, not {[len(body) for body in came]} bytes")


async def carries_many_at_once(world: World) -> None:
    """Those that are under way together are all taken, and all arrive."""
    sent = [parcel(world.url, number=number, timeout_s=60) for number in range(50)]
    outcomes = await asyncio.gather(*(world.sink.send(one) for one in sent))
    for outcome in outcomes:
        expect(isinstance(outcome, Accepted), f"Accepted, not {outcome}")
    came = {one.headers[b"webhook-id"].decode() for one in await world.received()}
    expect(came == {one.event.webhook_id for one in sent}, "each of them to arrive")


async def keeps_an_id(world: World) -> None:
    """What is sent again has the id it had; whoever knows that may drop it."""
    sent = [parcel(world.url, number=number) for number in (1, 1, 2)]
    for one in sent:
        outcome = await world.sink.send(one)
        expect(isinstance(outcome, Accepted), f"Accepted, not {outcome}")
    again, _, other = (one.event.webhook_id for one in sent)
    came = [one.headers[b"webhook-id"].decode() for one in await world.received()]
    expect(came in ([again, again, other], [again, other]), f"its id, not {came}")


async def refuses_for_good(world: World) -> None:
    """A refusal is one, with its reason, and says nothing of credentials."""
    if not world.then(Reaction(400, _WHY)):
        return
    sent = parcel(world.url, headers={"authorization": f"Bearer {_TOKEN}"})
    outcome = await world.sink.send(sent)
    expect(isinstance(outcome, Refused), f"Refused, not {outcome}")
    expect(_WHY in said_of(outcome), f"{_WHY!r} in {said_of(outcome)!r}")
    expect(_TOKEN not in said_of(outcome), "no credentials to be told")


async def throttles(world: World) -> None:
    """Who asks to slow down is asked later."""
    if world.then(Reaction(429, _WHY)):
        outcome = await world.sink.send(parcel(world.url))
        expect(isinstance(outcome, Throttled), f"Throttled, not {outcome}")


async def fails(world: World) -> None:
    """What may go better another time is no refusal."""
    if world.then(Reaction(500, _WHY)):
        outcome = await world.sink.send(parcel(world.url))
        expect(isinstance(outcome, Failed), f"Failed, not {outcome}")


async def waits_no_longer_than_its_timeout(world: World) -> None:
    """Who takes a delivery and says nothing is not reached; the next one is."""
    if world.then(Reaction(0)):
        not_reached(await world.sink.send(parcel(world.url, timeout_s=_SOON_S)))
        outcome = await world.sink.send(parcel(world.url, number=2))
        expect(isinstance(outcome, Accepted), f"Accepted, not {outcome}")


async def reaches_nobody(world: World) -> None:
    """A closed port is nobody reached, and nothing is said of addresses."""
    outcome = await world.sink.send(parcel(world.nobody, timeout_s=5))
    not_reached(outcome)
    expect("127.0.0.1" not in said_of(outcome), "no address to be told")


async def closes_twice(world: World) -> None:
    """Closing is safe to repeat."""
    await world.sink.send(parcel(world.url))
    await world.sink.close()
    await world.sink.close()
