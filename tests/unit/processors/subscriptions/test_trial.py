"""One signed sample, straight to the endpoint."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from bus.adapters.memory import MemorySink
from bus.delivery.delivery import Accepted, Failed, Refused, Unreachable
from bus.delivery.endpoint import Kind
from bus.errors import InvalidSubscriptionError, SubscriptionNotFoundError
from bus.ports import Answer, NoAnswer, NoAnswerKind, Reply
from processors.sinks import Sinks
from processors.subscriptions.document import draft
from processors.subscriptions.onboarding import add
from processors.subscriptions.trial import send_sample
from processors.subscriptions.world import World
from tests.support.worlds import Worlds


async def subscribe(world: World, **fields: object) -> str:
    """Add a subscription; return its secret."""
    least = {"id": "acme", "url": "https://acme.example/in", "types": "order.*"}
    taken = await add(world, draft(least | fields, Path()))
    return taken.secret or ""


async def test_the_sample_is_signed_and_marked(worlds: Worlds) -> None:
    """A partner's own verifier takes it, and can tell it from an event."""
    async with worlds.open() as world:
        secret = await subscribe(world, headers={"Authorization": "Bearer hush"})
        trial = await send_sample(world, "acme")
    (post,) = worlds.sender.posts
    headers = dict(post.headers)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}."
    expected = headers["webhook-signature"].removeprefix("v1,")
    key = Webhook(secret)
    assert signed.startswith("test-")
    assert f"v1,{expected}" == key.sign(
        headers["webhook-id"], _moment(worlds), post.body.decode()
    )
    assert post.url == "https://acme.example/in"
    assert headers["Authorization"] == "Bearer hush"
    assert headers["x-orderbus-test"] == "true"
    body = json.loads(post.body)
    assert body["bus"]["test"] is True
    assert body["type"].startswith("order.")
    assert trial.outcome == Accepted(200)
    assert trial.wanted
    assert trial.headers["Authorization"] == "(hidden)"
    assert "hush" not in repr(trial)
    assert secret not in repr(trial)


def _moment(worlds: Worlds) -> datetime:
    return datetime.fromtimestamp(worlds.clock.now(), UTC)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Answer(204), Accepted(204)),
        (Answer(404, None, "no such hook"), Refused(404, "no such hook")),
        (Answer(500, None, "oops"), Failed(500, None, "oops")),
        (
            NoAnswer(NoAnswerKind.CONNECT, "refused"),
            Unreachable(NoAnswerKind.CONNECT, "refused"),
        ),
    ],
)
async def test_the_outcome_is_the_one_a_delivery_would_have(
    worlds: Worlds, reply: Reply, outcome: object
) -> None:
    """Answers are judged as in deliver."""
    worlds.sender.reply = reply
    async with worlds.open() as world:
        await subscribe(world)
        trial = await send_sample(world, "acme")
        assert trial.outcome == outcome
        assert trial.excerpt == getattr(reply, "excerpt", "")


async def test_the_type_is_one_it_asks_for(worlds: Worlds) -> None:
    """The first there is, or the one that is named."""
    async with worlds.open() as world:
        await subscribe(world, types=["risk.*"])
        assert (await send_sample(world, "acme")).event_type == "risk.flagged"
        named = await send_sample(world, "acme", "payment.captured")
        assert named.event_type == "payment.captured"
        with pytest.raises(InvalidSubscriptionError, match=r"no sample of order\.nope"):
            await send_sample(world, "acme", "order.nope")
        with pytest.raises(SubscriptionNotFoundError):
            await send_sample(world, "nobody")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("type == 'order.completed'", True),
        ("type == 'never'", False),
        ("abs(type)", False),
    ],
)
async def test_a_sample_that_the_filter_wants_is_looked_for(
    worlds: Worlds, text: str, *, wanted: bool
) -> None:
    """If there is none, that is said and one is sent all the same."""
    async with worlds.open() as world:
        await subscribe(world, filter=text)
        trial = await send_sample(world, "acme")
        assert trial.wanted is wanted
        assert len(worlds.sender.posts) == 1


async def test_the_body_is_what_a_delivery_would_have(worlds: Worlds) -> None:
    """Accept and transform are applied."""
    async with worlds.open() as world:
        await subscribe(world, accept="application/xml", transform="{only: order_id}")
        trial = await send_sample(world, "acme")
        assert trial.headers["content-type"] == "application/xml; charset=utf-8"
        assert trial.body.startswith(b"<?xml")
        assert b"<data><only>" in trial.body


async def test_an_endpoint_that_is_called(worlds: Worlds) -> None:
    """The sample goes through its own sink, and says what came of it."""
    sink = MemorySink(Accepted(200, "got it"))
    async with worlds.open() as world:
        called = replace(world, sinks=Sinks(world.sender, {Kind.GRPC: lambda: sink}))
        await subscribe(called, url="grpcs://wms.example")
        trial = await send_sample(called, "acme")
        (parcel,) = sink.parcels
        assert dict(parcel.headers)["x-orderbus-test"] == "true"
        assert parcel.event.id.startswith("test-")
        assert trial.outcome == Accepted(200, "got it")
        assert trial.excerpt == "got it"
        assert not worlds.sender.posts
        with pytest.raises(InvalidSubscriptionError, match="does not deliver to grpc"):
            await send_sample(world, "acme")
