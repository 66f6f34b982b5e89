"""Every bad request gets one precise problem document."""

import asyncio
from dataclasses import replace

import pytest

from bus.access.roles import Scope
from processors.gateway.protocol import Lines
from processors.gateway.routes import Reply, Route
from tests.support.gateway import UNLIMITED, Client, serving, talk
from tests.support.worlds import Worlds

TYPES = "/v1/event-types"
CHECK = f"{TYPES}/order.created/compatibility"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "Bearer",
        "Basic dXNlcjpwYXNz",
        "Bearer ob_operator_aaaaaaaaaa_" + "0" * 49,
        "Bearer hush hush",
    ],
)
async def test_nobody(ask: Client, header: str | None) -> None:
    """Without a key nothing is told; the key that was sent is not repeated."""
    headers = {"Authorization": header} if header else {}
    got = await ask("GET", TYPES, by=None, headers=headers)
    assert (got.status, got.slug) == (401, "not-authenticated")
    assert got.headers["WWW-Authenticate"].startswith("Bearer")
    assert b"000000" not in got.body
    assert b"hush" not in got.body


@pytest.mark.parametrize("method", ["DELETE", "PUT", "OPTIONS", "TRACE"])
async def test_method_there_is_not(ask: Client, method: str) -> None:
    """It says which there are."""
    got = await ask(method, TYPES)
    assert (got.status, got.slug) == (405, "method-not-allowed")
    assert got.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/", "/v2/event-types", "/v1/", "/docs/../etc"])
async def test_path_there_is_not(ask: Client, path: str) -> None:
    """The same as any other thing there is not."""
    got = await ask("GET", path)
    assert (got.status, got.slug) == (404, "not-found")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=251", "limit"),
        ("limit=%2B5", "limit"),
        ("limit=5.0", "limit"),
        ("limit=5&limit=6", "limit"),
        ("limt=5", "limt"),
        ("cursor=%20", "cursor"),
    ],
)
async def test_parameters(ask: Client, query: str, parameter: str) -> None:
    """The one that is wrong is named."""
    got = await ask("GET", f"{TYPES}?{query}")
    assert (got.status, got.slug) == (400, "bad-request")
    errors = got.json["errors"]
    assert [e["parameter"] for e in errors] == [parameter]  # type: ignore[attr-defined]


@pytest.mark.parametrize("cursor", ["x", "bm8", "WzEsZmFsc2UsIm9yZGVyIiwieCJd", "W10"])
async def test_cursors(ask: Client, cursor: str) -> None:
    """None that another list gave out, or nobody: never a silent new beginning."""
    got = await ask("GET", f"{TYPES}?cursor={cursor}")
    assert (got.status, got.slug) == (400, "bad-cursor")


@pytest.mark.parametrize(
    ("body", "status", "what"),
    [
        (b"", 400, "no JSON"),
        (b"{", 400, "no JSON"),
        (b'{"schema": "{}", "schema": "{}"}', 400, "twice"),
        (b'{"schema": NaN}', 400, "no number"),
        (b"[" * 100_000, 400, "deep"),
        (b"\xff", 400, "UTF-8"),
        (b"[]", 422, "#"),
        (b"{}", 422, "#/schema"),
        (b'{"schema": 5}', 422, "#/schema"),
        (b'{"schema": "{}", "lvel": "FULL"}', 422, "#/lvel"),
        (b'{"schema": "{}", "level": "full"}', 422, "#/level"),
    ],
)
async def test_bodies(ask: Client, body: bytes, status: int, what: str) -> None:
    """What cannot be read is 400; what is wrong in it 422, with its pointer."""
    got = await ask("POST", CHECK, data=body)
    assert got.status == status
    assert what in got.body.decode()


async def test_every_document_ends_its_line(ask: Client) -> None:
    """Good or bad: whoever asks with curl finds the prompt where it belongs."""
    good = await ask("GET", "/v1/subscriptions")
    bad = await ask("GET", "/v1/subscriptions/none")
    assert (good.body[-2:], bad.body[-2:]) == (b"}\n", b"}\n")


async def test_media_types(ask: Client) -> None:
    """JSON, as it is; answers in what the route has."""
    for headers in ({"Content-Type": "text/plain"}, {"Content-Encoding": "gzip"}):
        got = await ask("POST", CHECK, {"schema": "{}"}, headers=headers)
        assert (got.status, got.slug) == (415, "unsupported-media-type")
    got = await ask("GET", TYPES, headers={"Accept": "text/html, image/*;q=0.5"})
    assert (got.status, got.slug) == (406, "not-acceptable")


async def test_sizes(worlds: Worlds) -> None:
    """Bodies with and without a length; long and many headers."""
    bounds = replace(UNLIMITED, body_bytes=1_000)
    async with serving(worlds, bounds=bounds, lines=Lines(headers=20)) as ask:
        got = await ask("POST", CHECK, data=b"x" * 1_001)
        assert (got.status, got.slug) == (413, "too-large")
        got = await ask("GET", TYPES, headers={"X-Long": "x" * 9_000})
        assert (got.status, got.slug) == (431, "headers-too-large")
        many = {f"X-{n}": "1" for n in range(30)}
        got = await ask("GET", TYPES, headers=many)
        assert (got.status, got.slug) == (431, "headers-too-large")


async def test_what_is_no_http(ask: Client) -> None:
    """A problem document all the same, which repeats nothing."""
    answer = await talk(ask, b"\x16\x03\x01 hush\r\n\r\n")
    assert b"400 Bad Request" in answer
    assert b"problem+json" in answer
    assert b"hush" not in answer


