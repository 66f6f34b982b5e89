"""Everything that can be done, with the keyboard alone: Ctrl+K, letters, Enter."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from processors.web.letters.editing import PAGES as EDIT
from tests.support.browser import WAIT_MS, Sight, context_of
from tests.support.browsing import address
from tests.support.lively import SHOP, Lively, lively, signed_in
from tests.support.lively_intake import SOURCE

pytestmark = pytest.mark.asyncio(loop_scope="session")
_ONE = "/ui/subscriptions/globex-bi"
_SOURCE = f"/ui/sources/{SOURCE}"
_PLAN = f"/ui/subscriptions/{SHOP}/dead-letters/plan"


class Flow(NamedTuple):
    """Where it is done, what the palette is asked for, and the keys after that.

    What begins with `=` is typed. `said` stands in the notice that follows.
    """

    path: str
    words: str
    said: str
    keys: tuple[str, ...] = ()


FLOWS = {
    "pause": Flow(_ONE, "pause", "Paused", ("=a long move", "Enter")),
    "resume": Flow(_ONE, "resume", "Resumed"),
    "test": Flow(_ONE, "send a test", "Test event"),
    "change": Flow(_ONE, "change it", "Changed", ("Enter",)),
    "add": Flow(
        "/ui/subscriptions",
        "add it",
        "It is there",
        ("=new-shop", "Tab", "=https://new.example/in", "Tab", "=order.*", "Enter"),
    ),
    "rotate": Flow(
        _ONE, "rotate the", "New signing secret", ("Tab", "Space", "Tab", "Enter")
    ),
    "silence": Flow(
        "/ui/alerts",
        "silence",
        "Silent for 2h",
        ("=burns_*", "Enter"),
    ),
    "silence an alert": Flow(
        f"/ui/alerts/breaker_open/subscription/{SHOP}",
        "silence",
        "Silent for 2h",
        ("Tab", "=they know", "Enter"),
    ),
    "try a sink": Flow("/ui/alerts", "send a test", "at its next look"),
    "end a silence": Flow("/ui/alerts", "end", "Ended"),
    "edit": Flow(
        address(EDIT[0]), "send it in", "goes there", ("Tab", "Tab", "Tab", "Enter")
    ),
    "replay one": Flow(
        f"{_PLAN}?type=order.created", "replay", "Replaying", ("Space", "Tab", "Enter")
    ),
    "discard the rest": Flow(f"{_PLAN}?act=discard", "discard", "Discarding"),
    "cancel a job": Flow(f"/ui/jobs/{'1' * 24}", "cancel it", "It is running"),
    "pause a source": Flow(_SOURCE, "pause", "Paused", ("=it moved", "Enter")),
    "resume a source": Flow(_SOURCE, "resume", "Resumed"),
    "rotate a source": Flow(
        _SOURCE, "rotate it", "Rotated", ("Tab", "Tab", "Space", "Tab", "Enter")
    ),
    "remove a source": Flow(
        "/ui/sources/umbrella-hook",
        "remove umbrella",
        "is removed",
        ("Tab", "Space", "Enter"),
    ),
    "apply rules": Flow(
        "/ui/rules/apply?start=stored",
        "say what would change",
        "0 of 2 lines",
        ("Tab", "Tab", "Tab", "Enter"),
    ),
    "apply a proposal": Flow("/ui/rules/proposals", "apply it", "Applied"),
    "remove": Flow(_ONE, "remove globex", "is being removed", ("Space", "Enter")),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lively]:
    """One of its own: much changes there."""
    async with lively(tmp_path_factory.mktemp("keys")) as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sight(browser: Browser, site: Lively) -> AsyncIterator[Sight]:
    """Somebody who has signed in, without a mouse."""
    cookie = await signed_in(site)
    async with context_of(browser, site.url, cookie) as context:
        yield await Sight.of(context)


@pytest.mark.parametrize("name", FLOWS)
async def test_is_done_by_keyboard(name: str, sight: Sight, site: Lively) -> None:
    """Ctrl+K, some letters, Enter; and what it came to is said on the next page."""
    flow, keyboard = FLOWS[name], sight.page.keyboard
    await sight.go(site.url + flow.path)
    await keyboard.press("Control+k")
    await keyboard.type(flow.words)
    await keyboard.press("Enter")
    for key in flow.keys:
        typed = key.removeprefix("=")
        await (keyboard.press(key) if typed == key else keyboard.type(typed))
    notice = sight.page.locator("main .notice[role=status]").first
    await expect(notice).to_contain_text(flow.said, timeout=WAIT_MS)
    sight.check()
