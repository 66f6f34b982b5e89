"""A listener reads, answers, keeps, passes on, and tells of each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from bus.adapters.memory.clock import MemoryClock
from bus.adapters.memory.sender import MemorySender
from bus.probing import Exchanged
from bus.sending import Answer, NoAnswer, NoAnswerKind, Reply
from bus.webhook.rendering import Representation, content_type, render
from processors.listening.answers import parse_answers
from processors.listening.heard import Heard
from processors.listening.keeping import Keep, read_kept
from processors.listening.listener import Listener
from processors.listening.memory import Memory
from processors.listening.passing import Onward
from processors.listening.plan import Plan
from processors.listening.reading import Reading
from processors.listening.replaying import latest, replay
from processors.subscriptions.proof import (
    How,
    Proof,
    challenge_document,
    read_challenge,
    read_handshake,
)
from tests.support.heard import BODY, SECRET, signed_headers

NOW = 1_795_435_200
URL = "http://elsewhere/hook"
XML = (
    b"<event><type>order.created</type><timestamp>2026-11-23T12:00:00Z</timestamp>"
    b"<order_id>SO-1</order_id></event>"
)


def elsewhere(*replies: Reply) -> MemorySender:
    """An endpoint that replies so, one after the other."""
    sender = MemorySender(MemoryClock(NOW))
    sender.then(URL, *replies)
    return sender


def onward(sender: MemorySender) -> Onward:
    """What passes on to it."""
    return Onward(URL, sender, MemoryClock(NOW))


class World:
    """A listener and what it told."""

    def __init__(self) -> None:
        self.clock = MemoryClock(NOW + 0.5)
        self.heard: list[Heard] = []
        self.refused: list[int] = []
        self.plan = Plan(
            reading=Reading([SECRET], Memory()),
            tell=self.heard.append,
            refused=self.refused.append,
        )
        self.http = httpx.AsyncClient(trust_env=False)
        self.url = ""

    async def post(
        self, headers: dict[str, str] | None = None, body: bytes = BODY
    ) -> httpx.Response:
        """Post a webhook, signed unless told otherwise."""
        given = signed_headers(NOW, body) if headers is None else headers
        return await self.http.post(self.url, content=body, headers=given)


Listening = Callable[..., Awaitable[World]]


@pytest.fixture
async def listening() -> AsyncIterator[Listening]:
    """Starts a listener, its plan changed in a word."""
    opened: list[tuple[Listener, World]] = []

    async def start(**changes: object) -> World:
        world = World()
        listener = Listener(world.clock, replace(world.plan, **changes))  # type: ignore[arg-type]
        port = await listener.start("127.0.0.1", 0)
        world.url = f"http://127.0.0.1:{port}/hook"
        opened.append((listener, world))
        return world

    yield start
    for listener, world in opened:
        await listener.close()
        await world.http.aclose()


async def test_a_good_one(listening: Listening) -> None:
    """Its event, its attempt, its age, and that it is verified."""
    world = await listening()
    assert (await world.post()).status_code == 200
    (found,) = world.heard
    assert (found.type, found.order_id, found.sequence) == ("order.created", "SO-1", 3)
    assert (found.attempt, found.after_s, found.changes) == (1, None, ())
    assert found.verdict is not None
    assert found.verdict.good
    assert found.age_ms == 500.0
    assert (found.answer, found.status) == ("200", 200)


async def test_one_that_is_not_signed(listening: Listening) -> None:
    """401 and the reason; it goes nowhere."""
    there = elsewhere()
    world = await listening(onward=onward(there))
    assert (
        await world.post(body=b"{}", headers=signed_headers(NOW))
    ).status_code == 401
    (found,) = world.heard
    assert found.verdict is not None
    assert "no signature fits" in found.verdict.why
    assert there.sent == []


async def test_without_a_secret_nothing_is_verified(listening: Listening) -> None:
    """And everything is taken."""
    world = await listening(reading=Reading([], Memory()))
    assert (await world.post(headers={})).status_code == 200
    assert world.heard[0].verdict is None
    assert (await (await listening()).post(headers={})).status_code == 401


async def test_attempts_are_answered_in_turn(listening: Listening) -> None:
    """Of each webhook for itself; each is compared with the one before."""
    world = await listening(answers=parse_answers("500,429:retry-after=5,200"))
    answers = [await world.post() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [500, 429, 200]
    assert answers[1].headers["retry-after"] == "5"
    other = signed_headers(NOW, webhook_id="e-2")
    assert (await world.post(headers=other)).status_code == 500
    assert [found.attempt for found in world.heard] == [1, 2, 3, 1]
    assert world.heard[1].after_s == 0
    assert world.heard[1].changes == ()


async def test_a_retry_that_is_not_the_same(listening: Listening) -> None:
    """Says in what."""
    world = await listening()
    await world.post()
    changed = BODY.replace(b"SO-1", b"SO-2")
    await world.post(signed_headers(NOW, changed), changed)
    assert world.heard[1].changes == ('body.order_id: "SO-1" → "SO-2"',)


@pytest.mark.parametrize("answer", ["close", "reset", "hang"])
async def test_no_answer(listening: Listening, answer: str) -> None:
    """Hung up on, or waited for in vain."""
    world = await listening(answers=parse_answers(answer))
    world.http.timeout = httpx.Timeout(30 if answer != "hang" else 0.2)
    with pytest.raises(httpx.TransportError):
        await world.post()
    (found,) = world.heard
    assert (found.answer, found.status) == (answer, None)


ORIGIN = "bus.example"


@pytest.mark.parametrize("rate", [None, "600", "many"])
async def test_says_that_it_wants_events(
    listening: Listening, rate: str | None
) -> None:
    """To the handshake of CloudEvents, as the bus that asks reads it."""
    greeted: list[str] = []
    world = await listening(greeted=greeted.append)
    headers = {"WebHook-Request-Origin": ORIGIN}
    if rate is not None:
        headers["WebHook-Request-Rate"] = rate
    said = await world.http.options(world.url, headers=headers)
    seen = Exchanged(status=said.status_code, headers=dict(said.headers))
    proof = read_handshake(seen, ORIGIN)
    assert proof == Proof(How.HANDSHAKE, 10.0 if rate == "600" else None)
    assert (greeted, world.heard, world.refused) == ([ORIGIN], [], [])
    for origin in ("", "two words"):
        headers = {"WebHook-Request-Origin": origin}
        said = await world.http.options(world.url, headers=headers)
        assert said.status_code == 405


@pytest.mark.parametrize("representation", list(Representation))
async def test_answers_a_challenge(
    listening: Listening, representation: Representation
) -> None:
    """With the challenge alone, in every representation, if it is signed."""
    world = await listening(answers=parse_answers("500"), onward=onward(elsewhere()))
    body = render(challenge_document("e-1", "Zm9y_-Q", NOW), representation, None)
    headers = signed_headers(NOW, body)
    headers["content-type"] = content_type(representation)
    said = await world.post(headers, body)
    answer = Answer(said.status_code, excerpt=said.text)
    assert read_challenge(answer, "Zm9y_-Q") == Proof(How.CHALLENGE)
    (found,) = world.heard
    assert (found.answer, found.status) == ("200 challenge", 200)
    assert (await world.post(signed_headers(NOW), body)).status_code == 401


async def test_only_posts(listening: Listening) -> None:
    """Anything else is 405, and no webhook."""
    world = await listening()
    answer = await world.http.get(world.url)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert (world.heard, world.refused) == ([], [405])


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (Answer(204), 204),
        (Answer(503, retry_after="7"), 503),
        (NoAnswer(NoAnswerKind.CONNECT, "refused"), 502),
    ],
)
async def test_passed_on(listening: Listening, reply: Reply, status: int) -> None:
    """The very bytes, with what is signed; and the answer of there is the answer."""
    there = elsewhere(reply)
    world = await listening(onward=onward(there))
    answer = await world.post()
    assert answer.status_code == status
    (post,) = [sent.post for sent in there.sent]
    assert (post.url, post.body) == (URL, BODY)
    assert dict(post.headers).items() >= signed_headers(NOW).items()
    assert not {"host", "content-length", "connection"} & set(dict(post.headers))
    passed = world.heard[0].passed
    assert passed is not None
    if isinstance(reply, Answer):
        assert passed.status == status
        assert answer.headers.get("retry-after") == reply.retry_after
    else:
        assert passed.why == "connect: refused"


async def test_passed_on_but_answered_otherwise(listening: Listening) -> None:
    """As `--answer` says."""
    there = elsewhere(Answer(500))
    world = await listening(onward=onward(there), answers=parse_answers("202"))
    assert (await world.post()).status_code == 202
    assert len(there.sent) == 1


@pytest.mark.parametrize(
    ("body", "content_type", "event"),
    [
        (XML, "application/xml; charset=utf-8", ("order.created", "SO-1")),
        (b"", "application/json", ("", "")),
        (b"\xff<type>\xff</type>", "text/xml", ("�", "")),
        (b'{"type": 1, "bus": {"sequence": "\xc2\xb2"}}', "", ("1", "")),
        (b'{"bus": {"sequence": ' + b"9" * 5_000 + b"}}", "", ("", "")),
        (b'{"timestamp":"9999-99-99T00:00:00Z"}', "", ("", "")),
        (b"[" * 100_000, "application/json", ("", "")),
    ],
    ids=["xml", "empty", "no utf-8", "odd digits", "many digits", "no time", "deep"],
)
async def test_any_body(
    listening: Listening, body: bytes, content_type: str, event: tuple[str, str]
) -> None:
    """Is taken, signed or not, and read as far as it can be."""
    world = await listening()
    headers = signed_headers(NOW, body) | {"content-type": content_type}
    assert (await world.post(headers, body)).status_code == 200
    assert (world.heard[0].type, world.heard[0].order_id) == event


async def test_kept_and_replayed(listening: Listening, tmp_path: Path) -> None:
    """Once each, its newest attempt, signed anew; or every attempt as it came."""
    keep = Keep(tmp_path)
    world = await listening(keep=keep, answers=parse_answers("500,200"))
    await world.post()
    await world.post()
    await world.post(signed_headers(NOW, webhook_id="e-2"))
    kept = list(read_kept(tmp_path))
    assert [one.id for one in kept] == ["e-1", "e-1", "e-2"]
    assert {str(one.file) for one in kept} == {found.kept for found in world.heard}

    later = MemoryClock(NOW + 9_000)
    target = await listening()
    await target.clock.advance(8_999.5)
    there = elsewhere(Answer(200), Answer(500))
    anew = replay(latest(kept), onward(there), [SECRET], later)
    done = [one async for one in anew]
    assert [(one.kept.id, one.accepted) for one in done] == [
        ("e-1", True),
        ("e-2", False),
    ]
    for post in [sent.post for sent in there.sent]:
        assert (await target.post(dict(post.headers), post.body)).status_code == 200

    there = elsewhere()
    assert len([one async for one in replay(kept, onward(there), [], later)]) == 3
    sent = dict(there.sent[0].post.headers)
    assert sent.items() >= signed_headers(NOW).items()
