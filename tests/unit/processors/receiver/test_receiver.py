"""The receiver behaves as told and tells what it received."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import orjson
import pytest
from standardwebhooks import Webhook

from bus.adapters.memory.clock import MemoryClock
from processors.receiver import Behaviour, Mode, Receiver
from processors.receiver.behaviour import (
    BadBehaviourError,
    fails_by_share,
    parse_behaviour,
)

BODY = orjson.dumps(
    {
        "type": "order.created",
        "timestamp": "2026-11-23T12:00:00.000000Z",
        "order_id": "SO-1",
        "status": "created",
        "data": {},
        "bus": {"sequence": 3},
    }
)
XML_END = b"<bus><sequence>3</sequence></bus></event>"
HEADERS = {"content-type": "application/json", "webhook-id": "evt-1"}


@pytest.fixture
def clock() -> MemoryClock:
    """A clock that stands still."""
    return MemoryClock(1_795_435_200.5)


@pytest.fixture
async def receiver(clock: MemoryClock) -> AsyncIterator[Receiver]:
    """A receiver that remembers."""
    made = Receiver(clock, measure=True)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client that is not ours."""
    async with httpx.AsyncClient(headers=HEADERS, trust_env=False) as client:
        yield client


async def statuses(
    http: httpx.AsyncClient, receiver: Receiver, path: str, count: int = 1
) -> list[int]:
    """The statuses of so many posts, one after the other."""
    answers = [await http.post(receiver.url(path), content=BODY) for _ in range(count)]
    return [answer.status_code for answer in answers]


async def test_accepts_and_remembers(
    http: httpx.AsyncClient, receiver: Receiver, clock: MemoryClock
) -> None:
    """A request is accepted, and everything of it that matters is kept."""
    assert await statuses(http, receiver, "/hook", 2) == [200, 200]

    first, second = receiver.received
    assert (first.path, first.webhook_id, first.order_id) == ("/hook", "evt-1", "SO-1")
    assert (first.type, first.sequence, first.status) == ("order.created", 3, 200)
    assert (first.attempt, second.attempt) == (1, 2)
    assert first.at_ns == int(clock.now() * 1e9)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (
            "application/xml",
            b"<event><type>order.created</type><order_id>SO-1</order_id>" + XML_END,
        ),
        (
            "application/cloudevents+json; charset=utf-8",
            orjson.dumps(
                {
                    "type": "order.created",
                    "subject": "SO-1",
                    "data": {"order_id": "SO-1", "bus": {"sequence": 3}},
                }
            ),
        ),
    ],
)
async def test_reads_every_representation(
    http: httpx.AsyncClient, receiver: Receiver, content_type: str, body: bytes
) -> None:
    """Order, type and sequence are found in XML and CloudEvents bodies, too."""
    headers = {"content-type": content_type}
    await http.post(receiver.url("/"), content=body, headers=headers)

    one = receiver.received[0]
    assert (one.order_id, one.type, one.sequence) == ("SO-1", "order.created", 3)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"<a>", b"null"])
async def test_takes_any_body(
    http: httpx.AsyncClient, receiver: Receiver, body: bytes
) -> None:
    """A body that is no event is kept without facts."""
    answer = await http.post(receiver.url("/"), content=body)

    assert answer.status_code == 200
    assert receiver.received[0].order_id == ""


