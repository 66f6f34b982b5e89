"""What the sink of pulled events promises: of whoever dials, and of nobody."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bus.adapters.grpc.lanes import MOST_BYTES
from bus.delivery.delivery import Accepted, Failed, Refused, Throttled, Unreachable
from bus.errors import ConfigurationError
from bus.ports import NoAnswerKind
from bus.receiving import Reaction
from bus.webhook.signing import verify
from tests.contract.sinks.parcels import NOW_S, SECRET, TRACE, parcel
from tests.contract.sinks.pull_worlds import (
    KEY,
    URL,
    Partner,
    PullWorld,
    pull_sink,
    pulling,
    relay,
    subscribed,
)
from tests.contract.sinks.worlds import nobody, nobody_reached
from tests.support.bus import wait_until
from tests.support.pace import patience

HANGS = Reaction(0)


@pytest.fixture
async def world() -> AsyncIterator[PullWorld]:
    """A relay and a worker's sink."""
    async with pulling() as opened:
        yield opened


async def test_what_arrives(world: PullWorld) -> None:
    """The body byte for byte, its type, what identifies and signs it; no token."""
    partner = Partner()
    sent = parcel(URL, b'{"n":\xc3\xbc}', headers={"X-Token": "t0"})
    async with subscribed(world.url, partner):
        assert await world.sink.send(sent) == Accepted(200)
    (got,) = partner.had
    fields = {name.decode(): value.decode() for name, value in got.headers.items()}
    assert got.body == sent.body
    assert fields["content-type"] == "application/json"
    assert fields["traceparent"] == TRACE
    assert fields["x-token"] == "t0"
    assert not [name for name in fields if name.startswith("orderbus-")]
    assert verify(
        fields["webhook-signature"],
        fields["webhook-id"],
        int(fields["webhook-timestamp"]),
        got.body,
        [SECRET],
        NOW_S,
    )


async def test_receipts(world: PullWorld) -> None:
    """Each is what its partner says of it."""
    partner = Partner()
    partner.says.extend(
        [
            Reaction(200, "had it"),
            Reaction(422, "no such warehouse"),
            Reaction(429, "later", 7),
            Reaction(500, "broken"),
        ]
    )
    async with subscribed(world.url, partner):
        said = [await world.sink.send(parcel(URL, number=n)) for n in range(4)]
    assert said == [
        Accepted(200, "had it"),
        Refused(400, "REFUSED no such warehouse"),
        Throttled(429, 7, "THROTTLED later"),
        Failed(500, None, "FAILED broken"),
    ]


async def test_nobody_is_subscribed(world: PullWorld) -> None:
    """Before somebody dials and after it went, nobody is reached; then it is again."""
    outcome = await world.sink.send(parcel(URL))
    assert nobody_reached(outcome) == NoAnswerKind.CONNECT
    for _ in range(2):
        async with subscribed(world.url, Partner()):
            assert await world.sink.send(parcel(URL)) == Accepted(200)
    await _nobody(world)


async def _nobody(world: PullWorld) -> None:
    """Wait until the relay knows that nobody is there."""

    async def gone() -> bool:
        return await world.sink.send(parcel(URL)) != Accepted(200)

    await wait_until(gone, 10, "nobody is subscribed")


async def test_it_goes_away(world: PullWorld) -> None:
    """What it had, without a word of what became of it, is nobody reached."""
    partner = Partner()
    partner.says.append(HANGS)
    async with subscribed(world.url, partner) as inlet:
        sent = asyncio.create_task(world.sink.send(parcel(URL, timeout_s=patience(20))))
        await partner.came.wait()
        await inlet.close()
        assert nobody_reached(await sent) == NoAnswerKind.RESET


async def test_it_says_nothing(world: PullWorld) -> None:
    """Silence is a timeout; a receipt after it is nobody's, and the next one counts."""
    partner = Partner()
    partner.says.append(HANGS)
    async with subscribed(world.url, partner):
        outcome = await world.sink.send(parcel(URL, timeout_s=0.3))
        assert nobody_reached(outcome) == NoAnswerKind.TIMEOUT
        assert await world.sink.send(parcel(URL, number=2)) == Accepted(200)


async def test_the_relay_goes_away(world: PullWorld) -> None:
    """Nobody is reached meanwhile; who was subscribed dials anew by itself."""
    partner = Partner()
    async with subscribed(world.url, partner):
        assert await world.sink.send(parcel(URL)) == Accepted(200)
        await world.relay.stop()
        outcome = await world.sink.send(parcel(URL, timeout_s=2))
        assert nobody_reached(outcome)
        again = relay(world.gate, int(world.url.rpartition(":")[2]))
        await again.start()

        async def back() -> bool:
            return await world.sink.send(parcel(URL, number=2)) == Accepted(200)

        await wait_until(back, 20, "it has dialled anew")
        await again.stop()


