"""What the log is asked over HTTP, on a log in memory."""

import pytest

from bus.errors import (
    BrokerUnavailableError,
    ConfigurationError,
    LogUnavailableError,
)
from bus.log.rows import Row
from processors.gateway.failures import problem_of
from processors.gateway.logged import LAG, moment_of
from tests.contract.log.rows import (
    DAY_US,
    NOW_US,
    attempt,
    event,
    failed,
    held,
    write,
)
from tests.support.gateway import Client, serving
from tests.support.worlds import Worlds
from tests.unit.processors.gateway.test_subscriptions import made

LISTS = ("attempts", "deliveries", "events")
ASKED = [*(f"/v1/{name}" for name in (*LISTS, "audit")), f"/v1/events/{'0' * 32}"]


def ids(offset: int) -> str:
    """The webhook-id of an event of `rows`."""
    return event(offset).event_id


async def three(ask: Client) -> None:
    """`my-shop` is acme's, `erp` nobody's: an event each, one that both got."""
    await made(ask, by="partner")
    sent = [
        event(1),
        event(2, event_type="order.cancelled", channel="web", account="a-1"),
        event(3),
    ]
    rows: list[Row] = [
        *sent,
        attempt(1, sent[0], subscription="my-shop"),
        failed(2, sent[1], subscription="erp"),
        failed(3, sent[2], subscription="my-shop"),
        held(4, sent[2], subscription="erp"),
    ]
    await write(ask.log, *rows)


async def found(ask: Client, path: str, by: str = "operator") -> list[str]:
    """Webhook-ids, and subscriptions where rows have one."""
    got = await ask("GET", f"/v1/{path}", by=by)
    assert got.status == 200, got.body
    numbers = {ids(n): n for n in range(1, 4)}
    return [
        " ".join((str(row.get("subscription", "")), str(numbers[str(row["event_id"])])))
        for row in got.rows
    ]


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("attempts", ["erp 3", "my-shop 3", "erp 2", "my-shop 1"]),
        ("attempts?subscription=my-shop", ["my-shop 3", "my-shop 1"]),
        (f"attempts?event={ids(3)}", ["erp 3", "my-shop 3"]),
        ("attempts?order=order-2", ["erp 2"]),
        ("attempts?outcome=accepted", ["my-shop 1"]),
        ("attempts?status=5xx", ["my-shop 3", "erp 2"]),
        ("attempts?status=none", ["erp 3"]),
        ("attempts?since=2026-11-28T12:00:03Z", ["erp 3", "my-shop 3"]),
        ("attempts?until=2026-11-28T12:00:02Z", ["my-shop 1"]),
        ("attempts?subscription=nobody", []),
        ("deliveries", ["erp 3", "my-shop 3", "erp 2"]),
        ("deliveries?state=held", ["erp 3"]),
        ("deliveries?subscription=my-shop", ["my-shop 3"]),
        ("events", [" 3", " 2", " 1"]),
        ("events?type=order.cancelled", [" 2"]),
        ("events?type=order.*&order=order-3", [" 3"]),
        ("events?channel=web", [" 2"]),
        ("events?account=a-1&channel=shop", []),
        ("events?since=2026-11-28T12:00:02Z&until=2026-11-28T12:00:03Z", [" 2"]),
    ],
)
async def test_what_fits_is_found(ask: Client, path: str, rows: list[str]) -> None:
    """All that is given has to fit; the newest come first."""
    await three(ask)
    assert await found(ask, path) == rows


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("attempts", ["my-shop 3", "my-shop 1"]),
        ("attempts?subscription=erp", []),
        (f"attempts?event={ids(3)}", ["my-shop 3"]),
        ("deliveries", ["my-shop 3"]),
        ("deliveries?subscription=erp", []),
        ("events", [" 3", " 1"]),
    ],
)
async def test_a_tenant_finds_its_own(ask: Client, path: str, rows: list[str]) -> None:
    """Another one finds nothing."""
    await three(ask)
    assert await found(ask, path, by="partner") == rows
    assert await found(ask, path, by="stranger") == []


async def test_an_event(ask: Client) -> None:
    """What it is and where it stands; fields of its data not for every key."""
    await three(ask)
    got = await ask("GET", f"/v1/events/{ids(2)}")
    (row,) = got.rows
    assert row == {
        "event_id": ids(2),
        "own_id": ids(2),
        "source": "/oms",
        "type": "order.cancelled",
        "order_id": "order-2",
        "time": "2026-11-28T12:00:00.000000Z",
        "arrived_at": "2026-11-28T12:00:02.000000Z",
        "place": "oms.order/0/2",
        "channel": "web",
        "account": "a-1",
        "record": "/v1/records/oms.order/0/2",
        "trace_id": None,
    }
    reader = await ask("GET", f"/v1/events/{ids(2)}", by="reader")
    hidden = {"channel": None, "account": None, "record": None}
    assert reader.rows == [row | hidden]
    refused = await ask("GET", "/v1/events?channel=web", by="reader")
    assert (refused.status, refused.slug) == (403, "not-allowed")


