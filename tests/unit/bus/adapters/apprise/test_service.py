"""Apprise: what it takes, what it says, and what it keeps to itself."""

import asyncio
import logging
from collections.abc import Iterator
from importlib import util

import pytest
from aiohttp import web
from typing_extensions import override

from bus.adapters.apprise import service
from bus.adapters.apprise.service import AppriseService
from bus.errors import ConfigurationError
from bus.watch.message import Message, Mood
from bus.watch.sinks import NotTakenError
from tests.support.http_server import serving

SECRET = "s3cret-token"  # noqa: S105 - to be found nowhere
PAGE = Message("Orderbus: lag, source/oms.order", "40 records wait", Mood.PAGE)


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What a program that writes every line would write."""
    seen: list[str] = []

    class Writer(logging.Handler):
        @override
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record.getMessage())

    root, writer = logging.getLogger(), Writer(0)
    before = root.level
    root.addHandler(writer)
    root.setLevel(0)
    yield seen
    root.setLevel(before)
    root.removeHandler(writer)


def as_json(url: str) -> str:
    """The address of a service that takes JSON there."""
    return f"{url.replace('http://', 'json://')}/{SECRET}/?redirect=no"


async def test_a_message_arrives_with_its_urgency() -> None:
    """Title, body, and how it is shown."""
    seen: list[dict[str, str]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(await request.json())
        return web.Response()

    async with serving(handler) as url:
        told = AppriseService(as_json(url))
        await told.send(PAGE)
        await told.send(Message(PAGE.title, "over", Mood.OVER))
    assert [(one["title"], one["message"], one["type"]) for one in seen] == [
        (PAGE.title, "40 records wait", "failure"),
        (PAGE.title, "over", "success"),
    ]


async def test_what_is_not_taken_says_only_the_status(
    lines: list[str],
) -> None:
    """Its own lines hold the address, and are not written."""

    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=503, text=SECRET)

    async with serving(handler) as url:
        with pytest.raises(NotTakenError) as error:
            await AppriseService(as_json(url)).send(PAGE)
    assert str(error.value) == "the service answered 503"
    assert not [line for line in lines if SECRET in line]


async def test_nobody_there_is_no_more_than_that() -> None:
    """Without a status there is nothing that is safe to say."""
    with pytest.raises(NotTakenError, match=r"^the service did not take it$"):
        await AppriseService(f"json://127.0.0.1:1/{SECRET}").send(PAGE)


async def test_a_slow_service_holds_nobody_up() -> None:
    """It is waited for in a thread; the loop goes on."""
    answer = asyncio.Event()

    async def handler(_: web.Request) -> web.Response:
        await answer.wait()
        return web.Response()

    async with serving(handler) as url:
        sending = asyncio.ensure_future(AppriseService(as_json(url)).send(PAGE))
        answer.set()
        await sending


@pytest.mark.parametrize("url", [f"nosuch://{SECRET}", "", SECRET, "json://"])
def test_an_address_it_does_not_know(url: str, lines: list[str]) -> None:
    """Refused at the start, without repeating it."""
    with pytest.raises(ConfigurationError) as error:
        AppriseService(url)
    assert SECRET not in str(error.value)
    assert not [line for line in lines if SECRET in line]


def test_without_the_extra_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At the start, not at the first alert."""
    assert util.find_spec("apprise")
    monkeypatch.setattr(service, "find_spec", lambda _name: None)
    with pytest.raises(ConfigurationError, match=r"pip install 'orderbus\[alerts\]'"):
        AppriseService("json://localhost")
