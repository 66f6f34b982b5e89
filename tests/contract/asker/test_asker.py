"""Documents got over a real socket: guarded, bounded, never raising."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bus.adapters.http.asker import HttpAsker
from bus.adapters.http.guard import Guard
from bus.sending import Ask, Got, NoAnswer, NoAnswerKind
from tests.support.http_server import serving


@pytest.fixture
async def asker() -> AsyncIterator[HttpAsker]:
    """An asker that may ask this machine."""
    made = HttpAsker(Guard(allow=["127.0.0.0/8"]))
    yield made
    await made.close()


def ask(url: str, most: int = 1_000, timeout_s: float = 20) -> Ask:
    """A request with a credential."""
    return Ask(url, [("x-token", "t0ken")], timeout_s, most)


async def answered(request: web.Request) -> web.StreamResponse:
    """By path: what was sent along, a redirect, a long body, an error."""
    match request.path:
        case "/echo":
            body = f"{request.method} {request.headers['x-token']}"
            return web.Response(text=body, headers={"X-Left": "3"})
        case "/away":
            raise web.HTTPFound("/echo")
        case "/long":
            return web.Response(body=b"x" * 5_000)
        case "/hangs":
            await asyncio.Event().wait()
    return web.Response(status=503, headers={"Retry-After": "7"})


async def test_a_document_comes_whole(asker: HttpAsker) -> None:
    """With status and headers by their names in small letters."""
    async with serving(answered) as url:
        got = await asker.ask(ask(f"{url}/echo"))
    assert isinstance(got, Got)
    assert (got.status, got.body, got.cut) == (200, b"GET t0ken", False)
    assert got.headers["x-left"] == "3"


async def test_redirects_are_answers(asker: HttpAsker) -> None:
    """Nobody is led elsewhere, credentials least of all."""
    async with serving(answered) as url:
        got = await asker.ask(ask(f"{url}/away"))
    assert isinstance(got, Got)
    assert got.status == 302


async def test_a_longer_document_is_left_out(asker: HttpAsker) -> None:
    """It is said that there is more."""
    async with serving(answered) as url:
        got = await asker.ask(ask(f"{url}/long"))
    assert got == Got(200, got.headers if isinstance(got, Got) else {}, b"", cut=True)


async def test_errors_of_the_server_are_answers(asker: HttpAsker) -> None:
    """With what they say of when to come again."""
    async with serving(answered) as url:
        got = await asker.ask(ask(f"{url}/busy"))
    assert isinstance(got, Got)
    assert (got.status, got.headers["retry-after"]) == (503, "7")


async def test_who_hangs_is_given_up(asker: HttpAsker) -> None:
    """After the time that was given."""
    async with serving(answered) as url:
        got = await asker.ask(ask(f"{url}/hangs", timeout_s=0.2))
    assert isinstance(got, NoAnswer)
    assert got.kind is NoAnswerKind.TIMEOUT


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "http://169.254.169.254/latest", "ftp://x.example/"]
)
async def test_the_guard_is_asked_first(url: str) -> None:
    """Nothing inside a network is asked unless an operator has opened it."""
    asker = HttpAsker(Guard())
    got = await asker.ask(ask(url))
    await asker.close()
    assert isinstance(got, NoAnswer)
    assert got.kind is NoAnswerKind.FORBIDDEN
    assert "t0ken" not in repr(got)


async def test_a_header_that_cannot_be_sent_is_not(asker: HttpAsker) -> None:
    """A credential with a line end would be two headers."""
    got = await asker.ask(Ask("https://x.example/", [("x", "a\r\nb: c")], 1, 10))
    assert isinstance(got, NoAnswer)
    assert got.kind is NoAnswerKind.PROTOCOL
