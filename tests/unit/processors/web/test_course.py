"""Pictures of how a subscription fared, each with its numbers; and its history."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.browsing import visiting
from tests.support.lively import SHOP, Lively, lively

ONE = f"/ui/subscriptions/{SHOP}"


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


async def test_four_pictures_with_their_tables(site: Lively) -> None:
    """Of an hour, or of a day if the URL says so."""
    async with visiting(site, "partner") as visitor:
        hour = await visitor.get(ONE)
        day = await visitor.get(f"{ONE}?span=24h")
        bad = await visitor.get(f"{ONE}?span=9h")
    for seen, rows in ((hour, 60), (day, 96)):
        seen.hold_to_the_laws()
        course = seen.text.partition('id="course"')[2].partition('id="latest"')[0]
        titles = re.findall(r"<figcaption>(.*?)</figcaption>", course)
        assert titles == [
            *("Attempts", "Success", "Latency", "Waiting for a later attempt"),
        ]
        assert course.count("<tr>") == 4 * (rows + 1)
        assert "objective of p95" in course
    assert bad.status == 400


async def test_settings_have_their_history(site: Lively) -> None:
    """From the audit; who may not read that is told so."""
    async with visiting(site, "operator") as visitor:
        seen = (await visitor.get(ONE)).text.partition('id="history"')[2]
    assert re.search(r"rate: +<del>50</del> → <ins>80</ins>", seen)
    async with visiting(site, "reader") as visitor:
        assert "may not read the audit" in (await visitor.get(ONE)).text
