"""A real browser that holds every page to the same laws.

Debian's chromium, driven by playwright; nothing is downloaded. A page fails at once by
any console error, any refusal of the content security policy, any request that fails.
`ORDERBUS_SCREENSHOTS=FOLDER` keeps a picture of each page in each form.
"""

import os
import shutil
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

Scheme = Literal["light", "dark"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WAIT_MS = 20_000
_SHOTS = os.environ.get("ORDERBUS_SCREENSHOTS", "")


class Form(NamedTuple):
    """How a page is looked at."""

    scheme: Scheme
    width: int

    @property
    def name(self) -> str:
        """For files and messages."""
        return f"{self.scheme}-{self.width}"


FORMS = tuple(Form(s, w) for s in ("light", "dark") for w in (1440, 390))  # type: ignore[arg-type]


def missing_browser() -> str:
    """Why no page can be looked at here; empty if one can."""
    if any(map(shutil.which, NAMES)):
        return ""
    return f"no browser: none of {', '.join(NAMES)} is installed (apt install chromium)"


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """Start it; one is enough for all tests."""
    path = next(filter(None, map(shutil.which, NAMES)))
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=["--disable-dev-shm-usage", *as_root]
        )
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Sight:
    """A page in a browser, and what went wrong on it."""

    page: Page
    wrong: list[str] = field(default_factory=list)

    @classmethod
    async def of(cls, context: BrowserContext) -> "Sight":
        """A new page that is listened to."""
        sight = cls(await context.new_page())
        page = sight.page
        page.set_default_timeout(WAIT_MS)
        page.on("console", lambda said: sight._hear(said.type, said.text))
        page.on("pageerror", lambda error: sight.wrong.append(f"error: {error}"))
        page.on(
            "requestfailed",
            lambda request: sight._failed(request.url, request.failure or ""),
        )
        return sight

    async def go(self, url: str, status: int = 200) -> None:
        """Load a page that is answered like this."""
        answer = await self.page.goto(url)
        assert answer is not None
        assert answer.status == status, await answer.text()
        self.check()

    def check(self) -> None:
        """Fail by anything that went wrong."""
        assert not self.wrong, "\n".join(self.wrong)

    async def see_no_overflow(self) -> None:
        """Nothing makes the page itself wider than the window."""
        wide = await self.page.evaluate(
            "() => { const e = document.documentElement;"
            " return e.scrollWidth - e.clientWidth; }"
        )
        assert wide <= 0, f"{wide} px too wide"

    async def picture(self, name: str) -> None:
        """Keep it, where somebody wants to look."""
        if _SHOTS:
            path = f"{_SHOTS}/{name}.png"
            await self.page.screenshot(path=path, full_page=True)

    async def axe(self, tags: Collection[str] = TAGS) -> None:
        """Fail by any violation that axe finds; needs a context without policy."""
        await self.page.evaluate(AXE_SCRIPT)
        found = await self.page.evaluate(
            "(tags) => axe.run({runOnly: {type: 'tag', values: tags},"
            " resultTypes: ['violations']}).then((r) => r.violations)",
            list(tags),
        )
        assert not found, "\n".join(
            f"{one['id']}: {one['help']}: {node['html'][:200]} {node['failureSummary']}"
            for one in found
            for node in one["nodes"]
        )

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.wrong.append(f"{kind}: {text}")

    def _failed(self, url: str, why: str) -> None:
        # A stream that ends with its page is no failure.
        if "ERR_ABORTED" not in why:
            self.wrong.append(f"request failed: {url}: {why}")


@asynccontextmanager
async def context_of(
    browser: Browser,
    url: str,
    cookie: tuple[str, str] | None = None,
    *,
    form: Form = FORMS[0],
    scripts: bool = True,
    policy: bool = True,
) -> AsyncIterator[BrowserContext]:
    """A browser of somebody: signed in by `cookie`, or nobody yet."""
    context = await browser.new_context(
        color_scheme=form.scheme,
        viewport={"width": form.width, "height": 900},
        java_script_enabled=scripts,
        bypass_csp=not policy,
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
    )
    if cookie is not None:
        name, value = cookie
        await context.add_cookies([{"name": name, "value": value, "url": url}])
    try:
        yield context
    finally:
        await context.close()
