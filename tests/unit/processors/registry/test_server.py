"""The registry's manners in HTTP, and whom it answers at all."""

import asyncio
import base64
from io import BytesIO

import pytest
from aiohttp import ClientSession

from bus.adapters.memory import MemoryBroker, MemoryLogReader, MemoryPublisher
from bus.errors import ConfigurationError
from processors.registry.http import MAX_BODY, MEDIA_TYPE
from processors.registry.server import Registry
from tests.support.registry import (
    avro_check,
    journal_on,
    registry_in_memory,
)
from tests.support.registry_http import Asking, schema


async def test_answers_come_in_the_type_that_is_asked_for(registry: Registry) -> None:
    """Confluent's own unless the client names another first."""
    async with ClientSession(registry.url) as session:
        for accept, expected in {
            "*/*": MEDIA_TYPE,
            "application/json": "application/json",
            "application/vnd.schemaregistry+json; q=0.9, application/json": (
                "application/vnd.schemaregistry+json"
            ),
            "text/html": MEDIA_TYPE,
        }.items():
            async with session.get("/", headers={"Accept": accept}) as answer:
                assert answer.content_type == expected


@pytest.mark.parametrize("media_type", ["text/plain", None, "multipart/form-data"])
async def test_what_a_web_page_could_send_unasked_is_refused(
    registry: Registry, media_type: str | None
) -> None:
    """A page open in a browser on this machine must not change schemas."""
    headers = {"Content-Type": media_type} if media_type else {}
    async with (
        ClientSession(registry.url, skip_auto_headers=["Content-Type"]) as session,
        session.put(
            "/config", data=b'{"compatibility":"NONE"}', headers=headers
        ) as answer,
    ):
        assert answer.status == 415
        assert (await answer.json(content_type=None))["error_code"] == 415


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"{", 400), (b"\xff", 400), (b"[" * 100_000, 400), (b" " * (MAX_BODY + 1), 413)],
)
async def test_bodies_that_are_not_json_or_too_large_are_refused(
    registry: Registry, data: bytes, status: int
) -> None:
    """With an answer, and without reading on for ever."""
    headers = {"Content-Type": MEDIA_TYPE}
    async with (
        ClientSession(registry.url) as session,
        session.post(
            "/subjects/a/versions", data=BytesIO(data), headers=headers
        ) as answer,
    ):
        assert answer.status == status
        assert (await answer.json(content_type=None))["error_code"] == status


async def test_an_unknown_charset_is_refused(registry: Registry) -> None:
    """It is the client's mistake, not ours."""
    headers = {"Content-Type": f"{MEDIA_TYPE}; charset=martian"}
    async with (
        ClientSession(registry.url) as session,
        session.put("/config", data=b"{}", headers=headers) as answer,
    ):
        assert answer.status == 400


async def test_a_broker_that_fails_is_the_servers_trouble(
    ask: Asking, broker: MemoryBroker
) -> None:
    """Clients try again on it."""
    del broker.topics["_schemas"]
    body = schema('"int"')
    assert await ask.code("POST", "/subjects/a/versions", body) == 50001


# --- who may ask


async def test_it_is_served_on_loopback_unless_there_are_passwords(
    broker: MemoryBroker,
) -> None:
    """Nobody else can reach it by accident."""
    for host in ("0.0.0.0", "::", "example.com"):  # noqa: S104 - what is refused
        journal = journal_on(MemoryPublisher(broker), MemoryLogReader(broker))
        with pytest.raises(ConfigurationError, match="password"):
            await Registry(journal, avro_check).start(host, 0)


def basic(credentials: str) -> str:
    """The header of HTTP basic authentication."""
    return f"Basic {base64.b64encode(credentials.encode()).decode()}"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8081", "[", "10.0.0.1"])
async def test_a_name_that_points_here_is_not_enough(
    registry: Registry, host: str
) -> None:
    """A web page that rebinds its own name to loopback is refused."""
    async with (
        ClientSession(registry.url) as session,
        session.get("/", headers={"Host": host}) as answer,
    ):
        assert answer.status == 403
    async with (
        ClientSession(registry.url) as session,
        session.get("/", headers={"Host": "localhost"}) as answer,
    ):
        assert answer.status == 200


async def test_with_passwords_everybody_is_asked(broker: MemoryBroker) -> None:
    """A wrong user, a wrong password, none, and nonsense: 401."""
    async with (
        registry_in_memory(broker, passwords={"me": "hünter2"}) as registry,
        ClientSession(registry.url) as session,
    ):
        right = basic("me:hünter2")
        wrong = [
            basic("me:x"),
            basic("you:"),
            "Basic !",
            "Basic /w==",
            "Bearer hünter2".encode().decode("latin-1"),
        ]
        for header in wrong:
            headers = {"Authorization": header}
            async with session.get("/subjects", headers=headers) as answer:
                assert answer.status == 401
                assert answer.headers["WWW-Authenticate"].startswith("Basic")
        async with session.get("/subjects", headers={"Authorization": right}) as answer:
            assert answer.status == 200
        async with session.get("/nowhere") as answer:
            assert answer.status == 401


async def test_a_port_in_use_is_told(broker: MemoryBroker, registry: Registry) -> None:
    """One clear line, and nothing is left running."""
    port = int(registry.url.rpartition(":")[2])
    journal = journal_on(MemoryPublisher(broker), MemoryLogReader(broker))
    with pytest.raises(ConfigurationError, match=f"127.0.0.1:{port}"):
        await Registry(journal, avro_check).start("127.0.0.1", port)
    running = {task.get_name() for task in asyncio.all_tasks()}
    assert sum("follow" in name for name in running) == 1


async def test_it_is_served_on_ipv6_loopback_too(broker: MemoryBroker) -> None:
    """The URL is one that clients take."""
    journal = journal_on(MemoryPublisher(broker), MemoryLogReader(broker))
    registry = Registry(journal, avro_check)
    try:
        await registry.start("::1", 0)
    except ConfigurationError:
        pytest.skip("no IPv6 on this machine")
    async with ClientSession(registry.url) as session, session.get("/") as answer:
        assert answer.status == 200
    await registry.stop()
