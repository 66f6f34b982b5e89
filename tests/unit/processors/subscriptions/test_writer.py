"""Who writes to `bus.subscriptions`, alone and against others."""

import asyncio
from collections.abc import Callable

import pytest

from bus.adapters.memory.broker import Fault
from bus.adapters.memory.clock import settle
from bus.delivery.subscription import Secret, State, Subscription
from bus.errors import (
    BrokerUnavailableError,
    InvalidSubscriptionError,
    PublishError,
    SubscriptionConflictError,
    SubscriptionNotFoundError,
    VersionMismatchError,
)
from bus.record import Message
from processors.versioned import INSIST_S
from tests.support.subscriptions import TOPIC, make, put, stored
from tests.support.worlds import Worlds


async def test_states_and_times(worlds: Worlds) -> None:
    """Pause, resume and disable say why; created and updated are the clock's."""
    async with worlds.open() as world:
        added = await world.writer.add(make())
        assert added.created_at is not None
        assert added.created_at.timestamp() == worlds.clock.now()
        await worlds.clock.advance(60)
        paused = await world.writer.pause("acme", "release weekend")
        assert (paused.state, paused.state_reason) == (State.PAUSED, "release weekend")
        assert paused.updated_at is not None
        assert paused.updated_at.timestamp() == worlds.clock.now()
        assert paused.created_at == added.created_at
        disabled = await world.writer.disable("acme", "answered 410")
        assert (disabled.state, disabled.state_reason) == (
            State.DISABLED,
            "answered 410",
        )
        again = await world.writer.disable("acme", "answered 410 again")
        assert again == disabled
        assert (await world.writer.resume("acme")).state_reason == ""


async def test_what_changes_nothing_writes_nothing(worlds: Worlds) -> None:
    """A repeated command leaves the topic as it is."""
    async with worlds.open() as world:
        await world.writer.add(make())
        await world.writer.pause("acme")
        await world.writer.pause("acme")
        assert len(worlds.records(TOPIC)) == 2


async def test_a_change_for_another_version_is_refused(worlds: Worlds) -> None:
    """As If-Match asks; the one it was meant for is changed once."""
    async with worlds.open() as one, worlds.open() as two:
        await one.writer.add(make())
        version = one.table.version("acme")
        assert version is not None
        await two.table.ready()
        await settle()
        results = await asyncio.gather(
            one.writer.pause("acme", if_version=version),
            two.writer.resume("acme", if_version=version),
            one.writer.resume("acme", if_version=version),
            return_exceptions=True,
        )
        assert isinstance(results[0], Subscription)
        assert isinstance(results[2], VersionMismatchError)
        assert one.table.version("acme") != version
        with pytest.raises(VersionMismatchError, match="acme was changed meanwhile"):
            await two.writer.pause("acme", if_version=version)


async def test_a_removed_one_is_gone_for_all(worlds: Worlds) -> None:
    """A tombstone takes it out of every table."""
    async with worlds.open() as one, worlds.open() as two:
        await one.writer.add(make())
        await one.writer.remove("acme")
        await settle()
        assert two.table.get("acme") is None
        assert worlds.records(TOPIC)[-1].value is None


async def test_refusals(worlds: Worlds) -> None:
    """Unknown, twice, being removed, unreadable: each is a clear error."""
    async with worlds.open() as world:
        with pytest.raises(SubscriptionNotFoundError, match="no subscription acme"):
            await world.writer.pause("acme")
        await world.writer.add(make())
        with pytest.raises(InvalidSubscriptionError, match="acme exists already"):
            await world.writer.add(make())
        await world.writer.begin_removal("acme")
        assert (await world.writer.begin_removal("acme")).state is State.REMOVING
        with pytest.raises(InvalidSubscriptionError, match="is being removed"):
            await world.writer.resume("acme")
        put(worlds, "acme", b"{")
        await settle()
        with pytest.raises(InvalidSubscriptionError, match="cannot be read"):
            await world.writer.begin_removal("acme")


async def test_a_write_that_fails_changes_nothing(worlds: Worlds) -> None:
    """The caller hears of it, the table stays."""
    async with worlds.open() as world:
        await world.writer.add(make())
        worlds.broker.faults = lambda _: Fault.REFUSE
        with pytest.raises(PublishError):
            await world.writer.pause("acme")
        assert world.table.all()[0].state is State.ACTIVE


async def test_a_rotation_keeps_the_old_secret_for_the_grace(worlds: Worlds) -> None:
    """The new one stands first; old ones end with the grace, dead ones are dropped."""
    async with worlds.open() as world:
        old = (await world.writer.add(make())).secrets[0]
        new = [
            Secret(id=f"s{n}", value=f"{old.value[:-1]}{n}", created_at=old.created_at)
            for n in (2, 3, 4)
        ]
        first = await world.writer.rotate("acme", new[0], 3600, over=make())
        assert [s.id for s in first.secrets] == ["s2", "s1"]
        assert first.secrets[0].expires_at is None
        assert first.secrets[1].expires_at is not None
        assert first.secrets[1].expires_at.timestamp() == worlds.clock.now() + 3600
        await worlds.clock.advance(1800)
        second = await world.writer.rotate("acme", new[1], 3600, over=first)
        assert second.secrets[2].expires_at == first.secrets[1].expires_at
        await worlds.clock.advance(1800)
        third = await world.writer.rotate("acme", new[2], 0, over=second)
        assert [s.id for s in third.secrets] == ["s4"]


