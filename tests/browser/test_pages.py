"""Every page of the table, in a real browser: a row added there is looked at here."""

import pytest
from playwright.async_api import Browser

from processors.web.pages import Page
from processors.web.table import PAGES
from tests.support.browser import FORMS, Form, Sight, context_of
from tests.support.browsing import address
from tests.support.lively import Lively, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
async def test_looks_as_it_should(
    page: Page, form: Form, browser: Browser, site: Lively
) -> None:
    """No console error, no refusal of the policy, not too wide."""
    cookie = await signed_in(site)
    async with context_of(browser, site.url, cookie, form=form) as context:
        sight = await Sight.of(context)
        await sight.go(site.url + address(page))
        await sight.picture(f"{page.name}-{form.name}")
        await sight.see_no_overflow()
        sight.check()


@pytest.mark.parametrize("form", FORMS[::3], ids=lambda form: form.name)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
async def test_is_there_for_everybody(
    page: Page, form: Form, browser: Browser, site: Lively
) -> None:
    """WCAG 2.2 AA, as far as axe can tell: light and wide, dark and narrow."""
    cookie = await signed_in(site)
    async with context_of(
        browser, site.url, cookie, form=form, policy=False
    ) as context:
        sight = await Sight.of(context)
        await sight.go(site.url + address(page))
        await sight.axe()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
async def test_is_complete_without_scripts(
    page: Page, browser: Browser, site: Lively
) -> None:
    """What is read with scripts is there without them."""
    cookie = await signed_in(site)
    read = []
    for scripts in (True, False):
        async with context_of(browser, site.url, cookie, scripts=scripts) as context:
            sight = await Sight.of(context)
            await sight.go(site.url + address(page))
            read.append((await sight.page.locator("main").inner_text()).split())
    with_scripts, without = read
    assert set(with_scripts) - set(without) <= {"Copy"}
    assert len(without) > 10
