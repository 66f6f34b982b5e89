"""Every page and act of the table: who sees it, who does not, and how it looks."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Literal, get_args, get_origin
from urllib.parse import quote, urlencode

import pytest
import pytest_asyncio

import processors.web
from bus.access.roles import GRANTS, Role
from processors.gateway.model import Model, PageQuery
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
FILTERS = {**FORMS, "until": "1h", "status": "503", "group": "f1-7a91298b1334"}
"""What fields of forms need, where no number or word of theirs will do."""


@pages
async def test_is_strict_html_under_a_strict_policy(page: Page, site: Lively) -> None:
    """One heading, which begins the title; no id twice; every form goes somewhere."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(address(page))
    assert seen.status == 200
    seen.hold_to_the_laws()
    assert _COMMAND.search(seen.text), "nothing says how a terminal shows it"
    assert seen.headers["Cache-Control"] == "no-store"
    assert seen.headers["X-Frame-Options"] == "DENY"


_COMMAND = re.compile(r"data-copy>(bus [^<]*)<")
TEMPLATES = Path(processors.web.__file__).parent / "templates"
NOT_NARROWED = {
    ("subscriptions", "health"): "bus health says it of everybody",
    ("subscriptions", "sort"): "an order",
    ("forecasts", "show"): "the command says all",
    ("forecasts", "queue"): "of which the picture is",
    ("objectives", "budget"): "the command says what is left of each",
    ("sources", "lacks"): "bus sources health says what each lacks",
    ("sources", "health"): "bus sources health, below the list, is narrowed by it",
    ("deadLetters", "q"): "causes are counted; the list of each has its command",
    ("quarantine", "q"): "likewise",
    ("lookup", "q"): "it prints CSV, to be kept in a file",
    ("keys", "links"): "the command lists them, too",
}
"""What a page is narrowed by and the command beside it is not, and why."""


def narrowing(page: Page) -> dict[str, str]:
    """A value for everything that the command beside a page is narrowed by, too."""
    fields = page.query.model_fields.keys() - PageQuery.model_fields.keys()
    return {
        name: _value(name, page.query.model_fields[name].annotation)
        for name in sorted(fields)
        if (page.name, name) not in NOT_NARROWED
    }


def _value(name: str, annotation: object) -> str:
    words = [one for one in _words(annotation) if one]
    return words[-1] if words else FILTERS.get(name, "zz9")


def _words(annotation: object) -> list[str]:
    """What a field may say, where that is a choice."""
    if isinstance(annotation, str):
        return [annotation]
    return [word for one in get_args(annotation) for word in _words(one)]


LISTS = [
    page for page in PAGES if 'id="list"' in (TEMPLATES / page.template).read_text()
]


@pytest.mark.parametrize("page", LISTS, ids=lambda page: page.name)
async def test_its_command_gives_the_same_list(page: Page, site: Lively) -> None:
    """What a list is narrowed by stands in the command beside it as well."""
    given = narrowing(page)
    async with visiting(site, "operator") as visitor:
        to = address(page)
        seen = await visitor.get(f"{to}{'&' if '?' in to else '?'}{urlencode(given)}")
    assert seen.status == 200
    found = [unescape(one) for one in _COMMAND.findall(seen.text)]
    assert any(all(value in one for value in given.values()) for one in found), found


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