async def test_two_writers_at_once_both_prevail(worlds: Worlds) -> None:
    """Who has overwritten another's change puts its own on top of it."""
    async with worlds.open() as one, worlds.open() as two:
        await one.writer.add(make())
        await two.table.ready()
        await settle()

        def describe(old: Subscription) -> Subscription:
            return old.model_copy(update={"description": "both"})

        await asyncio.gather(
            one.writer.pause("acme", "why"), two.writer.update("acme", describe)
        )
        await settle()
        acme = one.table.get("acme")
        assert acme is not None
        assert (acme.state, acme.description) == (State.PAUSED, "both")
        assert two.table.get("acme") == acme


async def test_no_tier_is_forgotten_between_two_writers(worlds: Worlds) -> None:
    """Every tier that any version named, if only for a moment, goes on to be read."""
    async with worlds.open() as one, worlds.open() as two:
        await one.writer.add(make(retry=["1s"]))
        await two.table.ready()
        await settle()

        def retrying(tier: str) -> Callable[[Subscription], Subscription]:
            return lambda old: old.model_copy(update={"retry": (tier,)})

        await asyncio.gather(
            one.writer.update("acme", retrying("5s")),
            two.writer.update("acme", retrying("30s")),
        )
        await settle()
        acme = one.table.get("acme")
        assert acme is not None
        assert sorted(acme.tiers) == ["1s", "30s", "5s"]
        assert two.table.get("acme") == acme


async def test_two_that_add_at_once_one_is_refused(worlds: Worlds) -> None:
    """The first one's subscription is put back, the second hears that it exists."""
    async with worlds.open() as one, worlds.open() as two:
        await one.table.ready()
        await two.table.ready()
        results = await asyncio.gather(
            one.writer.add(make(description="first")),
            two.writer.add(make(description="second")),
            return_exceptions=True,
        )
        assert isinstance(results[0], Subscription)
        assert isinstance(results[1], InvalidSubscriptionError)
        acme = two.table.get("acme")
        assert acme is not None
        assert acme.description == "first"


async def test_a_change_of_one_just_removed_is_refused(worlds: Worlds) -> None:
    """The removal is put back."""
    async with worlds.open() as one, worlds.open() as two:
        await one.writer.add(make())
        await two.table.ready()
        await settle()
        results = await asyncio.gather(
            one.writer.remove("acme"),
            two.writer.pause("acme"),
            return_exceptions=True,
        )
        assert results[0] is None
        assert isinstance(results[1], SubscriptionNotFoundError)
        await settle()
        assert one.table.get("acme") is None
        assert two.table.get("acme") is None


async def test_endless_interference_is_given_up(worlds: Worlds) -> None:
    """Somebody who changes it at every write makes this end with an error."""
    async with worlds.open() as world:
        await world.writer.add(make())
        busy = False

        def interfere(message: Message) -> None:
            nonlocal busy
            if not busy and message.topic == TOPIC:
                busy = True
                put(worlds, "acme", stored(make(description="mine")))
                busy = False

        worlds.broker.faults = interfere
        pausing = asyncio.create_task(world.writer.pause("acme"))
        await worlds.clock.advance(INSIST_S - 1)
        assert not pausing.done()
        await worlds.clock.advance(2)
        with pytest.raises(SubscriptionConflictError, match="keep changing acme"):
            await pausing


async def test_a_write_that_is_not_read_back_is_said(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that hangs does not hang the command."""
    monkeypatch.setattr("processors.versioned.READ_BACK_S", 0.01)
    async with worlds.open() as world:
        await world.writer.add(make())
        worlds.broker.faults = lambda _: worlds.broker.down()
        with pytest.raises(BrokerUnavailableError, match="not read back"):
            await world.writer.pause("acme")


async def test_a_reseal_keeps_what_another_writes_meanwhile(worlds: Worlds) -> None:
    """Its change is put back on top."""
    async with worlds.open() as one, worlds.open() as two:
        await one.writer.add(make())
        await two.table.ready()
        await settle()
        await asyncio.gather(one.writer.pause("acme"), two.writer.reseal("acme"))
        await settle()
        acme = one.table.get("acme")
        assert acme is not None
        assert acme.state is State.PAUSED
        assert two.table.get("acme") == acme
        with pytest.raises(SubscriptionNotFoundError):
            await one.writer.reseal("nobody")


async def test_others_changes_are_none_of_a_writers_business(worlds: Worlds) -> None:
    """Who writes to another subscription disturbs nobody."""
    async with worlds.open() as one, worlds.open() as two:
        await one.writer.add(make())
        await two.writer.add(make("other"))
        await asyncio.gather(one.writer.pause("acme"), two.writer.pause("other"))
        await settle()
        assert [s.state for s in one.table.all()] == [State.PAUSED, State.PAUSED]
        assert len(worlds.records(TOPIC)) == 4
