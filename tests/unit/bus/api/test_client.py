"""The client against a gateway that serves in memory."""

import asyncio
import traceback
from pathlib import Path

import pytest

from bus.access.roles import Role
from bus.api import (
    Api,
    ApiError,
    AsyncApi,
    ChangedError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    Patience,
    UnauthorizedError,
    UnreachableError,
)
from bus.api.models import NewEvent, NewSubscription
from bus.errors import ConfigurationError
from processors.gateway.bounds import Bounds
from tests.support.gateway import Client, serving
from tests.support.worlds import Worlds

SHOP: NewSubscription = {
    "id": "my-shop",
    "url": "https://shop.example/hooks",
    "types": ["order.*"],
}


def api_of(client: Client, by: str = "operator") -> AsyncApi:
    """The client with somebody's key."""
    return AsyncApi(client.gateway.url, key=client.keys.tokens[by])


async def test_subscriptions_are_made_read_and_changed(worlds: Worlds) -> None:
    """A change names what was read, and fails where somebody was faster."""
    async with serving(worlds) as client, api_of(client) as api:
        made = await api.create_subscription(SHOP)
        assert str(made.value["secret"]).startswith("whsec_")
        read = await api.get_subscription("my-shop")
        assert read.etag == made.etag
        await api.change_subscription("my-shop", {"rate": 50}, if_match=read.etag)
        with pytest.raises(ChangedError):
            await api.change_subscription("my-shop", {"rate": 5}, if_match=read.etag)
        paused = await api.pause_subscription("my-shop", {"reason": "release"})
        assert paused.value["subscription"]["state"] == "paused"


async def test_a_list_is_iterated_over_all_pages(worlds: Worlds) -> None:
    """Whatever the size of a page."""
    async with serving(worlds) as client, api_of(client) as api:
        names = [f"shop-{n}" for n in range(5)]
        for name in names:
            await api.create_subscription({**SHOP, "id": name})
        assert [it["id"] async for it in api.list_subscriptions(limit=2)] == names
        assert (await api.list_subscriptions(limit=2).first())["next"]
        paused = api.list_subscriptions(state="paused")
        assert [it async for it in paused] == []


async def test_it_works_without_await(worlds: Worlds) -> None:
    """The same calls, in a thread of their own here."""

    def work(url: str, key: str) -> list[str]:
        with Api(url, key=key) as api:
            api.create_subscription(SHOP)
            removed = api.finished(api.remove_subscription("my-shop"))
            assert removed["state"] == "done"
            assert "html" in api.get_docs()
            assert "paths" in api.get_open_api()
            return [row["type"] for row in api.list_event_types(limit=3)]

    async with serving(worlds) as client:
        key = client.keys.tokens["operator"]
        types = await asyncio.to_thread(work, client.gateway.url, key)
    assert "order.created" in types


async def test_an_event_is_published_once_under_a_key(worlds: Worlds) -> None:
    """Asked again with the same key, it is answered as before."""
    async with serving(worlds) as client, api_of(client, "producer") as api:
        example = await api.get_event_type_example("order.created")
        sent: NewEvent = {"type": "order.created", "data": example["data"]}
        first = await api.publish_events(sent, idempotency_key="k-1")
        again = await api.publish_events(sent, idempotency_key="k-1")
        other = await api.publish_events(sent)
    assert first == again
    assert other["data"][0]["webhook_id"] != first["data"][0]["webhook_id"]


async def test_problems_are_errors_of_their_kind(worlds: Worlds) -> None:
    """Each tells what is wrong."""
    async with serving(worlds) as client, api_of(client) as api:
        with pytest.raises(NotFoundError):
            await api.get_subscription("nobody")
        with pytest.raises(InvalidError) as raised:
            await api.create_subscription({**SHOP, "url": "ftp://x", "types": []})
        assert {fault.where for fault in raised.value.errors} == {"#/url", "#/types"}
        assert raised.value.request_id
        async with api_of(client, "reader") as reader:
            with pytest.raises(NotAllowedError, match="scope"):
                await reader.create_subscription(SHOP)


async def test_too_many_requests_wait_as_asked(worlds: Worlds) -> None:
    """And go through in the end."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        await worlds.clock.advance(seconds)

    bounds = Bounds(key_rate=2, address_rate=0)
    async with serving(worlds, bounds=bounds) as client, api_of(client) as api:
        api.sleep = sleep
        for _ in range(4):
            await api.get_event_type("order.created")
    assert waited
    assert all(30 <= seconds <= 31 for seconds in waited)


async def test_a_key_is_in_no_error_and_no_repr(worlds: Worlds) -> None:
    """Whatever goes wrong, with all that a traceback shows."""
    async with serving(worlds) as client:
        key = await client.keys.add("gone", Role.OPERATOR)
        token = client.keys.tokens["gone"]
        async with AsyncApi(client.gateway.url, key=token) as api:
            assert repr(api) == f"AsyncApi('{client.gateway.url}')"
            await client.keys.access.writer.revoke(key)
            with pytest.raises(UnauthorizedError) as refused:
                await api.get_subscription("my-shop")
    away = AsyncApi("http://127.0.0.1:9", key=token, patience=Patience(retries=0))
    with pytest.raises(UnreachableError) as lost:
        await away.get_subscription("my-shop")
    await away.close()
    for error in (refused.value, lost.value):
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        ours = [frame for frame in shown.stack if "/tests/" not in frame.filename]
        assert ours
        assert token not in str(error) + "".join(str(frame.locals) for frame in ours)
        assert error.__context__ is None


def test_place_and_key_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Arguments go before it; a key may be in a file."""
    monkeypatch.setenv("ORDERBUS_URL", "https://bus.example/")
    (tmp_path / "key").write_text("ob_reader_x_y\n", encoding="utf-8")
    monkeypatch.setenv("ORDERBUS_API_KEY", f"@{tmp_path / 'key'}")
    assert repr(Api()) == "Api('https://bus.example')"
    assert repr(Api("http://[::1]:8470")) == "Api('http://[::1]:8470')"
    with pytest.raises(ConfigurationError, match="No such file"):
        Api(key_file=tmp_path / "none")


@pytest.mark.parametrize(
    "url",
    ["", "bus.example", "ftp://x", "http://", "http://u:hush@x", "http://x?k=hush"],
)
def test_an_address_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """It may hold a secret, so it is not repeated."""
    monkeypatch.delenv("ORDERBUS_URL", raising=False)
    with pytest.raises(ConfigurationError) as raised:
        Api(url, key="ob_x")
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize("key", ["", "ob_hush me", "ob_hush\nX: y", "ob_hüsh"])
def test_a_key_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """Without being repeated."""
    monkeypatch.delenv("ORDERBUS_API_KEY", raising=False)
    with pytest.raises(ConfigurationError) as raised:
        Api("http://x", key=key)
    assert "hush" not in str(raised.value)
    assert issubclass(UnauthorizedError, ApiError)
