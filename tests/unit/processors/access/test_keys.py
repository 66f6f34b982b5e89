"""Keys as processes know them: made, rotated, ended, used."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bus.access.digests import ServerKeys
from bus.access.roles import Role
from bus.adapters.memory.broker import Fault
from bus.adapters.memory.clock import settle, turns
from bus.errors import (
    ConflictError,
    InvalidKeyError,
    KeyNotFoundError,
    NotAuthenticatedError,
    PublishError,
    VersionMismatchError,
)
from bus.record import Message
from processors.access.authenticating import authenticate
from processors.access.uses import Uses
from processors.access.writer import Wish
from processors.versioned import INSIST_S
from tests.support.access import SERVER, TOPIC, Access, open_access
from tests.support.worlds import Worlds

PARTNER = Wish(Role.PARTNER, "acme", "portal")


def _who(access: Access, token: str, worlds: Worlds) -> str:
    return authenticate(access.table, SERVER, token, worlds.clock.now()).key_id


async def test_a_key_made_here_is_known_everywhere(worlds: Worlds) -> None:
    """With who made it and when; the topic holds nothing that opens anything."""
    async with open_access(worlds) as one, open_access(worlds, 2) as two:
        made = await one.writer.create(PARTNER)
        await two.table.ready()
        await settle()
        assert _who(two, made.token, worlds) == made.key.id
        (key,) = two.table.all()
        assert (key.created_by, key.description) == ("cli:ada", "portal")
        assert key.created_at.timestamp() == worlds.clock.now()
        assert made.token not in repr(made)
        (record,) = worlds.records(TOPIC)
        assert made.token[-49:].encode() not in (record.value or b"")


@pytest.mark.parametrize(
    ("wish", "where"),
    [
        (Wish(Role.OPERATOR, "acme"), "tenant"),
        (Wish(Role.PARTNER), "tenant"),
        (Wish(Role.READER, description="two\nlines"), "description"),
        (Wish(Role.READER, expires_at=datetime(2020, 1, 1, tzinfo=UTC)), "expires_at"),
    ],
)
async def test_what_is_no_key_is_refused(
    worlds: Worlds, wish: Wish, where: str
) -> None:
    """Nothing is written."""
    async with open_access(worlds) as one:
        with pytest.raises(InvalidKeyError, match=where):
            await one.writer.create(wish)
    assert worlds.records(TOPIC) == []


async def test_a_rotation_overlaps(worlds: Worlds) -> None:
    """Both tokens count until the overlap ends; without one, the old ends at once."""
    async with open_access(worlds) as one:
        first = await one.writer.create(PARTNER)
        second = await one.writer.rotate(first.key.id, 60)
        assert first.key.id == second.key.id
        assert _who(one, first.token, worlds) == _who(one, second.token, worlds)
        await worlds.clock.advance(60)
        with pytest.raises(NotAuthenticatedError):
            _who(one, first.token, worlds)
        third = await one.writer.rotate(first.key.id, 0)
        with pytest.raises(NotAuthenticatedError):
            _who(one, second.token, worlds)
        assert _who(one, third.token, worlds) == first.key.id


async def test_a_revoked_key_is_none(worlds: Worlds) -> None:
    """For good: it can be revoked again, and nothing else."""
    async with open_access(worlds) as one, open_access(worlds, 2) as two:
        made = await one.writer.create(PARTNER)
        changed = await one.writer.revoke(made.key.id)
        assert changed.before.revoked_at is None
        assert changed.after.revoked_at is not None
        await two.table.ready()
        await settle()
        with pytest.raises(NotAuthenticatedError, match="revoked"):
            _who(two, made.token, worlds)
        again = await two.writer.revoke(made.key.id)
        assert again.before == again.after == changed.after
        with pytest.raises(InvalidKeyError, match="is revoked; make a new key"):
            await two.writer.rotate(made.key.id, 60)
        with pytest.raises(KeyNotFoundError, match="no key nobody"):
            await one.writer.revoke("nobody")


async def test_a_key_expires(worlds: Worlds) -> None:
    """At its time; then it cannot be rotated either."""
    ends = datetime.fromtimestamp(worlds.clock.now() + 60, UTC)
    async with open_access(worlds) as one:
        made = await one.writer.create(Wish(Role.READER, expires_at=ends))
        assert _who(one, made.token, worlds)
        await worlds.clock.advance(60)
        with pytest.raises(NotAuthenticatedError, match="expired on"):
            _who(one, made.token, worlds)
        with pytest.raises(InvalidKeyError, match="is expired"):
            await one.writer.rotate(made.key.id, 60)


async def test_a_change_for_another_version_is_refused(worlds: Worlds) -> None:
    """As If-Match asks."""
    async with open_access(worlds) as one:
        made = await one.writer.create(PARTNER)
        version = one.table.version(made.key.id)
        assert version is not None
        await one.writer.rotate(made.key.id, 60, if_version=version)
        with pytest.raises(VersionMismatchError, match="changed meanwhile"):
            await one.writer.revoke(made.key.id, if_version=version)
        assert one.table.version("nobody") is None


async def test_an_unreadable_record_lets_nobody_in(worlds: Worlds) -> None:
    """It is reported, and cannot be changed; the others stay."""
    async with open_access(worlds) as one:
        made = await one.writer.create(PARTNER)
        other = await one.writer.create(PARTNER)
        worlds.broker.append(Message(TOPIC, made.key.id.encode(), b"{"))
        await settle()
        assert one.table.unreadable == {made.key.id: "key: not JSON"}
        assert one.problems == [(made.key.id, "record 2: key: not JSON")]
        with pytest.raises(NotAuthenticatedError):
            _who(one, made.token, worlds)
        assert _who(one, other.token, worlds)
        with pytest.raises(InvalidKeyError, match="cannot be read"):
            await one.writer.revoke(made.key.id)
        worlds.broker.append(Message(TOPIC, made.key.id.encode(), None))
        await settle()
        assert one.table.unreadable == {}


async def test_a_rotation_and_a_revocation_at_once(worlds: Worlds) -> None:
    """Both stand, or the rotation hears that it came too late; never one undone."""
    async with open_access(worlds) as one, open_access(worlds, 2) as two:
        made = await one.writer.create(PARTNER)
        await two.table.ready()
        await settle()
        rotated, revoked = await asyncio.gather(
            one.writer.rotate(made.key.id, 60),
            two.writer.revoke(made.key.id),
            return_exceptions=True,
        )
        assert not isinstance(rotated, BaseException)
        assert not isinstance(revoked, BaseException)
        assert revoked.after.digest == rotated.key.digest
        for access in (one, two):
            key = access.table.get(made.key.id)
            assert key is not None
            assert key == revoked.after


async def test_endless_interference_is_given_up(worlds: Worlds) -> None:
    """And nothing is left that others would read otherwise."""
    async with open_access(worlds) as one:
        made = await one.writer.create(PARTNER)
        busy = False

        def interfere(message: Message) -> None:
            nonlocal busy
            if not busy and b'revoked_at":"' in (message.value or b""):
                busy = True
                worlds.broker.append(Message(TOPIC, message.key, made.key.stored()))
                busy = False

        worlds.broker.faults = interfere
        revoking = asyncio.create_task(one.writer.revoke(made.key.id))
        await worlds.clock.advance(INSIST_S + 1)
        with pytest.raises(ConflictError, match="keep changing"):
            await revoking
        assert one.table.unsettled() == []
        assert worlds.records(TOPIC)[-1].value == made.key.stored()


async def test_the_day_of_use_is_written_once(worlds: Worlds) -> None:
    """However often a key is used that day, in however many processes."""
    async with open_access(worlds) as one, open_access(worlds, 2) as two:
        made = await one.writer.create(PARTNER)
        await two.table.ready()
        await settle()
        for access in (one, two, one):
            uses = Uses(access.table, access.writer, SERVER, worlds.clock)
            for _ in range(3):
                uses.note(made.key.id, made.token)
            await uses.write()
            await settle()
        assert len(worlds.records(TOPIC)) == 2
        key = two.table.get(made.key.id)
        assert key is not None
        today = datetime.fromtimestamp(worlds.clock.now(), UTC).date()
        assert key.last_used == today
        await worlds.clock.advance(timedelta(days=1).total_seconds())
        uses = Uses(two.table, two.writer, SERVER, worlds.clock)
        running = asyncio.create_task(uses.run())
        uses.note(made.key.id, made.token)
        await worlds.clock.advance(10)
        running.cancel()
        assert len(worlds.records(TOPIC)) == 3


async def test_a_use_that_cannot_be_written_harms_nobody(worlds: Worlds) -> None:
    """The next one asks for it again; of a key that is gone nothing is noted."""
    async with open_access(worlds) as one:
        made = await one.writer.create(PARTNER)
        uses = Uses(one.table, one.writer, SERVER, worlds.clock)
        uses.note("nobody", made.token)
        uses.note(made.key.id, made.token)
        worlds.broker.faults = lambda _: Fault.REFUSE
        await uses.write()
        worlds.broker.faults = lambda _: None
        assert len(worlds.records(TOPIC)) == 1
        uses.note(made.key.id, made.token)
        await uses.write()
        assert len(worlds.records(TOPIC)) == 2
        worlds.broker.faults = lambda _: Fault.REFUSE
        with pytest.raises(PublishError):
            await one.writer.revoke(made.key.id)


async def test_a_use_moves_a_key_under_the_newest_server_key(worlds: Worlds) -> None:
    """So that the older one can go; a rotated token is left as it is."""
    both = ServerKeys.of([b"n" * 32, b"s" * 32])
    only = ServerKeys.of([b"n" * 32])
    async with open_access(worlds) as one:
        old = await one.writer.create(PARTNER)
        made = await one.writer.rotate(old.key.id, 3600)
    async with open_access(worlds, 2, both) as two:
        await two.table.ready()
        uses = Uses(two.table, two.writer, both, worlds.clock)
        uses.note(made.key.id, old.token)
        await uses.write()
        with pytest.raises(NotAuthenticatedError):
            authenticate(two.table, only, made.token, worlds.clock.now())
        uses.note(made.key.id, made.token)
        await uses.write()
        assert authenticate(two.table, only, made.token, worlds.clock.now())


async def test_no_moment_of_a_revocation_leaves_no_trace(worlds: Worlds) -> None:
    """Whenever who asked for it goes: what may have been done is written down."""
    async with open_access(worlds) as one:
        for steps in range(10_000):
            key_id = (await one.writer.create(PARTNER)).key.id
            revoking = asyncio.create_task(one.writer.revoke(key_id))
            await turns(steps)
            over = revoking.done()
            revoking.cancel()
            await asyncio.gather(revoking, return_exceptions=True)
            await settle()
            actions = [c.action for c in worlds.audited() if c.entity_id == key_id]
            if one.writer.find(key_id).revoked_at is not None:
                assert actions[1:] in (["revoke"], ["revoke (in doubt)"]), steps
            if over:
                break
    assert steps > 5
