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
from tests.support.smtp import relaying

SECRET = "s3cret-token"  # noqa: S105 - to be found nowhere
PLAIN = "text/plain"
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


@pytest.mark.parametrize("form", ["", "&format=html"])
async def test_mail_is_no_markup(form: str) -> None:
    """Somebody else's words stand there as they are; none becomes a header."""
    odd = Message(
        "Orderbus: lag\r\nBcc: eve@globex.example",
        "first <img src=https://eve.example>\n.\nBcc: eve@globex.example",
        Mood.PAGE,
    )
    async with relaying() as relay:
        at = f"mailto://user:pass@127.0.0.1:{relay.port}"
        query = f"from=ops@bus.example&to=on-call@bus.example&mode=insecure{form}"
        told = AppriseService(f"{at}/?{query}")
        await told.send(odd)
        await told.send(odd)  # fires again: it is told again
    assert relay.named == [("on-call@bus.example",)] * 2
    letter = relay.letters[0]
    assert "Bcc" not in letter
    assert letter["Subject"] == "Orderbus: lag Bcc: eve@globex.example"
    text = b"".join(
        bytes(part.get_payload(decode=True))  # type: ignore[arg-type]
        for part in letter.walk()
        if not part.is_multipart()
    )
    assert (b"&lt;img" if form else b"<img src=https://eve.example>") in text
    assert letter.get_content_type() == ("multipart/alternative" if form else PLAIN)
    assert form or text.count(b"\n") == 2


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
