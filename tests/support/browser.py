"""A real browser that holds every page to the same laws.

Debian's chromium, driven by playwright; nothing is downloaded. A page fails at once by
any console error, any refusal of the content security policy, any request that fails.
`ORDERBUS_SCREENSHOTS=FOLDER` keeps a picture of each page in each form.
"""

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

Scheme = Literal["light", "dark"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OF_FORMS = ["color-contrast", "link-in-text-block", "target-size"]
OK = 200
WAIT_MS = 20_000
_REQUEST = re.compile(r"\b[0-9a-f]{32}\b")
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
        self.wrong.clear()
        answer = await self.page.goto(url)
        assert answer is not None
        assert answer.status == status, await answer.text()
        if status != OK:
            # The browser says so of any page with such a status.
            self.wrong[:] = [one for one in self.wrong if f" {status} " not in one]
        self.check()

    async def become(self, form: Form) -> None:
        """Be looked at in this form, without loading the page again."""
        await self.page.set_viewport_size({"width": form.width, "height": 900})
        await self.page.emulate_media(color_scheme=form.scheme)

    async def words(self) -> list[str]:
        """What is to be read on it, but for the id of the request."""
        text = await self.page.locator("main").inner_text()
        return _REQUEST.sub("", text).split()

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

    async def axe(self, *, wholly: bool = True) -> None:
        """Fail by any violation that axe finds.

        Not `wholly`: by what a width or a scheme alone can break.
        """
        if not await self.page.evaluate("() => 'axe' in window"):
            await self.page.evaluate(AXE_SCRIPT)
        only = {"type": "tag", "values": TAGS}
        found = await self.page.evaluate(
            # What it would load again is there already.
            "(only) => axe.run({runOnly: only, resultTypes: ['violations'],"
            " preload: false}).then((r) => r.violations)",
            only if wholly else {"type": "rule", "values": OF_FORMS},
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
