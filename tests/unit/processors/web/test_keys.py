"""Pages of keys: a token is shown once, and what a key may not is not offered."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest_asyncio

from bus.access.tokens import TOKEN_PATTERN
from tests.support.browsing import Seen, Visitor, visiting
from tests.support.lively import Lively, lively
from tests.support.lively_keys import KEY

ALL = "/ui/keys"
ONE = f"{ALL}/{KEY}"


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


def listed(seen: Seen) -> list[str]:
    """The ids of a table, in its order."""
    return re.findall(r'<th scope="row"><a href="/ui/keys/([a-z2-7]{10})">', seen.text)


async def sent(visitor: Visitor, to: str, **fields: str) -> Seen:
    """What a form of ours is answered by."""
    return await visitor.post(to, {"csrf": await visitor.csrf(), **fields})


async def works(site: Lively, token: str) -> int:
    """How the API answers this token."""
    site.ask.keys.tokens["tried"] = token
    return (await site.ask("GET", "/v1/keys", by="tried")).status


async def test_a_token_is_shown_once(site: Lively) -> None:
    """On the page that made it: in no cookie, address, list or line of the log."""
    async with visiting(site, "operator") as visitor:
        fields = {"role": "partner", "tenant": "acme", "expires": "90d"}
        made = await sent(visitor, ALL, **fields, description="<b>till</b> 7")
        made.hold_to_the_laws()
        (token,) = re.findall(TOKEN_PATTERN, made.text)
        name = token.split("_")[2]
        assert await works(site, token) == 200
        assert "&lt;b&gt;till&lt;/b&gt; 7" in made.text
        after = [await visitor.get(to) for to in (ALL, f"{ALL}/{name}", "/ui/audit")]
        seen = [one.text for one in after] + [str(visitor.cookies)]
        assert token not in unescape(str([*seen, site.ask.observer.notes]))
        assert name in listed(after[0])
        assert "2027-02-26" in after[1].text


async def test_what_cannot_be_made_is_said(site: Lively) -> None:
    """A partner's key without a tenant; a role or a span that there is not."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.act(ALL, role="partner", tenant="")
        assert 'class="notice bad"' in seen.text
        assert "needs one" in seen.text
        for wrong in ({"role": "king"}, {"role": "reader", "expires": "soon"}):
            assert (await sent(visitor, ALL, **wrong)).status == 422


async def test_rotates_and_revokes(site: Lively) -> None:
    """The old token counts as long as is said; revoked, none does."""
    async with visiting(site, "operator") as visitor:
        first = await sent(visitor, f"{ONE}/rotate", sure="yes", overlap="1h")
        (token,) = re.findall(TOKEN_PATTERN, first.text)
        assert "counts as well for 1h" in first.text
        second = await sent(visitor, f"{ONE}/rotate", sure="yes", overlap="0s")
        (newer,) = re.findall(TOKEN_PATTERN, second.text)
        assert [await works(site, one) for one in (token, newer)] == [401, 200]
        unsure = await sent(visitor, f"{ONE}/revoke")
        assert unsure.status == 422
        seen = await visitor.act(f"{ONE}/revoke", sure="yes")
        assert "is revoked" in seen.text
        assert f"{ONE}/rotate" not in seen.text
        assert await works(site, newer) == 401
        again = await visitor.act(f"{ONE}/rotate", sure="yes", overlap="0s")
        assert 'class="notice bad"' in again.text


async def test_a_partner_has_its_own(site: Lively) -> None:
    """It sees and makes keys of its tenant that may do no more, and no others."""
    async with visiting(site, "partner") as visitor:
        seen = await visitor.get(ALL)
        offered = re.findall(r"<option>(\w+)", seen.text.partition('id="make"')[2])
        made = await sent(visitor, ALL, role="reader")
        other = await visitor.act(ALL, role="reader", tenant="other")
        more = await visitor.act(ALL, role="operator")
    assert KEY in listed(seen)
    assert offered == ["reader", "partner"]
    assert 'name="tenant"' not in seen.text
    assert "server key" not in (await _one(site)).text
    assert "Reader of acme" in made.text
    assert "makes and rotates none but" in more.text
    assert 'class="notice bad"' in other.text
    async with visiting(site, "stranger") as visitor:
        assert KEY not in (await visitor.get(f"{ALL}?links=yes")).text
        assert (await sent(visitor, f"{ONE}/revoke", sure="yes")).status == 404


async def _one(site: Lively) -> Seen:
    async with visiting(site, "partner") as visitor:
        return await visitor.get(ONE)


async def test_who_may_only_read_is_offered_nothing(site: Lively) -> None:
    """Support sees all keys, and no form; filters narrow what is listed."""
    async with visiting(site, "support") as visitor:
        seen = await visitor.get(ALL)
        one = await visitor.get(ONE)
        till = await visitor.get(f"{ALL}?q=TILL&role=partner&state=active")
        over = await visitor.get(f"{ALL}?state=revoked")
        links = await visitor.get(f"{ALL}?links=yes")
        none = await visitor.get(f"{ALL}?q=nothing")
    assert f'action="{ALL}"' not in seen.text.replace('method="get" action', "")
    assert "Rotate" not in one.text
    assert listed(till) == [KEY]
    assert "an old screen" in over.text
    assert len(listed(links)) == len(listed(seen)) + 1
    assert "None of them fits" in none.text


async def test_whoever_ends_its_own_key_is_signed_out(site: Lively) -> None:
    """It is told so before; the new token is on the page all the same."""
    async with visiting(site, "operator") as visitor:
        mine = re.findall(
            r"<code>([a-z2-7]{10})</code></span>", (await visitor.get(ALL)).text
        )
        (own,) = mine
        assert "You signed in with it" in (await visitor.get(f"{ALL}/{own}")).text
        seen = await sent(visitor, f"{ALL}/{own}/rotate", sure="yes", overlap="0s")
        assert re.search(TOKEN_PATTERN, seen.text)
        assert (await visitor.get(ALL)).status == 303