async def test_several_gateways(world: PullWorld) -> None:
    """It does not matter at which one somebody has dialled, nor that one is away."""
    other = relay(world.gate)
    url, partner = await other.start(), Partner()
    away = f"grpc://127.0.0.1:{await nobody()}"
    sink = pull_sink(away, world.url, url)
    async with subscribed(url, partner):
        for number in range(3):
            assert await sink.send(parcel(URL, number=number)) == Accepted(200)
    assert len(partner.had) == 3
    await sink.close()
    await other.stop()


async def test_order(world: PullWorld) -> None:
    """Of several streams an order's events all come over the same one, in order."""
    partners = [Partner(), Partner()]
    async with subscribed(world.url, partners[0]), subscribed(world.url, partners[1]):
        for number in range(40):
            sent = parcel(URL, str(number).encode(), order=f"SO-{number % 8}")
            assert await world.sink.send(sent) == Accepted(200)
    came = [[int(one.body) for one in partner.had] for partner in partners]
    assert all(came)
    assert all(each == sorted(each) for each in came)
    orders = [{number % 8 for number in each} for each in came]
    assert not orders[0] & orders[1]


async def test_many_at_once(world: PullWorld) -> None:
    """Each gets its own receipt."""
    partner = Partner()
    sent = [parcel(URL, number=n, timeout_s=patience(20)) for n in range(200)]
    async with subscribed(world.url, partner):
        outcomes = await asyncio.gather(*(world.sink.send(one) for one in sent))
    assert outcomes == [Accepted(200)] * 200
    assert len(set(partner.ids)) == 200


@pytest.mark.parametrize(
    ("name", "key", "why"),
    [
        ("acme", "other", "UNAUTHENTICATED"),
        ("acme", "", "UNAUTHENTICATED"),
        ("foreign", KEY, "PERMISSION_DENIED"),
        ("", KEY, "INVALID_ARGUMENT"),
    ],
)
async def test_who_may(world: PullWorld, name: str, key: str, why: str) -> None:
    """Only who has a key, and only what is its own."""
    with pytest.raises(ConfigurationError, match=why):
        async with subscribed(world.url, Partner(), name, key):
            pass


async def test_a_key_that_is_revoked(world: PullWorld) -> None:
    """Whoever subscribed with it gets nothing more."""
    partner = Partner()
    async with subscribed(world.url, partner):
        assert await world.sink.send(parcel(URL)) == Accepted(200)
        world.gate.revoked = True
        outcome = await world.sink.send(parcel(URL, number=2))
        assert nobody_reached(outcome) == NoAnswerKind.CONNECT
    assert len(partner.had) == 1


async def test_a_stranger_hands_over(world: PullWorld) -> None:
    """Who has not the token of the bus reaches no partner; nothing becomes a letter."""
    partner, sink = Partner(), pull_sink(world.url, token="")
    async with subscribed(world.url, partner):
        outcome = await sink.send(parcel(URL))
    assert nobody_reached(outcome) == NoAnswerKind.PROTOCOL
    assert not partner.had
    await sink.close()


async def test_too_large(world: PullWorld) -> None:
    """What is larger than gRPC takes is refused; what just fits comes whole."""
    partner = Partner()
    async with subscribed(world.url, partner):
        outcome = await world.sink.send(parcel(URL, b"x" * MOST_BYTES))
        assert isinstance(outcome, Refused)
        assert outcome.status == 413
        fits = parcel(URL, b"x" * (MOST_BYTES - 2_000), timeout_s=patience(10))
        assert await world.sink.send(fits) == Accepted(200)
    assert len(partner.had[0].body) == MOST_BYTES - 2_000


async def test_odd_contents(world: PullWorld) -> None:
    """An empty body and an order that is no Unicode arrive."""
    async with subscribed(world.url, partner := Partner()):
        for body, order in ((b"", "SO-1"), (b"{}", "\ud800")):
            assert await world.sink.send(parcel(URL, body, order=order)) == Accepted(
                200
            )
    assert [one.body for one in partner.had] == [b"", b"{}"]


async def test_cancelled(world: PullWorld) -> None:
    """Who stops waiting stops; the stream goes on, and closing twice is safe."""
    partner = Partner()
    partner.says.append(HANGS)
    async with subscribed(world.url, partner):
        sent = asyncio.create_task(world.sink.send(parcel(URL)))
        await partner.came.wait()
        sent.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sent
        assert await world.sink.send(parcel(URL, number=2)) == Accepted(200)
    await world.sink.close()
    await world.sink.close()


async def test_closed(world: PullWorld) -> None:
    """Closing ends what is under way, as if its partner had gone."""
    partner = Partner()
    partner.says.append(HANGS)
    async with subscribed(world.url, partner):
        sent = asyncio.create_task(world.sink.send(parcel(URL, timeout_s=60)))
        await partner.came.wait()
        await world.sink.close()
        assert isinstance(await sent, Unreachable)
