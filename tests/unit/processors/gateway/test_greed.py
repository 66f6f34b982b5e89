"""What one caller can ask for has an end: of work, of memory, of things at once."""

import asyncio
import json
from dataclasses import replace
from io import BytesIO
from ipaddress import ip_network

import pytest

from bus.access.roles import Role, Scope
from processors.entry.doors import Doors
from processors.gateway.callers import network_of
from processors.gateway.endpoints import host_of
from processors.gateway.protocol import Lines
from processors.gateway.routes import JSON, Asked, Reply, Route
from tests.support.gateway import UNLIMITED, Client, connect, serving, talk
from tests.support.worlds import Worlds

CHECK = "/v1/event-types/order.created/compatibility"
KEYS = "/v1/keys"
EVENTS = "/v1/events"


@pytest.mark.parametrize("length", ["999999999d", "1000001d", "999999999.999d"])
async def test_durations_end(ask: Client, length: str) -> None:
    """A date that there is none of is refused, with its place; it is no bug of ours."""
    wanted = {"role": "reader", "expires_in": length}
    key = next(iter(ask.keys.access.table.all())).id
    for path, body in (
        (KEYS, wanted),
        (f"{KEYS}/{key}/rotate", {"overlap": length}),
    ):
        got = await ask("POST", path, body)
        assert (got.status, got.slug) == (422, "invalid")
        assert "at most" in str(got.json["errors"])


async def test_many_faults(ask: Client) -> None:
    """More than anybody reads are counted, in a short answer."""
    few = await ask("POST", CHECK, {f"a{n}": 1 for n in range(100)})
    assert len(few.json["errors"]) == 101  # type: ignore[arg-type]
    many = await ask("POST", CHECK, {f"a{n}": 1 for n in range(5_000)})
    assert (many.status, many.slug) == (422, "invalid")
    told = "5001 things are wrong, too many to tell"
    assert many.json["errors"] == [{"pointer": "#", "detail": told}]


async def test_long_names(ask: Client) -> None:
    """A name is not sent back in all its length."""
    got = await ask("POST", CHECK, {"schema": "{}", "a" * 100_000: 1})
    assert got.status == 422
    assert len(got.body) < 2_000


async def test_many_values(ask: Client) -> None:
    """A body of nothing but brackets is refused before it is read."""
    for one in (b"0,", b"[],", b"{},"):
        data = BytesIO(b"[" + one * 500_000 + b"0]")
        got = await ask("POST", EVENTS, data=data)
        assert (got.status, got.slug) == (400, "bad-request")
        assert "values" in str(got.json["detail"])


async def test_small_bodies(ask: Client) -> None:
    """Only events and documents may be large."""
    large = json.dumps({"reason": "x" * 3 * 2**20}).encode()
    got = await ask("POST", KEYS, data=BytesIO(large))
    assert (got.status, got.slug) == (413, "too-large")
    assert (await ask("POST", EVENTS, data=BytesIO(large))).status == 422


@pytest.mark.parametrize("header", ["If-Match", "Idempotency-Key"])
async def test_headers_that_are_doubled(ask: Client, header: str) -> None:
    """Which of two would count is not left to whoever stands between."""
    token = ask.keys.tokens["operator"].encode()
    method = (
        b"PATCH /v1/subscriptions/a-shop" if header == "If-Match" else b"POST /v1/keys"
    )
    name = header.encode()
    async with ask.session.post(
        "/v1/subscriptions",
        json={"id": "a-shop", "url": "https://shop.example/", "types": ["*"]},
        headers={"Authorization": f"Bearer {token.decode()}"},
    ) as made:
        assert made.status == 201
    answer = await talk(
        ask,
        method
        + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
        + token
        + b"\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
        + name
        + b": *\r\n"
        + name
        + b': "ab"\r\n\r\n{}',
    )
    assert b" 400 " in answer.splitlines()[0]
    assert b"twice" in answer


async def test_who_waits_with_a_body(ask: Client) -> None:
    """Hears that it may come, but only once all else is right."""
    token = ask.keys.tokens["operator"].encode()

    async def said(key: bytes, expected: bytes) -> bytes:
        reader, writer = await connect(ask)
        writer.write(
            b"POST /v1/keys HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Content-Type: application/json\r\nContent-Length: 2\r\nExpect: "
            + expected
            + b"\r\nAuthorization: Bearer "
            + key
            + b"\r\n\r\n"
        )
        first = await reader.readline()
        writer.close()
        return first

    assert await said(token, b"100-continue") == b"HTTP/1.1 100 Continue\r\n"
    assert b" 401 " in await said(b"hush", b"100-continue")
    assert b" 400 " in await said(token, b"200-maybe")


def _hanging(gate: asyncio.Event, came: asyncio.Semaphore) -> Route:
    async def hang(_asked: Asked) -> Reply:
        came.release()
        await gate.wait()
        return Reply(content=b"{}")

    return Route(
        method="GET",
        path="/v1/hanging",
        operation="hang",
        summary="Hang.",
        tag="Tests",
        scope=Scope.SCHEMAS_READ,
        handler=hang,
        media_types=(JSON,),
    )


