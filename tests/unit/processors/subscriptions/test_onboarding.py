"""Taking subscriptions on, changing them, rotating their secrets."""

from pathlib import Path

import pytest

from bus.errors import InvalidSubscriptionError, SubscriptionNotFoundError, TopicError
from bus.record import Message
from bus.webhook.signing import Signer
from processors.subscriptions.document import draft
from processors.subscriptions.onboarding import add, find, rotate, update
from tests.support.worlds import Worlds

LEAST = {"id": "acme", "url": "https://acme.example/in", "types": "order.*"}
OWN = "whsec_aHVzaGh1c2hodXNoaHVzaGh1c2hodXNo"


def names(worlds: Worlds, holding: str = "acme") -> list[str]:
    """The topics of a subscription."""
    return [name for name in worlds.broker.topics if holding in name]


async def test_adding_makes_topics_secret_and_record(worlds: Worlds) -> None:
    """All tiers and the dead letters have their topics before the record is there."""
    order: list[str] = []
    async with worlds.open() as world:
        world.table.on_change(lambda _, __: order.extend(names(worlds)))
        taken = await add(world, draft(LEAST, Path()))
        assert order == names(worlds)
    assert order == [
        "bus.retry.acme.1s",
        "bus.retry.acme.5s",
        "bus.retry.acme.30s",
        "bus.dlq.acme",
    ]
    assert taken.secret is not None
    assert Signer([("v1", taken.secret, None)]).sign("e", 0, b"")
    assert taken.secret not in repr(taken)
    assert taken.subscription.secrets[0].value == taken.secret
    assert taken.warnings == []


async def test_an_ordered_one_gets_its_ordered_topic(worlds: Worlds) -> None:
    """`ordering: key` goes through a topic of its own."""
    async with worlds.open() as world:
        await add(world, draft({**LEAST, "ordering": "key"}, Path()))
    assert names(worlds) == ["bus.dlq.acme", "bus.ordered.acme"]


@pytest.mark.parametrize("scheme", ["v1", "v1a"])
async def test_a_secret_of_the_owners_own(worlds: Worlds, scheme: str) -> None:
    """It is taken as it is, and not told; ed25519 secrets are made on request."""
    async with worlds.open() as world:
        own = draft(LEAST, Path())
        own = type(own)(own.subscription, OWN)
        taken = await add(world, own)
        assert taken.subscription.secrets[0].value == OWN
        assert taken.secret is None
        made = await add(
            world,
            draft({**LEAST, "id": "other"}, Path()),
            "v1a" if scheme == "v1a" else "v1",
        )
        assert made.subscription.secrets[0].scheme == scheme
        assert made.subscription.secrets[0].id != taken.subscription.secrets[0].id


async def test_all_problems_come_together_and_nothing_is_made(worlds: Worlds) -> None:
    """Filter, transform, accept, tiers, age, URL, TLS, secret: one refusal."""
    fields = {
        **LEAST,
        "url": "https://127.0.0.1/in",
        "filter": "[",
        "transform": "nope(@)",
        "accept": "image/png",
        "retry": ["1s", "7s"],
        "tls": {"ca": "no pem"},
    }
    async with worlds.open() as world:
        wrong = draft(fields, Path())
        with pytest.raises(InvalidSubscriptionError) as caught:
            await add(world, type(wrong)(wrong.subscription, "hush"))
        problems = dict(caught.value.problems)
        assert list(problems) == [
            "filter",
            "transform",
            "accept",
            "secrets",
            "retry.1",
            "url",
            "tls",
        ]
        assert "loopback" in problems["url"]
        assert "hush" not in str(caught.value)
        assert world.table.all() == []
    assert names(worlds) == []


async def test_a_too_long_max_age_is_refused(worlds: Worlds) -> None:
    """A held delivery is dead-lettered, never expired."""
    async with worlds.open() as world:
        with pytest.raises(InvalidSubscriptionError, match="max_age"):
            await add(world, draft({**LEAST, "max_age": "3d"}, Path()))


async def test_an_id_is_taken_once(worlds: Worlds) -> None:
    """A second one of the same name is refused before anything is made."""
    async with worlds.open() as world:
        await add(world, draft(LEAST, Path()))
        with pytest.raises(InvalidSubscriptionError, match="exists already"):
            await add(world, draft(LEAST, Path()))