@pytest.mark.parametrize("name", LISTS)
async def test_pages(ask: Client, worlds: Worlds, name: str) -> None:
    """`next` to the end and `previous` back, though `2h` begins later on each page."""
    await worlds.clock.advance(NOW_US / 1e6 - worlds.clock.now())
    await three(ask)
    path = f"/v1/{name}?limit=1" + ("" if name == "deliveries" else "&since=2h")
    whole = await found(ask, name)
    pages = [await ask("GET", path)]
    while after := pages[-1].json["next"]:
        await worlds.clock.advance(1)
        pages.append(await ask("GET", f"{path}&cursor={after}"))
    seen = [row["event_id"] for page in pages for row in page.rows]
    assert len(seen) == len(whole)
    back = await ask("GET", f"{path}&cursor={pages[-1].json['previous']}")
    assert [row["event_id"] for row in back.rows] == [seen[-2]]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("how", ["another filter", "another key", "another list"])
async def test_a_cursor_belongs_to_its_question(
    ask: Client, name: str, how: str
) -> None:
    """Filters, list, and what whoever asks may see."""
    await three(ask)
    cursor = (await ask("GET", f"/v1/{name}?limit=1")).json["next"]
    other = LISTS[LISTS.index(name) - 1] if how == "another list" else name
    narrowed = "state=held" if name == "deliveries" else "since=10d"
    more = f"&{narrowed}" if how == "another filter" else ""
    by = "partner" if how == "another key" else "operator"
    got = await ask("GET", f"/v1/{other}?limit=1{more}&cursor={cursor}", by=by)
    assert (got.status, got.slug) == (400, "bad-cursor")


@pytest.mark.parametrize(
    "cursor", ["WzEs", "nonsense", "W10", "WzEsLTEsbnVsbCwiICIsIngiXQ", "e30"]
)
async def test_a_cursor_of_nobody(ask: Client, cursor: str) -> None:
    """It is refused, however it looks."""
    got = await ask("GET", f"/v1/attempts?cursor={cursor}")
    assert (got.status, got.slug) == (400, "bad-cursor")


@pytest.mark.parametrize("path", ASKED)
async def test_how_far_behind(ask: Client, worlds: Worlds, path: str) -> None:
    """Every answer from the log says so; an event that is not there yet above all."""
    assert (await ask("GET", path)).headers[LAG] == "unknown"
    await three(ask)
    await worlds.clock.advance(NOW_US / 1e6 + 2.5 - worlds.clock.now())
    assert (await ask("GET", path)).headers[LAG] == "2.5"


@pytest.mark.parametrize("path", ASKED)
async def test_without_a_log(worlds: Worlds, path: str) -> None:
    """It is said what to do; so it is where the log cannot be used."""

    async def none() -> None:
        return None

    async def unusable() -> None:
        raise ConfigurationError("the log at secret.example: no such table")

    async def away() -> None:
        raise LogUnavailableError("the log at secret.example gives no answer")

    said = []
    for log in (none, unusable, away):
        async with serving(worlds, ask_log=log) as ask:
            got = await ask("GET", path)
        assert (got.status, got.slug) == (503, "unavailable")
        assert got.headers["Retry-After"] == "5"
        assert b"secret" not in got.body
        said.append(str(got.json["detail"]))
    assert all("ORDERBUS_LOG_URL" in text for text in said[:2])
    assert "bus run projector" in said[0]
    assert "bus log status" in said[1]


async def test_what_is_only_read_speaks_of_no_writing(worlds: Worlds) -> None:
    """Of what may have been written all the same is told where something was to be."""

    async def away() -> None:
        raise BrokerUnavailableError("10.0.0.1 is away")

    async with serving(worlds, ask_log=away) as ask:
        got = await ask("GET", "/v1/attempts")
    assert (got.status, got.json["detail"]) == (
        503,
        "Kafka gives no answer; try again.",
    )
    told = problem_of(BrokerUnavailableError("10.0.0.1 is away")).detail
    assert "may have come all the same" in told


def test_a_time_beyond_all_calendars() -> None:
    """What a stranger wrote is shown as the nearest there is."""
    assert moment_of(2**63 - 1).startswith("9999-12-31")
    assert moment_of(-(2**63)).startswith("0001-01-01")
    assert moment_of(NOW_US + DAY_US) == "2026-11-29T12:00:00.000000Z"


async def test_what_waits_can_be_acknowledged(ask: Client) -> None:
    """By who may, where it is done to something; what is settled waits no more."""
    await three(ask)
    rows = (await ask("GET", "/v1/deliveries?subscription=my-shop")).rows
    assert [row["actions"] for row in rows] == [["ack"]]
    for by, subscription in (("reader", "my-shop"), ("operator", "erp")):
        path = f"/v1/deliveries?subscription={subscription}"
        rows = (await ask("GET", path, by=by)).rows
        assert rows
        assert {str(row["actions"]) for row in rows} == {"[]"}