async def test_fails_by_query(http: httpx.AsyncClient, receiver: Receiver) -> None:
    """A URL's query says how its path behaves."""
    path = "/flaky?fail_first=2&fail_status=503&retry_after=7"

    answers = [await http.post(receiver.url(path), content=BODY) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["retry-after"] == "7"


async def test_fails_for_orders(http: httpx.AsyncClient, receiver: Receiver) -> None:
    """The events of some orders fail, the others do not."""
    assert await statuses(http, receiver, "/a?fail_orders=SO-7,SO-1") == [500]
    assert await statuses(http, receiver, "/b?fail_orders=SO-7") == [200]


async def test_fails_for_a_time(
    http: httpx.AsyncClient, receiver: Receiver, clock: MemoryClock
) -> None:
    """A path that fails for a time is well after it."""
    receiver.behave("/hook", Behaviour(fail_for_s=10))
    assert await statuses(http, receiver, "/hook") == [500]

    await clock.advance(10)

    assert await statuses(http, receiver, "/hook") == [200]


async def test_fails_by_share(http: httpx.AsyncClient, receiver: Receiver) -> None:
    """A share of the requests fails."""
    got = await statuses(http, receiver, "/hook?fail_share=0.25", 40)

    assert 8 <= got.count(500) <= 12


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_share_is_even(share: float) -> None:
    """The share is met closely over any stretch."""
    failed = sum(fails_by_share(count, share) for count in range(1000, 2000))

    assert failed == pytest.approx(1000 * share, abs=5)


async def test_only_type(http: httpx.AsyncClient, receiver: Receiver) -> None:
    """A partner that reads XML refuses JSON."""
    assert await statuses(http, receiver, "/erp?only_type=application/xml") == [415]


async def test_redirects_to_itself(http: httpx.AsyncClient, receiver: Receiver) -> None:
    """A redirect points to loopback."""
    answer = await http.post(receiver.url("/?mode=redirect"), content=BODY)

    assert answer.status_code == 302
    assert answer.headers["location"] == receiver.url("/redirected")


async def test_answers_at_length(http: httpx.AsyncClient, receiver: Receiver) -> None:
    """A large answer has 10 MB."""
    answer = await http.post(receiver.url("/?mode=large"), content=BODY)

    assert len(answer.content) == 10_000_000


@pytest.mark.parametrize("mode", [Mode.RESET, Mode.CLOSE])
async def test_breaks_off(
    http: httpx.AsyncClient, receiver: Receiver, mode: Mode
) -> None:
    """The connection is reset, or closed in the middle of the answer."""
    with pytest.raises(httpx.TransportError):
        await http.post(receiver.url(f"/?mode={mode}"), content=BODY)

    assert receiver.received[0].status == 0


async def test_hangs(http: httpx.AsyncClient, receiver: Receiver) -> None:
    """A hanging path takes the request and says nothing."""
    with pytest.raises(httpx.ReadTimeout):
        await http.post(receiver.url("/?mode=hang"), content=BODY, timeout=0.05)

    assert receiver.received[0].status == 0


async def test_slow_path_holds_no_other_up(
    http: httpx.AsyncClient, receiver: Receiver
) -> None:
    """A path's latency is its own."""
    slow = asyncio.create_task(statuses(http, receiver, "/slow?latency_ms=60000"))

    assert await statuses(http, receiver, "/quick") == [200]
    assert not slow.done()
    slow.cancel()
    await asyncio.gather(slow, return_exceptions=True)


async def test_verifies_signatures(
    http: httpx.AsyncClient, receiver: Receiver, clock: MemoryClock
) -> None:
    """What the Standard Webhooks library signed is accepted, and nothing else."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the published one
    receiver.behave("/hook", Behaviour(secret=secret))
    assert await statuses(http, receiver, "/hook") == [401]

    at = datetime.fromtimestamp(int(clock.now()), UTC)
    signature = Webhook(secret).sign("evt-1", at, BODY.decode())
    signed = {
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    answer = await http.post(receiver.url("/hook"), content=BODY, headers=signed)

    assert answer.status_code == 200
    assert [one.signed for one in receiver.received] == [False, True]


async def test_control(http: httpx.AsyncClient, receiver: Receiver) -> None:
    """Behaviours are set and what was received is read over HTTP."""
    told = {"/hook": {"status": 410}}
    answer = await http.put(receiver.url("/_behaviours"), content=orjson.dumps(told))
    assert answer.status_code == 200
    assert await statuses(http, receiver, "/hook", 2) == [410, 410]

    log = (await http.get(receiver.url("/_log?since=1"))).json()
    counts = (await http.get(receiver.url("/_counts"))).json()
    assert [one["status"] for one in log] == [410]
    assert (counts["requests"], counts["by_status"]) == (2, {"410": 2})
    assert counts["by_path"] == {"/hook": 2}
    assert counts["latency_ms"]["count"] == 2

    assert (await http.delete(receiver.url("/_log"))).status_code == 200
    assert receiver.received == []
    assert (await http.get(receiver.url("/_else"))).status_code == 404


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/_behaviours", b"nonsense"),
        ("/_behaviours", b"[]"),
        ("/_behaviours", b'{"/a": {"staus": 200}}'),
        ("/a?staus=200", b""),
        ("/a?mode=sideways", b""),
    ],
)
async def test_unknown_behaviour(
    http: httpx.AsyncClient, receiver: Receiver, path: str, content: bytes
) -> None:
    """A behaviour nobody has heard of is answered 400 with the reason."""
    answer = await http.put(receiver.url(path), content=content)

    assert answer.status_code == 400
    assert answer.text


async def test_forgets_when_told(clock: MemoryClock, http: httpx.AsyncClient) -> None:
    """Without a log memory stays constant, and the counts are right."""
    receiver = Receiver(clock, remember=False)
    await receiver.start()

    assert await statuses(http, receiver, "/a", 3) == [200, 200, 200]

    assert list(receiver.received) == []
    assert receiver.counts()["requests"] == 3
    await receiver.close()


def test_behaviour_says_what_is_wrong() -> None:
    """A wrong field is named."""
    with pytest.raises(BadBehaviourError, match="fail_share"):
        parse_behaviour({"fail_share": 2})