async def test_topics_that_cannot_be_made_leave_no_record(worlds: Worlds) -> None:
    """The record is written last, so nobody delivers to what is not there."""
    worlds.broker.brokers = 0
    async with worlds.open() as world:
        with pytest.raises(TopicError):
            await add(world, draft(LEAST, Path()))
        assert world.table.all() == []


@pytest.mark.parametrize(
    ("fields", "warning"),
    [
        ({"types": ["order.*", "orders.created"]}, "types: no event type"),
        ({"url": "https://acme.example/?api_key=1"}, "url: api_key looks like"),
        ({"on_exhausted": "block"}, "does nothing without ordering: key"),
    ],
)
async def test_probable_mistakes_are_warned_of(
    worlds: Worlds, fields: dict[str, object], warning: str
) -> None:
    """It is taken on all the same."""
    async with worlds.open() as world:
        taken = await add(world, draft({**LEAST, **fields}, Path()))
        (text,) = taken.warnings
        assert warning in text


async def test_an_update_makes_the_topics_it_needs(worlds: Worlds) -> None:
    """A new tier has its topic before it is named."""
    async with worlds.open() as world:
        await add(world, draft({**LEAST, "retry": "1s"}, Path()))
        assert "bus.retry.acme.5s" not in names(worlds)
        taken = await update(world, "acme", {"retry": ["1s", "5s"], "timeout": "3s"})
        assert taken.subscription.retry == ("1s", "5s")
        assert taken.subscription.timeout_s == 3
        assert taken.secret is None
    assert "bus.retry.acme.5s" in names(worlds)


async def test_a_tier_given_up_stays_the_subscriptions_own(worlds: Worlds) -> None:
    """What waits there, or comes there late, is still read; back in use, it is as new.

    The topics command takes it for declared, so it is not deleted either.
    """
    async with worlds.open() as world:
        await add(world, draft(LEAST, Path()))
        taken = await update(world, "acme", {"retry": ["1s"]})
        assert taken.subscription.past_tiers == ("5s", "30s")
        assert set(world.topology.tier_topics(taken.subscription).values()) == {
            "bus.retry.acme.1s",
            "bus.retry.acme.5s",
            "bus.retry.acme.30s",
        }
        taken = await update(world, "acme", {"retry": ["30s"]})
        assert taken.subscription.past_tiers == ("5s", "1s")


@pytest.mark.parametrize(("before", "after"), [("none", "key"), ("key", "none")])
async def test_ordering_stays(worlds: Worlds, before: str, after: str) -> None:
    """Deliveries under way would lose their order, or be taken for repeated ones."""
    async with worlds.open() as world:
        made = await add(world, draft({**LEAST, "ordering": before}, Path()))
        topics = names(worlds)
        with pytest.raises(InvalidSubscriptionError, match="cannot be changed") as e:
            await update(world, "acme", {"ordering": after})
        assert e.value.field == "ordering"
        assert world.table.get("acme") == made.subscription
        assert names(worlds) == topics
        await update(world, "acme", {"ordering": before, "rate": 5})


async def test_an_update_of_none_is_refused(worlds: Worlds) -> None:
    """There is nothing to change, or nobody can read it."""
    worlds.broker.append(Message("bus.subscriptions", b"dark", b"{"))
    async with worlds.open() as world:
        with pytest.raises(SubscriptionNotFoundError, match="no subscription acme"):
            await update(world, "acme", {"rate": 5})
        with pytest.raises(InvalidSubscriptionError, match="cannot be read"):
            find(world, "dark")


async def test_a_rotation_keeps_the_scheme(worlds: Worlds) -> None:
    """Unless another is named; a secret it has already is refused."""
    async with worlds.open() as world:
        await add(world, draft(LEAST, Path()), "v1a")
        taken = await rotate(world, "acme", 60)
        assert [s.scheme for s in taken.subscription.secrets] == ["v1a", "v1a"]
        await worlds.clock.advance(60)
        taken = await rotate(world, "acme", 60, scheme="v1")
        assert taken.subscription.secrets[0].scheme == "v1"
        await worlds.clock.advance(60)
        taken = await rotate(world, "acme", 0, text=OWN)
        assert taken.secret is None
        assert [s.value for s in taken.subscription.secrets] == [OWN]
        with pytest.raises(InvalidSubscriptionError, match="already"):
            await rotate(world, "acme", 60, text=OWN)
        with pytest.raises(InvalidSubscriptionError, match="expected whsec_"):
            await rotate(world, "acme", 60, text="hush")
