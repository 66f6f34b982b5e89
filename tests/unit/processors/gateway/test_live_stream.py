"""The live stream over HTTP: who hears what, how it goes on, why it ends."""

import asyncio

import pytest

from bus.access.roles import Role
from bus.adapters.memory import settle
from processors.gateway.bounds import Bounds
from processors.gateway.problems import ProblemError
from processors.gateway.protocol import Lines
from processors.gateway.streams import Streams
from processors.gateway.table import ROUTES
from tests.support.gateway import Client, serving
from tests.support.pace import patience
from tests.support.sse import PATH, attempt, hearing, publish, reached
from tests.support.worlds import Worlds
from tests.unit.processors.gateway.test_subscriptions import made


async def test_events_and_attempts_as_the_lists_show_them(
    ask: Client, worlds: Worlds
) -> None:
    """One message each, with the fields of a row; first of all where to go on."""
    async with hearing(ask) as heard:
        assert 1_000 <= int(heard.retry) <= 5_000
        await publish(ask)
        await attempt(worlds, ask)
        await heard.until(2)
        assert sorted(heard.kinds) == ["attempt", "event"]
        shown = dict(heard.messages)
        assert shown["event"]["type"] == "order.created"
        assert shown["attempt"]["subscription"] == "my-shop"
        assert shown["attempt"]["took_ms"] == 1.5
        assert len(set(heard.ids)) == 3


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("?kind=event", ["event", "event"]),
        ("?kind=attempt", ["attempt", "attempt", "attempt"]),
        ("?kind=event&kind=attempt&type=payment.*", ["event"]),
        ("?type=payment.captured&type=order.created", ["event"] * 2 + ["attempt"] * 3),
        ("?subscription=erp", ["attempt"]),
        ("?outcome=failed&outcome=unreachable", ["attempt", "attempt"]),
        ("?order=SO-7&order=SO-8", ["attempt", "attempt"]),
        ("?subscription=erp&outcome=accepted", []),
    ],
)
async def test_filters(
    ask: Client, worlds: Worlds, query: str, kinds: list[str]
) -> None:
    """What is named has to fit; of several words one."""
    async with hearing(ask, query) as heard, hearing(ask) as all_:
        await publish(ask)
        await publish(ask, "payment.captured")
        await attempt(worlds, ask)
        await attempt(worlds, ask, order_id="SO-7", outcome="failed")
        await attempt(
            worlds, ask, subscription="erp", order_id="SO-8", outcome="unreachable"
        )
        await heard.until(len(kinds))
        await all_.until(5)
        await settle()
        assert sorted(heard.kinds) == sorted(kinds)


async def test_goes_on_after_the_last_id(ask: Client, worlds: Worlds) -> None:
    """Nothing is missed, nothing comes twice."""
    async with hearing(ask) as heard:
        await attempt(worlds, ask, order_id="SO-1")
        await heard.until(1)
    await attempt(worlds, ask, order_id="SO-2")
    await publish(ask)
    last = {"Last-Event-ID": heard.ids[-1]}
    async with hearing(ask, headers=last) as again:
        await again.until(2)
        assert sorted(again.kinds) == ["attempt", "event"]
        assert dict(again.messages)["attempt"]["order_id"] == "SO-2"


async def test_partners_hear_their_own_attempts(ask: Client, worlds: Worlds) -> None:
    """No event, nobody else's attempt, whatever they ask for."""
    await made(ask, by="partner")
    async with (
        hearing(ask, by="partner") as mine,
        hearing(ask, "?subscription=my-shop", by="stranger") as other,
        hearing(ask) as all_,
    ):
        await publish(ask)
        await attempt(worlds, ask, subscription="erp")
        await attempt(worlds, ask, subscription="my-shop")
        await all_.until(3)
        await mine.until(1)
        assert [m["subscription"] for _, m in mine.messages] == ["my-shop"]
        assert other.messages == []
    refused = await ask("GET", f"{PATH}?kind=event", by="partner")
    assert (refused.status, refused.slug) == (403, "not-allowed")