async def test_requests_at_once(worlds: Worlds) -> None:
    """So many of a key, or of all keys of a tenant; those of others are not fewer."""
    gate, came = asyncio.Event(), asyncio.Semaphore(0)
    bounds = replace(UNLIMITED, key_at_once=2)
    async with serving(worlds, [_hanging(gate, came)], bounds) as ask:
        await ask.keys.add("second", Role.PARTNER, "acme")
        slow = [
            asyncio.create_task(ask("GET", "/v1/hanging", by=by))
            for by in ("partner", "second", "stranger")
        ]
        for _ in slow:
            await came.acquire()
        over = await ask("GET", "/v1/hanging", by="partner")
        assert (over.status, over.slug) == (429, "too-many-requests")
        assert over.headers["Retry-After"] == "1"
        gate.set()
        assert [got.status for got in await asyncio.gather(*slow)] == [200, 200, 200]
        assert (await ask("GET", "/v1/hanging", by="second")).status == 200


async def test_bodies_that_do_not_end(worlds: Worlds) -> None:
    """Who begins many large ones has no more of them in memory than its share."""
    bounds = replace(UNLIMITED, body_bytes=1_000)
    async with serving(worlds, bounds=bounds) as ask:

        def begun(by: str) -> bytes:
            return (
                b"POST /v1/keys HTTP/1.1\r\nHost: x\r\nContent-Type: application/json"
                b"\r\nContent-Length: 1000\r\nAuthorization: Bearer "
                + ask.keys.tokens[by].encode()
                + b"\r\n\r\n"
                + b" " * 999
            )

        held = [await connect(ask) for _ in range(5)]
        for _, writer in held:
            writer.write(begun("partner"))
        done, waiting = await asyncio.wait(
            [asyncio.create_task(reader.readline()) for reader, _ in held],
            return_when=asyncio.FIRST_COMPLETED,
        )
        assert [b" 429 " in task.result() for task in done] == [True]
        wanted = {"role": "reader", "tenant": "acme"}
        assert (await ask("POST", KEYS, wanted)).status == 201
        for _, writer in held:
            writer.close()
        await asyncio.wait(waiting)
        wanted = {"role": "reader"}
        assert (await ask("POST", KEYS, wanted, by="partner")).status == 201


def _shop(name: str) -> dict[str, object]:
    return {"id": name, "url": "https://shop.example/in", "types": ["order.*"]}


async def test_subscriptions_of_a_tenant(worlds: Worlds) -> None:
    """So many one by one or by a document; operators make as many as they like."""
    bounds = replace(UNLIMITED, tenant_subscriptions=2)
    async with serving(worlds, bounds=bounds) as ask:
        path, apply = "/v1/subscriptions", "/v1/subscriptions:apply"
        assert (await ask("POST", path, _shop("acme-one"), by="partner")).status == 201
        three = {
            "subscriptions": [
                _shop(name) for name in ("acme-one", "acme-two", "acme-three")
            ]
        }
        over = await ask("POST", apply, three, by="partner")
        assert (over.status, over.slug) == (409, "conflict")
        three["subscriptions"].pop()
        assert (await ask("POST", apply, three, by="partner")).status == 200
        over = await ask("POST", path, _shop("acme-three"), by="partner")
        assert (over.status, over.slug) == (409, "conflict")
        assert (
            await ask("POST", path, _shop("other-three"), by="stranger")
        ).status == 201
        mine = {**_shop("acme-four"), "owner": "acme"}
        assert (await ask("POST", path, mine)).status == 201


async def test_keys_of_a_tenant(ask: Client) -> None:
    """They count while they count, and for a day: nobody makes them without end."""
    wanted = {"role": "reader"}
    for _ in range(98):
        key_id = await ask.keys.add("one", Role.READER, "acme")
        await ask.keys.access.writer.revoke(key_id)
    assert (await ask("POST", KEYS, wanted, by="partner")).status == 201
    over = await ask("POST", KEYS, wanted, by="partner")
    assert (over.status, over.slug) == (409, "conflict")
    assert (await ask("POST", KEYS, {**wanted, "tenant": "acme"})).status == 201
    await ask.keys.access.world.clock.advance(86_401)  # type: ignore[attr-defined]
    assert (await ask("POST", KEYS, wanted, by="partner")).status == 201


async def test_connections(worlds: Worlds) -> None:
    """One too many is hung up on; when one goes, there is room again."""
    async with serving(worlds, lines=Lines(connections=3)) as ask:
        held = [await connect(ask) for _ in range(3)]
        assert await talk(ask, b"GET /docs HTTP/1.1\r\n") == b""
        held[0][1].write(b"GET /docs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b" 200 " in (await held[0][0].read())[:20]
        while not await talk(ask, b"nothing\r\n\r\n"):
            pass  # the server has not seen the end of it yet
        for _, writer in held:
            writer.close()


def test_connections_of_one_address() -> None:
    """A quarter; all, where others may stand behind it."""
    doors = Doors(8, [ip_network("10.0.0.0/8")])
    assert [doors.enter("192.0.2.1") for _ in range(3)] == ["192.0.2.1"] * 2 + [None]
    assert doors.enter("2001:db8::1") == doors.enter("2001:db8::2") == "2001:db8::/64"
    assert doors.enter("2001:db8::3") is None
    doors.leave("192.0.2.1")
    assert doors.enter("192.0.2.1")
    assert all([doors.enter("10.1.2.3"), doors.enter("10.1.2.3"), doors.enter("::1")])
    assert doors.enter("10.1.2.3")
    assert doors.enter("10.1.2.3") is None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_whose_address(address: str, network: str) -> None:
    """All addresses that one subscriber has are counted as one."""
    assert network_of(address) == network


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/in",
        "https://SHOP.example:8443/other?x=1",
        "https://shop.example./in",
        "https://sh%6Fp.example../in",
    ],
)
def test_a_host_is_one_however_it_is_spelled(url: str) -> None:
    """So that nobody has it asked once more for each spelling."""
    assert host_of(url) == "shop.example"
