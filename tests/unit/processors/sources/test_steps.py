"""What is done to sources: added, changed, paused, rotated, removed."""

import asyncio
from datetime import timedelta

import pytest

from bus.errors import (
    ConflictError,
    InvalidSourceError,
    SourceNotFoundError,
    SourceStateError,
    VersionMismatchError,
)
from bus.intake.sources import State, opens
from processors.sources import steps
from processors.sources.world import find
from tests.support.sources import added, open_sources
from tests.support.worlds import Worlds

PEM = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=
-----END PUBLIC KEY-----"""


async def test_adding_makes_its_topic_and_a_secret(worlds: Worlds) -> None:
    """The secret is told once; a given one never."""
    async with open_sources(worlds) as world:
        taken = await added(world, settings={"currency": "EUR"})
        assert taken.secret == taken.source.secrets[0].value
        assert taken.path_secret is None
        assert world.topology.raw_topic("shop-eu") in await world.topics.names()
        brought = await added(world, id="shop-us", secret="theirs-and-known")  # noqa: S106 - a test's
        assert brought.secret is None
        assert brought.source.secrets[0].value == "theirs-and-known"
        with pytest.raises(SourceStateError, match="exists already"):
            await added(world)


async def test_what_signs_nothing_gets_a_secret_address(worlds: Worlds) -> None:
    """Unless somebody wants it open, and hears what that means."""
    async with open_sources(worlds) as world:
        taken = await added(world, id="edi", channel="x12")
        assert taken.secret is None
        assert taken.path_secret
        assert opens(taken.source, taken.path_secret, world.writer.now)
        assert taken.warnings == []
        bare = await added(world, id="open", channel="x12", path_secret=False)
        assert bare.path_secret is None
        assert "whoever reaches the door may send" in bare.warnings[0]


async def test_public_keys_are_given_not_made(worlds: Worlds) -> None:
    """Without one nothing can be verified, which is said."""
    async with open_sources(worlds) as world:
        taken = await added(world, id="sal", channel="saleor")
        assert taken.secret is None
        assert "no public key yet" in taken.warnings[0]
        taken = await steps.update(world, "sal", {"public_keys": [PEM]})
        assert taken.warnings == []
        again = await steps.update(world, "sal", {"public_keys": [PEM]})
        assert len(again.source.public_keys) == 1
        with pytest.raises(InvalidSourceError, match="new public one"):
            await steps.rotate(world, "sal", 60)


@pytest.mark.parametrize(
    ("fields", "where", "why"),
    [
        ({"channel": "shopfy"}, "channel", "did you mean shopify"),
        ({"channel": "nothing-like-it"}, "channel", "there are: actions"),
        (
            {"settings": {"zone": "UTC"}},
            "settings.zone",
            "it has: shop, webhooks, currency",
        ),
        ({"secret": "short"}, "secret", "8 characters"),
        ({"public_keys": [PEM]}, "public_keys", "no public key"),
        ({"public_keys": PEM}, "public_keys", "expected a list of texts"),
        ({"public_keys": [PEM, "key"]}, "public_keys", "key 2: expected PEM"),
        ({"burst": 5}, "burst", "without a rate"),
        ({"state": "paused"}, "state", "kept by the bus"),
        ({"colour": 1}, "colour", "no such field"),
        ({"max_body": "much"}, "max_body", "a size such as"),
        ({"path_secret": "mine"}, "path_secret", "it is made here"),
    ],
)
async def test_what_does_not_fit_is_refused(
    worlds: Worlds, fields: dict[str, object], where: str, why: str
) -> None:
    """With the field; and nothing is made."""
    async with open_sources(worlds) as world:
        with pytest.raises(InvalidSourceError, match=why) as caught:
            await added(world, **fields)
        assert caught.value.field == where
        assert world.topology.raw_topic("shop-eu") not in await world.topics.names()
        assert worlds.records("bus.sources") == []


async def test_updating_changes_what_is_given(worlds: Worlds) -> None:
    """Settings join those there are, an empty value takes one away."""
    async with open_sources(worlds) as world:
        await added(world, labels={"a": "1", "b": "2"}, max_body="2MiB", rate=5)
        version = world.table.version("shop-eu")
        fields = {"labels": {"a": "", "c": "3"}, "title": "The shop", "rate": None}
        taken = await steps.update(world, "shop-eu", fields, if_version=version)
        assert taken.source.labels == {"b": "2", "c": "3"}
        assert taken.source.max_body == 2 * 2**20
        assert taken.source.rate is None
        with pytest.raises(VersionMismatchError):
            await steps.update(world, "shop-eu", {"title": "x"}, if_version=version)
        for wrong in ({"id": "other"}, {"secret": "something-new"}, {"burst": "2"}):
            with pytest.raises(InvalidSourceError):
                await steps.update(world, "shop-eu", wrong)
        with pytest.raises(SourceNotFoundError, match="did you mean shop-eu"):
            await steps.update(world, "shop-e", {"title": "x"})


async def test_an_address_gets_and_loses_its_secret(worlds: Worlds) -> None:
    """A new one is told once."""
    async with open_sources(worlds) as world:
        await added(world)
        taken = await steps.update(world, "shop-eu", {"path_secret": True})
        assert taken.path_secret
        assert opens(taken.source, taken.path_secret, world.writer.now)
        again = await steps.update(world, "shop-eu", {"path_secret": True})
        assert again.path_secret is None
        assert opens(again.source, taken.path_secret, world.writer.now)
        bare = await steps.update(world, "shop-eu", {"path_secret": False})
        assert opens(bare.source, "", world.writer.now)


async def test_rotating_keeps_the_old_secret_for_the_grace(worlds: Worlds) -> None:
    """And no longer."""
    async with open_sources(worlds) as world:
        old = (await added(world)).secret
        new = await steps.rotate(world, "shop-eu", 3600)
        now = world.writer.now
        live = [one.value for one in new.source.live_secrets(now)]
        assert live == [new.secret, old]
        later = now + timedelta(hours=1)
        assert [one.value for one in new.source.live_secrets(later)] == [new.secret]
        theirs = await steps.rotate(world, "shop-eu", 0, text="their-new-secret")
        assert theirs.secret is None
        assert [one.value for one in theirs.source.secrets] == ["their-new-secret"]
        with pytest.raises(SourceStateError, match="this one already"):
            await steps.rotate(world, "shop-eu", 0, text="their-new-secret")


async def test_rotating_what_signs_nothing_changes_its_address(worlds: Worlds) -> None:
    """The old one counts until the grace is over; where it leaked, no more."""
    async with open_sources(worlds) as world:
        old = (await added(world, channel="x12")).path_secret
        new = await steps.rotate(world, "shop-eu", 3600)
        assert new.path_secret
        assert opens(new.source, new.path_secret, world.writer.now)
        assert old is not None
        now = world.writer.now
        assert opens(new.source, old, now)
        assert not opens(new.source, old, now + timedelta(hours=1))
        last = await steps.rotate(world, "shop-eu", 0)
        assert not opens(last.source, new.path_secret, now)
        assert not opens(last.source, old, now)


@pytest.mark.parametrize("channel", ["shopify", "x12"])
async def test_of_rotations_at_once_one_is_done(worlds: Worlds, channel: str) -> None:
    """The others are told so, be it the secret or the address."""
    async with open_sources(worlds) as world:
        await added(world, channel=channel)
        six = (steps.rotate(world, "shop-eu", 60) for _ in range(6))
        got = await asyncio.gather(*six, return_exceptions=True)
        (done,) = (one for one in got if isinstance(one, steps.Taken))
        refused = [str(one) for one in got if isinstance(one, ConflictError)]
        assert len(refused) == 5
        assert "was rotated just now" in refused[0]
        assert world.table.get("shop-eu") == done.source


async def test_pausing_and_resuming(worlds: Worlds) -> None:
    """With a reason for others to read."""
    async with open_sources(worlds) as world:
        await added(world)
        paused = await steps.pause(world, "shop-eu", "their move")
        assert paused.source.state is State.PAUSED
        assert paused.source.state_reason == "their move"
        resumed = await steps.resume(world, "shop-eu")
        assert resumed.source.state is State.ACTIVE
        assert resumed.source.state_reason == ""
        with pytest.raises(InvalidSourceError, match="one line"):
            await steps.pause(world, "shop-eu", "two\nlines")


async def test_removing_keeps_what_it_sent(worlds: Worlds) -> None:
    """Its topic goes only when that is asked for, then or later."""
    async with open_sources(worlds) as world:
        raw = world.topology.raw_topic("shop-eu")
        await added(world)
        assert await steps.remove(world, "shop-eu") == []
        assert raw in await world.topics.names()
        with pytest.raises(SourceNotFoundError):
            await steps.remove(world, "shop-eu")
        assert await steps.remove(world, "shop-eu", purge=True) == [raw]
        assert raw not in await world.topics.names()
        with pytest.raises(SourceNotFoundError):
            find(world, "shop-eu")


async def test_all_of_it_is_written_down(worlds: Worlds) -> None:
    """Who, what, old and new; never a secret."""
    async with open_sources(worlds) as world:
        secret = (await added(world, owner="acme")).secret
        await steps.update(world, "shop-eu", {"title": "The shop"})
        await steps.pause(world, "shop-eu")
        await steps.resume(world, "shop-eu")
        await steps.rotate(world, "shop-eu", 60)
        await steps.update(world, "shop-eu", {"path_secret": True})
        await steps.remove(world, "shop-eu")
    changes = worlds.audited()
    actions = ["add", "change", "pause", "resume", "rotate", "change", "remove"]
    assert [one.action for one in changes] == actions
    assert {(one.entity, one.entity_id, one.tenant) for one in changes} == {
        ("source", "shop-eu", "acme")
    }
    assert changes[1].before == {"title": ""}
    assert changes[1].after == {"title": "The shop"}
    assert changes[5].after == {
        "has_path_secret": "(hidden, changed)",
        "path": "/in/shop-eu/…",
    }
    assert secret is not None
    assert secret not in str(changes)


async def test_what_only_its_sender_can_give_is_not_made(worlds: Worlds) -> None:
    """The id of PayPal's webhook: who adds the source hears that it is missing."""
    async with open_sources(worlds) as world:
        taken = await added(world, id="pay", channel="paypal")
        assert (taken.secret, taken.source.secrets) == (None, ())
        assert "rotate-secret pay --secret-file" in taken.warnings[0]
        with pytest.raises(InvalidSourceError, match="its sender gives it"):
            await steps.rotate(world, "pay", 0)
        given = await steps.rotate(world, "pay", 0, text="5GP028458E2496506")
        assert given.secret is None
        assert [one.value for one in given.source.secrets] == ["5GP028458E2496506"]
