"""Parcels gathered into requests: none waits for others, none is lost or mixed up."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from bus.delivery.delivery import Accepted, Outcome, Refused, Unreachable
from bus.ports import NoAnswerKind
from bus.sending import Limits, Parcel
from processors.gathering import Gathered
from tests.contract.sinks.parcels import parcel

_MOST = Limits(10, 1_000)
URL = "https://a.example/hooks"


@dataclass
class Requests:
    """A sink that takes several; requests wait for `gate` where it is closed."""

    most: Limits = _MOST
    sent: list[list[int]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    within: list[float] = field(default_factory=list)
    closed: bool = False
    fails: bool = False

    def limits(self, parcel: Parcel) -> Limits:
        """The same for all."""
        del parcel
        return self.most

    def size(self, parcel: Parcel) -> int:
        """That of its body."""
        return len(parcel.body)

    async def send_all(
        self, parcels: Sequence[Parcel], timeout_s: float
    ) -> Sequence[Outcome]:
        """Odd ones are refused."""
        numbers = [int(one.event.id.removeprefix("evt-")) for one in parcels]
        self.sent.append(numbers)
        self.within.append(timeout_s)
        await self.gate.wait()
        if self.fails:
            raise RuntimeError("a bug")
        return [outcome(number) for number in numbers]

    async def close(self) -> None:
        """Let all go."""
        self.closed = True
        self.gate.set()


@pytest.fixture
def requests() -> Requests:
    """What answers at once."""
    made = Requests()
    made.gate.set()
    return made


def outcome(number: int) -> Outcome:
    """Odd ones are refused."""
    said = str(number)
    return Refused(400, said) if number % 2 else Accepted(200, said)


def sending(
    gathered: Gathered, numbers: range, body: bytes = b"x", orders: int = 1_000
) -> list[asyncio.Task[Outcome]]:
    """All at once, of so many orders in turn."""
    sent = [parcel(URL, body, number=n, order=f"SO-{n % orders}") for n in numbers]
    return [asyncio.create_task(gathered.send(one)) for one in sent]


async def settled() -> None:
    """Let everything happen that can without the world."""
    for _ in range(20):
        await asyncio.get_running_loop().run_in_executor(None, int)


async def test_each_has_its_own_outcome(requests: Requests) -> None:
    """Whatever the others come to; full requests, in order."""
    gathered = Gathered(requests)

    outcomes = await asyncio.gather(*sending(gathered, range(25)))

    assert [one.name for one in outcomes] == ["accepted", "refused"] * 12 + ["accepted"]
    assert [getattr(o, "said", "") or getattr(o, "detail", "") for o in outcomes] == [
        str(n) for n in range(25)
    ]
    assert requests.sent == [[*range(10)], [*range(10, 20)], [*range(20, 25)]]


async def test_nobody_waits_for_others(requests: Requests) -> None:
    """One alone goes alone, at once."""
    gathered = Gathered(requests)

    assert await gathered.send(parcel(URL, number=2)) == Accepted(200, "2")
    assert requests.sent == [[2]]


async def test_by_size(requests: Requests) -> None:
    """No request is larger than it may be, unless a parcel by itself is."""
    gathered = Gathered(requests)

    await asyncio.gather(*sending(gathered, range(5), b"x" * 400))
    await asyncio.gather(*sending(gathered, range(6, 8), b"x" * 5_000))

    assert requests.sent == [[0, 1], [2, 3], [4], [6], [7]]


async def test_only_what_goes_to_one_place(requests: Requests) -> None:
    """Other URLs, certificates and logins have requests of their own."""
    gathered = Gathered(requests)
    login = {"username": "a", "password": "b"}
    sent = [
        parcel(URL, number=0),
        parcel("https://b.example/", number=2),
        parcel(URL, number=4, login=login),
        parcel(URL, number=6),
    ]

    await asyncio.gather(*(gathered.send(one) for one in sent))

    assert sorted(requests.sent) == [[0, 6], [2], [4]]


async def test_ten_under_way(requests: Requests) -> None:
    """What comes meanwhile fills the next ones, as soon as one is back."""
    requests.gate.clear()
    gathered = Gathered(requests)
    first = []
    for n in range(10):
        first += sending(gathered, range(n, n + 1))
        await settled()
    waiting = sending(gathered, range(10, 22))
    await settled()
    assert requests.sent == [[n] for n in range(10)]

    requests.gate.set()

    assert len(await asyncio.gather(*first, *waiting)) == 22
    assert requests.sent[10:] == [[*range(10, 20)], [20, 21]]


async def test_an_order_is_under_way_once() -> None:
    """What is of an order whose request is under way waits, and others pass by it."""
    requests = Requests()
    gathered = Gathered(requests)
    first = sending(gathered, range(2), orders=2)
    await settled()
    more = sending(gathered, range(2, 8), orders=3)
    await settled()
    assert requests.sent == [[0, 1], [2, 5]]

    requests.gate.set()
    await asyncio.gather(*first, *more)

    assert requests.sent == [[0, 1], [2, 5], [3, 4, 6, 7]]


async def test_late() -> None:
    """A parcel that had no answer in its time has none; the rest of them do."""
    requests = Requests()
    gathered = Gathered(requests)
    short = gathered.send(parcel(URL, number=0, timeout_s=0.05))
    long = asyncio.create_task(gathered.send(parcel(URL, number=2, timeout_s=60)))

    outcome = await short
    requests.gate.set()

    assert isinstance(outcome, Unreachable)
    assert outcome.kind == NoAnswerKind.TIMEOUT
    assert await long == Accepted(200, "2")
    assert requests.within[0] > 50


async def test_given_up_before_it_went() -> None:
    """Is not sent; and disturbs no other."""
    requests = Requests(Limits(1, 1_000))
    gathered = Gathered(requests)
    flying = sending(gathered, range(10))
    await settled()
    waiting = sending(gathered, range(10, 13))
    await settled()
    waiting[1].cancel()
    await settled()

    requests.gate.set()
    await asyncio.gather(*flying, *waiting, return_exceptions=True)

    assert waiting[1].cancelled()
    assert requests.sent[10:] == [[10], [12]]


async def test_given_up_by_all() -> None:
    """A request that nobody waits for any more ends; its orders are free again."""
    requests = Requests()
    gathered = Gathered(requests)
    both = sending(gathered, range(2), orders=1)
    await settled()
    both[0].cancel()
    await settled()
    assert not both[1].done()
    both[1].cancel()
    await settled()
    (again,) = sending(gathered, range(2, 3), orders=1)
    await settled()

    requests.gate.set()

    assert await again == Accepted(200, "2")
    assert requests.sent == [[0, 1], [2]]


async def test_a_bug_is_heard_by_all(requests: Requests) -> None:
    """As if each had been sent by itself; the next ones go as ever."""
    gathered = Gathered(requests)
    requests.fails = True

    outcomes = await asyncio.gather(
        *sending(gathered, range(2)), return_exceptions=True
    )

    assert {type(one) for one in outcomes} == {RuntimeError}
    requests.fails = False
    assert await gathered.send(parcel(URL, number=2)) == Accepted(200, "2")


async def test_close() -> None:
    """What waits hears that nobody was reached; what is under way, what came of it."""
    requests = Requests(Limits(1, 1_000))
    gathered = Gathered(requests)
    flying = sending(gathered, range(0, 20, 2))
    await settled()
    (waiting,) = sending(gathered, range(30, 31))
    await settled()

    await gathered.close()

    assert requests.closed
    assert isinstance(await waiting, Unreachable)
    assert {one.name for one in await asyncio.gather(*flying)} == {"accepted"}
    await gathered.close()
