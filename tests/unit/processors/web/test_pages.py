"""Every page and act of the table: who sees it, who does not, and how it looks."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal, get_args, get_origin
from urllib.parse import quote, urlencode

import pytest
import pytest_asyncio

from bus.access.roles import GRANTS, Role
from processors.gateway.model import Model
from processors.web.pages import Act, Page
from processors.web.table import ACTS, PAGES
from tests.support.browsing import Visitor, address, visiting
from tests.support.lively import Lively, lively
from tests.support.lively_keys import KEY


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    folder: Path = tmp_path_factory.mktemp("lively")
    async with lively(folder) as served:
        yield served


pytestmark = pytest.mark.asyncio(loop_scope="module")
pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


NOBODYS = {
    "subscription": "nobody-at-all",
    "event": "00000000-0000-4000-8000-000000000000",
    "order": "SO-NOBODYS",
    "silence": "s9999999999",
    "sink": "nobodys",
    "key": "aaaaaaaaaa",
    "job": "0" * 24,
    "topic": "oms.nobodys",
    "partition": "0",
    "offset": "7",
    "item": "00000000-0000-5000-8000-000000000000",
    "group": "f1-000000000000",
    "source": "nobodys-shop",
    "table": "nobodys",
    "proposal": "p0000000000",
    "migration": "nobodys",
}
"""What there is not, by its name in paths."""


FOREIGN = {**NOBODYS, "subscription": "acme-erp", "key": KEY, "source": "acme-shop"}
"""What there is, of a tenant that a stranger is not."""


FORMS = {
    "since": "2h",
    "until": "now",
    "url": "https://x.example/in",
    "id": "acme-x",
    "timeout": "5s",
}
"""What fields of forms need, where no number or word of theirs will do."""


@pages
async def test_is_strict_html_under_a_strict_policy(page: Page, site: Lively) -> None:
    """One heading, which begins the title; no id twice; every form goes somewhere."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(address(page))
    assert seen.status == 200
    seen.hold_to_the_laws()
    assert seen.headers["Cache-Control"] == "no-store"
    assert seen.headers["X-Frame-Options"] == "DENY"


HOSTILE = ("x'; $(reboot) \"<b>", "a\r\nreboot\x1b[31m\u202e", "-999d", "9999d")


@pages
async def test_what_is_asked_is_text(page: Page, site: Lively) -> None:
    """No markup, no command of the shell, no fault of ours, whoever made the link."""
    async with visiting(site, "operator") as visitor:
        to = address(page)
        for name in page.query.model_fields:
            for text in HOSTILE:
                asked = f"{to}{'&' if '?' in to else '?'}{urlencode({name: text})}"
                seen = await visitor.get(asked)
                assert seen.status in {200, 400, 404, 409, 422}, asked
                assert "<b>" not in seen.text
                seen.hold_to_the_laws()


@pages
async def test_nobody_is_asked_to_sign_in(page: Page, site: Lively) -> None:
    """And comes back to the page then."""
    async with visiting(site) as visitor:
        seen = await visitor.get(address(page))
        assert seen.status == 303
        on = "" if page.path == "/" else f"?next={quote(address(page), safe='')}"
        assert seen.headers["Location"] == f"/ui/sign-in{on}"
        told = await visitor.get(seen.headers["Location"])
    assert told.status == 200
    told.hold_to_the_laws()


@pages
async def test_only_those_who_may(page: Page, site: Lively) -> None:
    """A key without the scope gets a page that says so."""
    without = [role for role in Role if page.scope not in GRANTS[role].scopes]
    for role in without:
        async with visiting(site, role.value) as visitor:
            seen = await visitor.get(address(page))
        assert seen.status == 403, role
        assert page.scope.value in seen.text


@pytest.mark.parametrize(
    "page",
    [p for p in PAGES if p.tenants and p.scope in GRANTS[Role.PARTNER].scopes],
    ids=lambda page: page.name,
)
async def test_what_belongs_to_others_is_not_there(page: Page, site: Lively) -> None:
    """It looks exactly like what there is not."""
    async with visiting(site, "stranger") as visitor:
        foreign = await visitor.get(address(page))
        none = await visitor.get(address(page, **NOBODYS))
    assert (foreign.status, none.status) == (404, 404)
    assert foreign.without_ids == none.without_ids


@pytest.mark.parametrize(
    "act", [act for act in ACTS if act.tenants], ids=lambda act: act.name
)
async def test_nothing_is_done_to_what_belongs_to_others(
    act: Act, site: Lively
) -> None:
    """A form that is right in itself: byte for byte as for what there is not."""
    async with visiting(site, "stranger") as visitor:
        fields = {"csrf": await visitor.csrf(), **filled(act.form)}
        foreign = await visitor.post(address(act, **FOREIGN), fields)
        none = await visitor.post(address(act, **{**FOREIGN, **NOBODYS}), fields)
        paging = await visitor.get("/ui/subscriptions")
    if act.scope in GRANTS[Role.PARTNER].scopes:
        assert (foreign.status, none.status) == (404, 404)
    assert foreign.status == none.status
    assert foreign.without_ids == none.without_ids
    assert "notice bad" not in paging.text


async def test_every_path_that_names_what_somebody_owns_says_so() -> None:
    """A page or act that forgot `tenants` would not be tried as a stranger."""
    rows: list[Page | Act] = [*PAGES, *ACTS]
    forgotten = [
        row.name
        for row in rows
        if any(f"{{{name}}}" in row.path for name in ("subscription", "source", "key"))
        and not row.tenants
    ]
    assert not forgotten


def filled(form: type[Model]) -> dict[str, str]:
    """What a form needs at least."""
    needed = {n: f for n, f in form.model_fields.items() if f.is_required()}
    return {
        name: str(get_args(field.annotation)[-1])
        if get_origin(field.annotation) is Literal
        else FORMS.get(name, "1")
        for name, field in needed.items()
    }


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
async def test_acts_need_the_session_and_our_own_page(act: Act, site: Lively) -> None:
    """No form from elsewhere, none of another session, none without one."""
    to = address(act, **{**NOBODYS, "subscription": "acme-erp"})
    async with visiting(site, "operator") as visitor:
        await refused(visitor, to, {"csrf": "0" * 32}, 403)
        await refused(visitor, to, {}, 403)
        elsewhere = {"Sec-Fetch-Site": "cross-site"}
        seen = await visitor.post(to, {"csrf": await visitor.csrf()}, elsewhere)
        assert seen.status == 403
    async with visiting(site) as visitor:
        seen = await visitor.post(to, {})
        assert seen.headers["Location"] == "/ui/sign-in"


async def refused(
    visitor: Visitor, to: str, fields: dict[str, str], status: int
) -> None:
    """A form that is not taken, and a page that says why."""
    seen = await visitor.post(to, fields)
    assert seen.status == status
    seen.hold_to_the_laws()


async def test_what_is_not_there_is_a_page(site: Lively) -> None:
    """With the way back, and the name of the request."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get("/ui/nothing-of-this-name")
        assert seen.status == 404
        assert seen.headers["X-Request-Id"] in seen.text
        assert "There is no such page" in seen.text
        assert "has this id" not in seen.text
        missing = await visitor.get("/ui/subscriptions/nobody-at-all")
        assert "There is no such page" not in missing.text
        bad = await visitor.get("/ui/subscriptions?sort=luck")
    assert bad.status == 400
    assert "sort" in bad.text
    bad.hold_to_the_laws()
