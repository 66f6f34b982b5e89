"""Every page, in a real browser: a row added to the table is looked at here."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from processors.web.table import PAGES
from tests.browser.conftest import Tabs
from tests.support.browser import FORMS, Form, Sight
from tests.support.browsing import address
from tests.support.lively import SHOP, Lively

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Spot(NamedTuple):
    """A page, and who looks at it; `by` is a role, nobody without."""

    name: str
    path: str
    status: int = 200
    by: str = "operator"


def _spots() -> Iterator[Spot]:
    """All of the table; those that are in none, and some with a partner's eyes."""
    yield from (Spot(page.name, address(page)) for page in PAGES)
    yield Spot("signIn", "/ui/sign-in", by="")
    yield Spot("link", "/ui/link", by="")
    yield Spot("notFound", "/ui/subscriptions/nobody-knows", 404)
    yield Spot("noQuestion", "/ui/subscriptions?limit=0&sort=x", 400)
    yield Spot("notAllowed", "/ui/quarantine", 403, "partner")
    yield Spot("partnersOverview", "/ui/", by="partner")
    yield Spot("partnersSubscription", f"/ui/subscriptions/{SHOP}", by="partner")


SPOTS = pytest.mark.parametrize("spot", [*_spots()], ids=lambda spot: spot.name)


@SPOTS
async def test_looks_as_it_should(spot: Spot, tab: Tabs, site: Lively) -> None:
    """No console error, nothing refused, not too wide, nothing for axe.

    Light and wide, dark and narrow; the long run looks at the other two forms, too.
    And without scripts it is as complete. It is loaded once with and once without.
    """
    sight = await tab(spot.by)
    await sight.go(site.url + spot.path, spot.status)
    with_scripts = await sight.words()
    for form in FORMS[::3]:
        await _looked_at(sight, spot, form)
    sight.check()
    plain = await tab(spot.by, scripts=False)
    await plain.go(site.url + spot.path, spot.status)
    without = await plain.words()
    assert set(with_scripts) - set(without) <= {"Copy"}
    assert len(without) > 10


@pytest.mark.long
@SPOTS
async def test_looks_as_it_should_in_the_other_forms(
    spot: Spot, tab: Tabs, site: Lively
) -> None:
    """Light and narrow, dark and wide: what a scheme or a width alone can break."""
    sight = await tab(spot.by)
    await sight.go(site.url + spot.path, spot.status)
    for form in FORMS[1:3]:
        await _looked_at(sight, spot, form)
    sight.check()


async def _looked_at(sight: Sight, spot: Spot, form: Form) -> None:
    await sight.become(form)
    await sight.picture(f"{spot.name}-{form.name}")
    await sight.see_no_overflow()
    await sight.axe(wholly=form in FORMS[::3])
