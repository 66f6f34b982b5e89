"""The tap is never in the way; the shadow is what deliveries would be."""

import json
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bus.adapters.memory import MemoryClock
from bus.client.recordings import RecordingFile, read_recording
from bus.migration.recorded import Recorded, sent_of
from bus.migration.terms import Reading
from bus.sending import Answer, NoAnswer, NoAnswerKind, Post, Reply
from bus.webhook.verdict import Signed, judge_signature
from processors.parity.shadow import shadow
from processors.parity.tap import Tap, onward
from processors.subscriptions.onboarding import find
from tests.support.past import Past
from tests.support.worlds import Worlds


class Partner:
    """Answers each request as it is told, and keeps it."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.posts: list[Post] = []

    async def send(self, post: Post) -> Reply:
        """Fulfils `Sender`."""
        self.posts.append(post)
        return self.replies.pop(0)

    async def close(self) -> None:
        """Nothing is open."""


async def posted(tap: Tap, count: int) -> list[tuple[int, str, str | None]]:
    """What an old sender hears of so many requests."""
    heard = []
    port = await tap.start("127.0.0.1", 0)
    headers = {"X-Delivery": "7", "Authorization": "Bearer hush"}
    async with ClientSession() as session:
        for number in range(count):
            url = f"http://127.0.0.1:{port}/hooks/{number}?a=b"
            async with session.post(url, data=b'{"n":1}', headers=headers) as got:
                again = got.headers.get("retry-after")
                heard.append((got.status, await got.text(), again))
    await tap.close()
    return heard


async def test_what_comes_is_passed_on_and_recorded(tmp_path: Path) -> None:
    """Path, headers and body to the partner, its answer back; no credential is kept."""
    gone = NoAnswer(NoAnswerKind.CONNECT, "refused")
    partner = Partner(Answer(200, None, "thanks"), Answer(503, "7"), gone)
    file = RecordingFile(tmp_path / "tap.jsonl")
    tap = Tap(MemoryClock(), partner, "https://p.example/", file.append)
    heard = await posted(tap, 3)
    file.close()
    assert heard == [(200, "thanks", None), (503, "", "7"), (502, "", None)]
    assert partner.posts[0].url == "https://p.example/hooks/0?a=b"
    sent = dict(partner.posts[0].headers)
    assert (sent["x-delivery"], sent["authorization"]) == ("7", "Bearer hush")
    lines = read_recording(tmp_path / "tap.jsonl")
    recorded = [one for one in lines if isinstance(one, Recorded)]
    assert [one.outcome for one in recorded] == ["accepted", "http 503", "connect"]
    assert recorded[0].body == b'{"n":1}'
    assert recorded[0].columns == {"path": "/hooks/0?a=b"}
    assert "hush" not in (tmp_path / "tap.jsonl").read_text()


@pytest.mark.parametrize(
    ("base", "came", "goes"),
    [
        ("https://p.example/hook", "/", "https://p.example/hook"),
        ("https://p.example/hook/", "/", "https://p.example/hook/"),
        ("https://p.example/hook?key=k", "/", "https://p.example/hook?key=k"),
        ("https://p.example/hook?key=k", "/?n=1", "https://p.example/hook?key=k&n=1"),
        ("https://p.example/in?key=k", "/a%2Fb", "https://p.example/in/a%2Fb?key=k"),
        ("https://p.example", "//evil.example", "https://p.example//evil.example"),
        ("https://p.example/a/", "/b;c", "https://p.example/a/b;c"),
    ],
)
def test_it_goes_to_the_address_that_was_named(base: str, came: str, goes: str) -> None:
    """The partner's own path and query; the sender's path only where it has one."""
    assert onward(base, came) == goes


async def test_a_recording_that_fails_stops_nothing() -> None:
    """The disk is full: the partner gets all, and the count says what is missing."""

    def full(_line: Recorded) -> None:
        raise OSError(28, "No space left on device")

    partner = Partner(Answer(200), Answer(200))
    tap = Tap(MemoryClock(), partner, "https://p.example", full)
    assert [status for status, *_ in await posted(tap, 2)] == [200, 200]
    assert len(partner.posts) == 2
    assert (tap.counted.passed, tap.counted.lost) == (2, 2)
    assert "No space left" in tap.counted.why


async def test_the_shadow_is_what_would_be_sent(worlds: Worlds) -> None:
    """Signed bodies of what the filter wants, whatever its state; nothing is posted."""
    async with worlds.open() as world:
        await world.table.ready()
        past = Past(world)
        await past.subscribe("acme")
        await world.writer.update(
            "acme",
            lambda one: one.model_copy(update={"types": ("order.created",)}),
        )
        produced = await past.order()
        until_ms = int(world.clock.now() * 1000) + 60_000
        made = [one async for one in shadow(world, "acme", 0, until_ms)]
        secrets = [one.value for one in find(world, "acme").secrets]
    (one,) = [line for line in made if isinstance(line, Recorded)]
    event, _record = produced[0]
    sent = sent_of(one, Reading())
    assert (sent.type, sent.order, sent.id) == (
        "order.created",
        event.subject,
        event.webhook_id,
    )
    assert (sent.accepted, sent.latency_ms, sent.unsent) == (None, None, True)
    assert json.loads(one.body)["data"]
    signed = Signed(
        one.headers["webhook-id"],
        one.headers["webhook-timestamp"],
        one.headers["webhook-signature"],
        one.body,
    )
    assert judge_signature(signed, secrets, one.at_ms / 1000).good
