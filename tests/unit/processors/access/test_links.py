"""Sign-in links as gateways know them: used once, ended with what made them."""

import asyncio
from datetime import timedelta

import pytest

from bus.access.proofs import proof_of, still
from bus.access.roles import Role
from bus.access.tokens import parse_token
from bus.adapters.memory.clock import settle
from bus.errors import InvalidKeyError, NotAuthenticatedError
from processors.access.authenticating import authenticate
from processors.access.links import LinkWish, make_link, path_of, use_link
from processors.access.writer import Made, Wish
from tests.support.access import SERVER, TOPIC, Access, open_access
from tests.support.worlds import Worlds

ACME = LinkWish("acme")
HOUR_S = 3_600.0


async def used(access: Access, link: str) -> Made | str:
    """The session's key, or why there is none."""
    try:
        return await use_link(access.world, link, "10.0.0.7", HOUR_S)
    except NotAuthenticatedError as error:
        return str(error)


async def test_of_two_gateways_one_exchanges_it(worlds: Worlds) -> None:
    """At the same moment; the other hears that it was used."""
    async with open_access(worlds) as one, open_access(worlds, 2) as two:
        for _ in range(8):
            link = (await make_link(one.world, ACME)).token
            await settle()
            done = await asyncio.gather(used(one, link), used(two, link))
            made = [m for m in done if isinstance(m, Made)]
            (why,) = (m for m in done if isinstance(m, str))
            assert len(made) == 1
            assert "used already" in why
            await settle()
            for access in (one, two):
                assert "used already" in str(await used(access, link))


async def test_becomes_a_session_of_the_tenant(worlds: Worlds) -> None:
    """For pages alone: neither the link nor its key's token is one of the API."""
    async with open_access(worlds) as access:
        link = await make_link(access.world, LinkWish("acme", Role.READER))
        assert path_of(link) == f"/ui/link#{link.token}"
        made = await used(access, link.token)
        assert isinstance(made, Made)
        proof = proof_of(SERVER, parse_token(made.token), "acme")
        who = still(proof, access.table.get(made.key.id), access.world.now)
        assert (who.role, who.tenant) == (Role.READER, "acme")
        now = worlds.clock.now()
        as_key = link.token.replace("obl_", "ob_")
        for token in (link.token, as_key, made.token):
            with pytest.raises(NotAuthenticatedError):
                authenticate(access.table, SERVER, token, now)
        with pytest.raises(InvalidKeyError, match="no key"):
            await access.writer.rotate(made.key.id, 0)
        assert made.key.expires_at == access.world.now + timedelta(seconds=HOUR_S)


async def test_ends_by_time_and_by_revoking(worlds: Worlds) -> None:
    """Only who holds it hears which; a forged one is as unknown as any."""
    async with open_access(worlds) as access:
        first, second = [await make_link(access.world, ACME) for _ in range(2)]
        await access.writer.revoke(first.key.id)
        assert "not count any more" in str(await used(access, first.token))
        await worlds.clock.advance(601)
        assert "not count any more" in str(await used(access, second.token))
        other = await make_link(access.world, ACME)
        await access.writer.forget(other.key.id)
        assert "not valid here" in str(await used(access, other.token))


async def test_ends_with_the_key_that_made_it(worlds: Worlds) -> None:
    """Whether it waits or was used; its session ends no later than that key."""
    async with open_access(worlds) as access:
        ends = access.world.now + timedelta(seconds=900)
        maker = (await access.writer.create(Wish(Role.PARTNER, "acme"))).key.id
        wish = LinkWish("acme", maker=maker, until=ends)
        made = await used(access, (await make_link(access.world, wish)).token)
        assert isinstance(made, Made)
        assert made.key.expires_at == ends
        link = await make_link(access.world, wish)
        await access.writer.revoke(maker)
        assert "not count any more" in str(await used(access, link.token))


@pytest.mark.parametrize(
    ("wish", "where"),
    [
        (LinkWish(""), "tenant"),
        (LinkWish("acme", open_s=1), "expires_in"),
        (LinkWish("acme", open_s=100_000), "expires_in"),
        (LinkWish("acme", Role.OPERATOR), "tenant"),
    ],
)
async def test_what_is_no_link_is_refused(
    worlds: Worlds, wish: LinkWish, where: str
) -> None:
    """Nothing is written."""
    async with open_access(worlds) as access:
        with pytest.raises(InvalidKeyError, match=where):
            await make_link(access.world, wish)
    assert worlds.records(TOPIC) == []


async def test_old_ones_are_forgotten(worlds: Worlds) -> None:
    """A day after their end, as others are made: the topic does not grow for ever."""
    async with open_access(worlds) as access:
        old = [(await make_link(access.world, ACME)).key.id for _ in range(3)]
        kept = await access.writer.create(Wish(Role.PARTNER, "acme"))
        await worlds.clock.advance(90_000)
        new = await make_link(access.world, ACME)
        await settle()
        assert {key.id for key in access.table.all()} == {kept.key.id, new.key.id}
        assert not set(old) & {key.id for key in access.table.all()}


async def test_the_audit_knows_both_steps(worlds: Worlds) -> None:
    """Who made it, from where it was used; nothing of it stands in any topic."""
    async with open_access(worlds) as access:
        link = await make_link(access.world, ACME)
        made = await used(access, link.token)
        assert isinstance(made, Made)
    audit = [r.value or b"" for r in worlds.records(worlds.topology.audit)]
    assert b'"action":"create"' in audit[0]
    assert b'"actor":"cli:ada"' in audit[0]
    assert b'"action":"exchange"' in audit[1]
    assert b'"address":"10.0.0.7"' in audit[1]
    written = b"".join([*audit, *(r.value or b"" for r in worlds.records(TOPIC))])
    for token in (link.token, made.token):
        assert token[-49:].encode() not in written
