"""How soon a browser shows a page that it has never seen: its first paint."""

from collections.abc import AsyncIterator, Sequence
from statistics import median

from playwright.async_api import Browser

from tests.bench.measuring import Row
from tests.support.browser import context_of, missing_browser, running_browser

_TIMES = 5
_PAINT = (
    "() => new Promise((say) => new PerformanceObserver((list) => {"
    " const found = list.getEntriesByName('first-contentful-paint')[0];"
    " if (found) say(found.startTime);"
    "}).observe({type: 'paint', buffered: true}))"
)


async def painted(
    url: str, cookie: tuple[str, str], pages: Sequence[tuple[str, str]]
) -> AsyncIterator[Row]:
    """Each page as the first one that a browser with nothing in its cache loads."""
    if why := missing_browser():
        yield {"case": "first paint", "skipped": why}
        return
    async with running_browser() as browser:
        for name, path in pages:
            took = [await _painted(browser, url, cookie, path) for _ in range(_TIMES)]
            yield {
                "case": f"first paint of {name}",
                "paint_p50_ms": round(median(took)),
                "paint_most_ms": round(max(took)),
            }


async def _painted(
    browser: Browser, url: str, cookie: tuple[str, str], path: str
) -> float:
    async with context_of(browser, url, cookie) as context:
        page = await context.new_page()
        await page.goto(url + path)
        return float(await page.evaluate(_PAINT))
