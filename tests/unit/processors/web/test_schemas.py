"""Pages of schemas: versions, and what differs between two of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.browsing import visiting
from tests.support.lively import Lively, lively
from tests.support.schema_past import gone_field

ONE = "/ui/schemas/order.created"


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


async def test_two_versions_side_by_side(site: Lively) -> None:
    """By default the newest and the one before; the URL says which else."""
    async with visiting(site, "partner") as visitor:
        seen = await visitor.get(ONE)
        assert f"<code>{gone_field()}</code>" in seen.text
        assert "it means now: " in seen.text
        assert "Readers of the newer one read what was written" in seen.text
        assert "as the file here" in seen.text
        same = await visitor.get(f"{ONE}?older=1&newer=1")
        assert "Nothing differs" in same.text
        assert (await visitor.get(f"{ONE}?older=77")).status == 404
        assert (await visitor.get("/ui/schemas/no.such")).status == 404


async def test_one_version_has_nothing_to_compare(site: Lively) -> None:
    """It says so, and what checks the next one."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get("/ui/schemas/ops.alert_fired")
        listed = await visitor.get("/ui/schemas?family=payment&q=captured")
        site.worlds.schemas.away = True
        away = await visitor.get(ONE)
    assert "There is one version" in seen.text
    assert "not registered" in seen.text
    assert 'href="/ui/schemas/payment.captured"' in listed.text
    assert "order.created" not in listed.text
    assert away.status == 200
    assert "The schema registry gives no answer" in away.text
