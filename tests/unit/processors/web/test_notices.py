"""Who hears of an endpoint's troubles, and a webhook for that by one form."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest_asyncio

from bus.watch.sinks import Told
from processors.web.pages import Page, navigation
from processors.web.table import PAGES
from tests.support.browsing import Seen, Visitor, visiting
from tests.support.lively import SHOP, Lively, lively

ONE = f"/ui/subscriptions/{SHOP}/notices"
URL = "https://pager.acme.example/in"


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


async def made(visitor: Visitor, *about: str, url: str = URL) -> Seen:
    """What the form is answered by."""
    fields: list[tuple[str, str]] = [("about", word) for word in about]
    fields += [("csrf", await visitor.csrf()), ("url", url), ("id", f"{SHOP}-notices")]
    return await visitor.post(ONE, fields)  # type: ignore[arg-type] # a field twice


async def test_a_webhook_by_one_form(site: Lively) -> None:
    """Of its tenant, to what was chosen; its secret is shown once."""
    async with visiting(site, "partner") as visitor:
        before = await visitor.get(ONE)
        seen = await made(visitor, "disabled", "secret")
        after = await visitor.get(ONE)
    assert "Nobody yet" in before.text
    assert seen.status == 200
    seen.hold_to_the_laws()
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", unescape(seen.text))
    assert secret
    assert secret[0] not in unescape(after.text)
    found = site.ask.api.world.table.get(f"{SHOP}-notices")
    assert found
    assert found.owner == "acme"
    assert found.types == ("ops.alert_fired", "ops.alert_resolved")
    assert f"data.subscription == '{SHOP}'" in (found.filter or "")
    told = after.text.partition('id="hears"')[2].partition("<details")[0]
    assert "it was disabled" in told
    assert "dead letters arrive" not in told


async def test_what_cannot_be_made_is_said(site: Lively) -> None:
    """Nothing chosen, no address, an id that is taken."""
    async with visiting(site, "partner") as visitor:
        nothing = await made(visitor)
        assert (
            "Choose at least one"
            in (await visitor.get(nothing.headers["Location"])).text
        )
        assert (await made(visitor, "failing", url="pager")).status == 422
        await made(visitor, "failing")
        again = await made(visitor, "failing")
        assert (
            'class="notice bad"' in (await visitor.get(again.headers["Location"])).text
        )
    async with visiting(site, "reader") as visitor:
        assert "<form" not in (await visitor.get(ONE)).text.partition("<main")[2]


async def test_mail_is_for_whom_is_named(site: Lively) -> None:
    """Where the bus sends any; what is wrong is said, and nothing is changed."""
    table = site.ask.api.world.table
    async with visiting(site, "partner") as visitor:
        assert "sends no mail" in (await visitor.get(ONE)).text
        site.ask.api.board.sinks["mail"] = Told(name="mail", kind="mail")
        to = "ada@acme.example, b@c.d"
        seen = await visitor.act(f"{ONE}/mail", to=to, about="secret")
        assert "Mail goes to ada@acme.example, b@c.d" in seen.text
        wrong = await visitor.act(f"{ONE}/mail", to="Ada Lovelace")
        assert 'class="notice bad"' in wrong.text
        found = table.get(SHOP)
        assert found
        assert found.mail_to == ("ada@acme.example", "b@c.d")
        assert [one.value for one in found.mail_about] == ["secret"]
        nobody = await visitor.act(f"{ONE}/mail", to="")
        assert "Mail goes to nobody" in nobody.text


async def _told(visitor: Visitor, done: Seen) -> str:
    return (await visitor.get(done.headers["Location"])).text


async def test_other_filters_are_not_guessed_at(site: Lively) -> None:
    """One that hears all is said to; one of another endpoint is not there."""
    api = site.ask.api
    for name, text in (
        ("acme-all", None),
        ("acme-own", "data.severity == 'page'"),
        ("acme-other", "data.subscription == 'acme-erp'"),
    ):
        fields = {"id": name, "url": URL, "types": ["ops.*"], "filter": text}
        got = await site.ask("POST", "/v1/subscriptions", fields, by="partner")
        assert got.status == 201
    await api.world.table.ready()
    async with visiting(site, "partner") as visitor:
        told = (await visitor.get(ONE)).text
    names = re.findall(r'<th scope="row"><a href="/ui/subscriptions/([a-z-]+)"', told)
    assert names == ["acme-all", "acme-own"]
    assert "its filter says so" in told


def test_the_navigation_says_where_a_page_belongs() -> None:
    """Dead letters of a subscription are dead letters; else it goes by the path."""

    def current(path: str) -> list[str]:
        entries = navigation(PAGES, lambda _: True, f"/ui{path}?x=1")
        return [entry.label for entry in entries if entry.current]

    assert current("/subscriptions/acme/dead-letters") == ["Dead letters"]
    assert current("/subscriptions/acme/dead-letters/x/edit") == ["Dead letters"]
    assert current("/subscriptions/acme/objective") == ["Objectives"]
    assert current("/subscriptions/acme/notices") == ["Subscriptions"]
    assert current("/") == ["Overview"]
    named: set[str] = {page.path for page in PAGES if page.nav}
    under: list[Page] = [page for page in PAGES if page.under]
    assert all(page.under in named for page in under)