@pytest.mark.parametrize("last", ["x", "0", "-1", "A" * 6_001, "%00", "ü", "1, 2"])
async def test_a_strange_last_id_is_refused(ask: Client, last: str) -> None:
    """With one problem that says what was expected; nothing is opened."""
    got = await ask("GET", PATH, headers={"Last-Event-ID": last})
    assert (got.status, got.slug) == (400, "bad-request")
    assert got.json["errors"] == [
        {
            "parameter": "Last-Event-ID",
            "detail": "expected the last id of a stream, or none: it begins now then",
        }
    ]
    assert ask.api.streams.open == 0


async def test_a_beat_every_quarter_minute(ask: Client, worlds: Worlds) -> None:
    """A comment that keeps proxies from closing, with the id to go on from."""
    async with hearing(ask) as heard:
        before = heard.comments
        await worlds.clock.advance(16)
        await reached(lambda: heard.comments == before + 1)
        assert heard.messages == []


async def test_a_revoked_key_ends_its_stream(ask: Client, worlds: Worlds) -> None:
    """Within a second; the last message says why."""
    key_id = await ask.keys.add("short", Role.SUPPORT)
    async with hearing(ask, by="short") as heard:
        await ask.keys.access.writer.revoke(key_id)
        await worlds.clock.advance(1)
        await reached(lambda: heard.over)
        assert heard.kinds == ["end"]
        assert heard.messages[0][1]["reason"] == "key"
    assert ask.api.streams.open == 0


async def test_so_many_of_a_key_and_in_all(worlds: Worlds) -> None:
    """One more is told how many; a place that was left is given again."""
    async with serving(worlds, streams=Streams(2, 3)) as ask:
        async with hearing(ask), hearing(ask):
            third = await ask("GET", PATH)
            assert (third.status, third.slug) == (429, "too-many-requests")
            assert "2 streams" in str(third.json["detail"])
            async with hearing(ask, by="support"):
                full = await ask("GET", PATH, by="reader")
                assert (full.status, full.slug) == (503, "unavailable")
        await reached(lambda: worlds.clock.next_due() is not None)
        await worlds.clock.advance(1)
        await reached(lambda: ask.api.streams.open == 0)
        async with hearing(ask):
            pass


def test_a_tenant_has_those_of_five_keys() -> None:
    """However many keys it makes: the others have places, too."""
    streams = Streams(2, 500)
    given = [streams.take(f"k{n % 7}", "acme") for n in range(10)]
    with pytest.raises(ProblemError, match="10 streams"):
        streams.take("k8", "acme")
    others = [streams.take("k9", "globex"), streams.take("k10"), streams.take("k11")]
    for give_back in [*given[:1], *given[:1]]:
        give_back()
    others.append(streams.take("k8", "acme"))
    with pytest.raises(ProblemError, match="10 streams"):
        streams.take("k8", "acme")
    for give_back in (*given, *others):
        give_back()
    assert streams.open == 0


async def test_a_stop_sends_listeners_elsewhere(ask: Client) -> None:
    """At once, with an id that is good at another gateway."""
    async with hearing(ask) as heard:
        await ask.gateway.stop()
        await reached(lambda: heard.over)
        assert heard.messages[-1][1]["reason"] == "draining"
        assert heard.ids


async def test_one_who_does_not_read_is_cut_off(worlds: Worlds) -> None:
    """A client that takes nothing is told so and let go; others hear everything."""
    bounds = Bounds(key_rate=0, address_rate=0, send_s=0.2)
    async with serving(worlds, ROUTES, bounds, Lines()) as ask:
        host, port = ask.gateway.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
        token = ask.keys.tokens["operator"]
        head = (
            f"GET {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        )
        writer.write(head.encode())
        await reached(lambda: ask.api.streams.open == 1)
        async with hearing(ask) as heard:
            for count in range(1, 60):
                for _ in range(200):
                    await attempt(worlds, ask, detail="x" * 900)
                await heard.until(200 * count)
                if ask.api.streams.open == 1:
                    break
            assert ask.api.streams.open == 1
        told = b""
        async with asyncio.timeout(patience(20)):
            while chunk := await reader.read(65_536):
                told = (told + chunk)[-2_000:]
        assert b"event: end" in told
        assert b'"reason":"slow"' in told
        writer.close()


async def test_head_opens_nothing(ask: Client) -> None:
    """It says what a stream would be."""
    got = await ask("HEAD", PATH)
    assert (got.status, got.headers["Content-Type"]) == (200, "text/event-stream")
    assert ask.api.streams.open == 0
