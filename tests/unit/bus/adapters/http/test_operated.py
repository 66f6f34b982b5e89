"""Asking an operator's address: 2xx is good, and no secret ever comes back."""

import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bus.adapters.http.operated import OperatedHttp
from bus.watch.sinks import NotTakenError
from tests.support.http_server import serving

SECRET = "s3cret-token"  # noqa: S105 - to be found nowhere


@pytest.fixture
async def http() -> AsyncIterator[OperatedHttp]:
    """The one under test."""
    made = OperatedHttp()
    yield made
    await made.close()


async def why(http: OperatedHttp, url: str, body: bytes = b"") -> str:
    """Why it was not taken."""
    with pytest.raises(NotTakenError) as error:
        await http.ask("POST", url, {}, body)
    assert SECRET not in str(error.value)
    assert SECRET not in repr(error.value.__cause__ or "")
    return str(error.value)


async def test_a_private_address_is_asked(http: OperatedHttp) -> None:
    """It is the operator's own; method, headers and body arrive."""
    seen: list[tuple[str, str, bytes]] = []

    async def handler(request: web.Request) -> web.Response:
        header = request.headers.get("Authorization", "")
        seen.append((request.method, header, await request.read()))
        return web.Response(status=202)

    async with serving(handler) as url:
        await http.ask("GET", f"{url}/{SECRET}", {})
        await http.ask("POST", url, {"Authorization": "Bearer x"}, b"[]")
    assert seen == [("GET", "", b""), ("POST", "Bearer x", b"[]")]


async def test_redirects_are_not_followed(http: OperatedHttp) -> None:
    """Whoever answers there may not send us elsewhere, nor is it said where to."""
    asked = 0

    async def handler(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(status=307, headers={"Location": f"/{SECRET}"})

    async with serving(handler) as url:
        said = await why(http, url, b"[]")
    assert said == "answered 307; redirects are not followed"
    assert asked == 1


async def test_a_refusal_says_its_status_and_a_little_of_why(
    http: OperatedHttp,
) -> None:
    """Never what may repeat an address: without a body of ours only the status."""

    async def handler(_: web.Request) -> web.Response:
        return web.json_response({"error": "x" * 9_999}, status=400)

    async with serving(handler) as url:
        assert await why(http, f"{url}/{SECRET}") == "answered 400"
        said = await why(http, url, b"[]")
    assert said.startswith('answered 400: {"error": "xxx')
    assert len(said) < 140


async def test_an_endless_answer_is_read_a_little(http: OperatedHttp) -> None:
    """Then it hangs up."""
    sent = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await answer.prepare(request)
        try:
            while True:
                await answer.write(b"x" * 65_536)
                sent += 65_536
        except ConnectionError:
            return answer

    async with serving(handler) as url:
        await http.ask("POST", url, {}, b"[]")
    assert sent < 64 * 2**20


async def test_nobody_there(http: OperatedHttp) -> None:
    """Refused, unknown, not HTTP, no address: each in words, never with its address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert await why(http, f"http://127.0.0.1:{port}/{SECRET}") == "no connection"
    assert "not found" in await why(http, f"http://no.such.invalid/{SECRET}")
    assert await why(http, f"http://127.0.0.1:99999/{SECRET}")
    assert await why(http, f"http://[::{SECRET}/")
