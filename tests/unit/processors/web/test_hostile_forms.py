"""Every field of every form with what nobody means well: said, and no fault of ours."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from processors.web.pages import Act
from processors.web.table import ACTS
from tests.support.browsing import address, visiting
from tests.support.lively import Lively, lively
from tests.support.lively_keys import KEY

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = {
    "subscription": "acme-erp",
    "event": "00000000-0000-4000-8000-000000000000",
    "silence": "s9999999999",
    "sink": "nobodys",
    "key": KEY,
    "job": "0" * 24,
    "topic": "oms.nobodys",
    "partition": "0",
    "offset": "7",
    "item": "00000000-0000-5000-8000-000000000000",
    "group": "f1-000000000000",
    "source": "acme-shop",
    "proposal": "p0000000000",
    "migration": "nobodys",
}
GOOD = {
    "id": "acme-hostile",
    "url": "https://x.example/in",
    "types": "order.*",
    "concurrency": "1",
    "timeout": "5s",
    "duration": "1h",
    "since": "2h",
    "until": "now",
    "channel": "generic-json",
    "role": "reader",
    "about": "disabled",
    "why": "it is tried",
    "data": "{}",
    "do": "check",
}
"""What lets a form through but for the one field that is tried."""

HOSTILE = (
    "UPPER/../",
    "http://[",
    "http://[zz]/",
    "-1",
    "9" * 400,
    "\0",
    "x'; $(reboot) \"<b>\r\nX-Evil: 1",
    "\u202e\U0001f600",
    "[" * 2_000,
    "999999999d",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    folder: Path = tmp_path_factory.mktemp("lively")
    async with lively(folder) as served:
        yield served


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
async def test_a_hostile_field_is_refused(act: Act, site: Lively) -> None:
    """What a form lets pass and the API refuses is said, not raised."""
    async with visiting(site, "operator") as visitor:
        csrf, to = await visitor.csrf(), address(act, **NAMES)
        fields = [name for name in act.form.model_fields if name != "sure"]
        good = {"csrf": csrf, **{n: GOOD[n] for n in fields if n in GOOD}}
        for name in fields:
            for text in HOSTILE:
                seen = await visitor.post(to, {**good, name: text})
                assert seen.status < 500, (name, text)
                assert "<b>" not in seen.text
                assert "X-Evil" not in seen.headers


@pytest.mark.parametrize("form", ["/ui/sign-in", "/ui/link", "/ui/sign-out"])
async def test_an_origin_that_is_none(form: str, site: Lively) -> None:
    """A page that says so, where a browser is too old to say more."""
    async with visiting(site) as visitor:
        for origin in ("http://[", "http://[zz]", "null", f"{site.url}@evil.example"):
            seen = await visitor.post(form, {"key": "x"}, {"Origin": origin})
            assert seen.status == 403, origin
            seen.hold_to_the_laws()


async def test_what_is_refused_is_named(site: Lively) -> None:
    """On the page that the form stands on: which field, and what was expected."""
    hook = {"id": "9" * 64, "url": GOOD["url"], "about": "disabled"}
    source = {"id": "UPPER", "channel": "generic-json"}
    notices = "/ui/subscriptions/acme-erp/notices"
    async with visiting(site, "operator") as visitor:
        for to, fields in (("/ui/sources", source), (notices, hook)):
            told = await visitor.act(to, **fields)
            assert "It is not made." in told.text
            assert "#/id: expected" in told.text


async def test_an_address_that_is_none_is_not_asked(site: Lively) -> None:
    """Changed to a URL that cannot be read: the field is named."""
    to = "/ui/subscriptions/acme-erp"
    async with visiting(site, "operator") as visitor:
        good = {n: GOOD[n] for n in ("types", "concurrency", "timeout")}
        told = await visitor.act(f"{to}/change", **good, url="https://[")
    assert "The subscription is refused. #/url: " in told.text