async def test_slow_clients(worlds: Worlds) -> None:
    """Who never ends the head is hung up on; who never ends the body hears why."""
    bounds = replace(UNLIMITED, body_s=0.05)
    async with serving(worlds, bounds=bounds, lines=Lines(idle_s=0.05)) as ask:
        assert await talk(ask, b"GET /v1/event-types HTTP/1.1\r\nHost: x\r\n") == b""
        token = ask.keys.tokens["operator"].encode()
        answer = await talk(
            ask,
            b"POST "
            + CHECK.encode()
            + b" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + token
            + b"\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
        )
        assert b"408" in answer
        assert b"request-timeout" in answer


async def test_too_many(worlds: Worlds) -> None:
    """Counted by key and by address; what is left is told each time."""
    bounds = replace(UNLIMITED, key_rate=2, address_rate=5)
    async with serving(worlds, bounds=bounds) as ask:
        first = await ask("GET", TYPES)
        assert first.headers["RateLimit-Policy"] == '"key";q=2;w=60'
        assert first.headers["RateLimit"] == '"key";r=1;t=30'
        await ask("GET", TYPES)
        over = await ask("GET", TYPES)
        assert (over.status, over.slug) == (429, "too-many-requests")
        assert over.headers["Retry-After"] == "30"
        other = await ask("GET", TYPES, by="reader")
        assert other.status == 200
        await ask("GET", TYPES, by="support")
        anybody = await ask("GET", "/openapi.json", by=None)
        assert anybody.status == 429
        assert anybody.headers["RateLimit"].startswith('"address";r=0')
        await worlds.clock.advance(30)
        assert (await ask("GET", TYPES)).status == 200


def _route(handler: object) -> Route:
    return Route(
        method="GET",
        path="/v1/broken",
        operation="break",
        summary="Break.",
        tag="Tests",
        scope=None,
        handler=handler,  # type: ignore[arg-type]
    )


async def test_a_bug_tells_nothing(worlds: Worlds) -> None:
    """The log has it, by the request's id; the answer says no more than that id."""

    async def broken(_asked: object) -> Reply:
        raise RuntimeError("hush")

    async with serving(worlds, [_route(broken)]) as ask:
        sent = {"X-Request-Id": "my-request-1"}
        got = await ask("GET", "/v1/broken", headers=sent)
        assert (got.status, got.slug) == (500, "internal")
        assert got.json["request_id"] == got.headers["X-Request-Id"] == "my-request-1"
        assert b"hush" not in got.body
        bugs = [fields for name, fields in ask.observer.notes if name == "bug"]
        assert [bug["request"] for bug in bugs] == ["my-request-1"]


async def test_what_takes_too_long(worlds: Worlds) -> None:
    """Ends as something that may be tried again, and gives back all it held.

    Its handler is ended, its place among those under way is free, and a repeat under
    its key is done, not told that it still runs.
    """
    begun: list[object] = []
    ended: list[object] = []

    async def hanging(asked: object) -> Reply:
        begun.append(asked)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(asked)
        raise AssertionError

    bounds = replace(UNLIMITED, deadline_s=0.05, key_at_once=1)
    read = replace(_route(hanging), scope=Scope.EVENTS_READ)
    write = replace(read, method="POST", operation="write", idempotent=True)
    routes = [read, write]
    async with serving(worlds, routes, bounds) as ask:
        for _ in range(3):
            got = await ask("GET", "/v1/broken")
            assert (got.status, got.slug) == (503, "unavailable")
            assert got.headers["Retry-After"]
            assert "It took longer than 0.05 s. Ask" in str(got.json["detail"])
        for _ in range(3):
            got = await ask("POST", "/v1/broken", headers={"Idempotency-Key": "a"})
            assert (got.status, got.slug) == (503, "unavailable")
            assert "may have come all the same" in str(got.json["detail"])
        assert len(begun) == 6
        assert ended == begun
        assert not [name for name, _ in ask.observer.notes if name == "bug"]


async def test_one_line_a_request(ask: Client) -> None:
    """Who asked for what and when it was over; no query, no key's secret."""
    await ask("GET", f"{TYPES}/order.created/example?seed=7")
    await ask("GET", "/v1/hush", by=None)
    lines = [fields for name, fields in ask.observer.notes if name == "request"]
    assert [line["operation"] for line in lines] == ["getEventTypeExample", "none"]
    assert lines[0]["type"] == "order.created"
    assert lines[0]["key"]
    token = ask.keys.tokens["operator"]
    assert token[-20:] not in str(lines)
    assert "hush" not in str(lines)
    assert "seed" not in str(lines)


@pytest.mark.parametrize(
    ("line", "status", "says"),
    [
        (b"PROPFIND /v1/events HTTP/1.1", 405, b"allow: get"),
        (b"FETCH /v1/events HTTP/1.1", 400, b"the api has get, head, post"),
    ],
)
async def test_other_methods(
    ask: Client, line: bytes, status: int, says: bytes
) -> None:
    """What the path has, or what there is at all; either can be found in the log."""
    end = b"Host: x\r\nConnection: close\r\n\r\n"
    answer = await talk(ask, line + b"\r\n" + end)
    assert answer.split(b" ")[1] == str(status).encode()
    assert says in answer.lower()
    assert b"x-request-id: " in answer.lower()
    assert b'"request_id":"' in answer
