"""No page speaks in codes: what people read is words."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser

import pytest
import pytest_asyncio
from typing_extensions import override

from bus.delivery.delivery import Reason
from bus.delivery.quarantine import CODES
from processors.web.pages import Page
from processors.web.table import PAGES
from tests.support.browsing import address, visiting
from tests.support.lively import Lively, lively

pytestmark = pytest.mark.asyncio(loop_scope="module")
_WORDS = frozenset(
    {"bug", "exhausted", "expired", "forbidden", "gone", "other", "refused", "removed"}
)
"""Codes that are words as well, and may stand in a sentence."""
_CODES = "|".join({*Reason, *CODES} - _WORDS)
_RAW = re.compile(rf"\b(?:{_CODES}|dead_letter|retry:\w+)\b")
_OWN = frozenset({"code", "pre", "textarea", "script"})
"""Where what is written is meant to be typed or is somebody's content."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path_factory.mktemp("lively")) as served:
        yield served


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _OWN:
            self._inside.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()

    @override
    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.found += _RAW.findall(data)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
async def test_a_page_says_words(page: Page, site: Lively) -> None:
    """A code stands in `title`, in the address, in the command, and in the API."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(address(page))
    words = _Words()
    words.feed(seen.text)
    assert not words.found
