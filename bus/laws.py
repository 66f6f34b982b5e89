"""The laws that every sink keeps, to be run on one of your own.

    @pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
    async def test_it_keeps(law: Law) -> None:
        async with my_world() as world:
            await law(world)

A world is your sink and a real server of what it talks to, new for each law.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeAlias

from bus.delivery.delivery import (
    Accepted,
    Failed,
    Outcome,
    Refused,
    Throttled,
    Unreachable,
    said_of,
)
from bus.delivery.subscription import Secret, Subscription, parse_subscription
from bus.errors import OrderbusError
from bus.event import Event
from bus.receiving import Arrival, Reaction
from bus.sending import Parcel, Sink
from bus.webhook.signing import Signer, verify

SECRET = "whsec_" + "QUJD" * 8
"""Signs what the laws send."""
_NOW_S = 1_800_000_000.0
_SINCE = datetime.fromtimestamp(_NOW_S, UTC)
_TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
_WHY = "no such warehouse"
_TOKEN = "t0k3n"  # noqa: S105 - an example
_SOON_S = 0.5


class World(Protocol):
    """A sink, and the endpoint it delivers to."""

    sink: Sink
    url: str
    """The endpoint's."""
    nobody: str
    """The URL of a port of loopback that nobody listens on."""

    async def received(self) -> Sequence[Arrival]:
        """What came, in order; names of headers in small letters."""
        ...

    def then(self, reaction: Reaction) -> bool:
        """What the next delivery is answered; False: this cannot be answered there.

        All others are accepted.
        """
        ...


class LawBrokenError(OrderbusError):
    """A sink does not keep a law; says what was expected, and what came."""


Law: TypeAlias = Callable[[World], Awaitable[None]]


def parcel(
    url: str,
    body: bytes = b'{"order_id":"SO-1"}',
    *,
    number: int = 1,
    order: str = "SO-1",
    timeout_s: float = 10,
    headers: Mapping[str, str] | None = None,
) -> Parcel:
    """A signed delivery, as the bus makes it."""
    made = _subscription(url, headers or {})
    event = Event(
        id=f"evt-{number}",
        type="order.updated",
        source="/oms/web",
        subject=order,
        time=_SINCE,
        data={},
    )
    at = int(_NOW_S)
    signature = Signer.of(made.secrets).sign(event.webhook_id, at, body)
    signed = (
        ("content-type", "application/json"),
        *made.headers.items(),
        ("webhook-id", event.webhook_id),
        ("webhook-timestamp", str(at)),
        ("webhook-signature", signature),
        ("traceparent", _TRACE),
    )
    return Parcel(
        url,
        signed,
        body,
        timeout_s,
        made.tls,
        subscription=made,
        event=event,
        now_s=_NOW_S,
    )


def _subscription(url: str, headers: Mapping[str, str]) -> Subscription:
    return parse_subscription(
        {
            "id": "laws",
            "url": url,
            "types": ["*"],
            "secrets": [Secret(id="s1", value=SECRET, created_at=_SINCE)],
            "headers": dict(headers),
        }
    )


# --- the laws


async def arrives_whole(world: World) -> None:
    """The body byte for byte, and in headers what identifies, signs and traces it."""
    sent = parcel(world.url, b'{"n":\xc3\xbc}', headers={"X-Shop": "berlin"})
    _expect(isinstance(await world.sink.send(sent), Accepted), "it to be accepted")
    (came,) = await world.received()
    _expect(came.body == sent.body, f"{sent.body!r}, not {came.body!r}")
    for name, value in sent.headers:
        found = came.headers.get(name.lower().encode())
        _expect(found == value.encode(), f"{name}: {value}, not {found!r}")
    told = {name.decode(): value.decode() for name, value in came.headers.items()}
    _expect(
        verify(
            told["webhook-signature"],
            told["webhook-id"],
            int(told["webhook-timestamp"]),
            came.body,
            [SECRET],
            _NOW_S,
        ),
        "a signature that fits what came",
    )


async def keeps_order(world: World) -> None:
    """What is sent one after the other comes in that order, each once."""
    bodies = [b"%d" % number for number in range(20)]
    for number, body in enumerate(bodies):
        await world.sink.send(parcel(world.url, body, number=number))
    came = [one.body for one in await world.received()]
    _expect(came == bodies, f"{bodies}, not {came}")


async def large_and_odd_contents_arrive(world: World) -> None:
    """A body of 200 KB, and an order id that is no Unicode."""
    large = b"x" * 200_000
    await world.sink.send(parcel(world.url, large))
    await world.sink.send(parcel(world.url, b"{}", number=2, order="\ud800"))
    came = [one.body for one in await world.received()]
    _expect(came == [large, b"{}"], f"both, not {[len(body) for body in came]} bytes")


async def refuses_for_good(world: World) -> None:
    """A refusal is one, with its reason, and says nothing of credentials."""
    if not world.then(Reaction(400, _WHY)):
        return
    sent = parcel(world.url, headers={"authorization": f"Bearer {_TOKEN}"})
    outcome = await world.sink.send(sent)
    _expect(isinstance(outcome, Refused), f"Refused, not {outcome}")
    _expect(_WHY in said_of(outcome), f"{_WHY!r} in {said_of(outcome)!r}")
    _expect(_TOKEN not in said_of(outcome), "no credentials to be told")


async def throttles(world: World) -> None:
    """Who asks to slow down is asked later."""
    if world.then(Reaction(429, _WHY)):
        outcome = await world.sink.send(parcel(world.url))
        _expect(isinstance(outcome, Throttled), f"Throttled, not {outcome}")


async def fails(world: World) -> None:
    """What may go better another time is no refusal."""
    if world.then(Reaction(500, _WHY)):
        outcome = await world.sink.send(parcel(world.url))
        _expect(isinstance(outcome, Failed), f"Failed, not {outcome}")


async def waits_no_longer_than_its_timeout(world: World) -> None:
    """Who takes a delivery and says nothing is not reached; the next one is."""
    if world.then(Reaction(0)):
        _nobody(await world.sink.send(parcel(world.url, timeout_s=_SOON_S)))
        outcome = await world.sink.send(parcel(world.url, number=2))
        _expect(isinstance(outcome, Accepted), f"Accepted, not {outcome}")


async def reaches_nobody(world: World) -> None:
    """A closed port is nobody reached, and nothing is said of addresses."""
    outcome = await world.sink.send(parcel(world.nobody, timeout_s=5))
    _nobody(outcome)
    _expect("127.0.0.1" not in said_of(outcome), "no address to be told")


async def closes_twice(world: World) -> None:
    """Closing is safe to repeat."""
    await world.sink.send(parcel(world.url))
    await world.sink.close()
    await world.sink.close()


def _nobody(outcome: Outcome) -> None:
    _expect(isinstance(outcome, Unreachable), f"Unreachable, not {outcome}")


def _expect(holds: bool, what: str) -> None:  # noqa: FBT001 - what is asserted
    if not holds:
        raise LawBrokenError(f"expected {what}")


LAWS: tuple[Law, ...] = (
    arrives_whole,
    keeps_order,
    large_and_odd_contents_arrive,
    refuses_for_good,
    throttles,
    fails,
    waits_no_longer_than_its_timeout,
    reaches_nobody,
    closes_twice,
)
"""All of them."""
