"""Orders that are held, mended on the pages and released: on a real Kafka, by mouse."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bus.intake.rules.rows import row_key, row_value
from bus.intake.sources import Source
from bus.record import Message
from tests.support.browser import WAIT_MS, Sight, context_of, missing_browser
from tests.support.bus import Worker, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.site import Served, open_site
from tests.support.stored import Intake, Told, shipped

pytestmark = [pytest.mark.kafka, pytest.mark.asyncio(loop_scope="session")]
_WITHIN_S = 60.0
_ZIP = "F-4400"
_LOOSER = f"""rules:
  - id: postal-code
    parameters: {{also: [{_ZIP}]}}
    why: their depot writes it so
"""


@dataclass(frozen=True)
class Shop:
    """A gateway and convert on a real bus, and a shop that sends orders."""

    served: Served
    intake: Intake
    source: Source
    convert: Worker

    async def sends(self, number: int, **fields: object) -> None:
        """Send an order that is fine but for these fields."""
        _, samples = shipped("shopify")
        headers = {**samples[0].headers, "x-shopify-webhook-id": f"w-{number}"}
        body = json.loads(samples[0].body)
        buyer = {"id": number, "email": f"buyer-{number}@example.com"}
        body |= {"id": number, "name": f"#{number}", "customer": buyer, **fields}
        message = self.intake.message(self.source, json.dumps(body).encode(), headers)
        await self.intake.bus.publisher.publish(message)

    async def gets(self, number: int) -> Told:
        """What the OMS gets of an order, once it does."""
        found: list[Told] = []

        async def told() -> bool:
            every = await self.intake.told(self.source)
            found[:] = [one for one in every if one.order_id.endswith(f".{number}")]
            return bool(found)

        said = self.convert.log.read_text()[-2000:]
        await wait_until(told, _WITHIN_S, f"{number} is told; {said}")
        (one,) = found
        return one


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop(
    kafka: KafkaUnderTest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Shop]:
    """All of it, with the rules that come with the bus, and one article."""
    if why := missing_browser():
        pytest.skip(why)
    async with open_site(kafka, tmp_path_factory.mktemp("parked"), "parked") as site:
        intake = Intake(site.bus)
        await intake.open()
        topic = site.bus.world.topology.lookups
        row = Message(topic, row_key("articles", "MUG-BLUE"), row_value({}))
        await intake.bus.publisher.publish(row)
        served = await site.gateway()
        convert = await site.bus.run("convert")
        yield Shop(served, intake, await intake.add("shopify"), convert)


@asynccontextmanager
async def signed_in(
    browser: Browser, shop: Shop, *, scripts: bool = True
) -> AsyncIterator[Sight]:
    """An operator who has just signed in."""
    async with context_of(browser, shop.served.url, scripts=scripts) as context:
        sight = await Sight.of(context)
        await sight.go(f"{shop.served.url}/ui/intake")
        await sight.page.get_by_label("Key").fill(shop.served.token)
        await sight.page.keyboard.press("Enter")
        await expect(sight.page.locator("h1")).to_have_text("Intake", timeout=WAIT_MS)
        yield sight


@pytest_asyncio.fixture(loop_scope="session")
async def sight(browser: Browser, shop: Shop) -> AsyncIterator[Sight]:
    """What the operator sees; nothing goes wrong on it."""
    async with signed_in(browser, shop) as sight:
        yield sight
        sight.check()


async def held(page: Page, rule: str, orders: int = 1) -> None:
    """Load the page until a rule holds so many, then look at what it holds."""
    row = page.locator("tr").filter(has=page.get_by_role("link", name=rule, exact=True))
    link = row.get_by_role("link")

    async def there() -> bool:
        await page.reload()
        return await row.get_by_role("link", name=str(orders), exact=True).count() > 0

    await wait_until(there, _WITHIN_S, f"{rule} holds something")
    await link.first.click()
    await expect(page.locator("h1")).to_contain_text(rule, timeout=WAIT_MS)


async def released(page: Page) -> None:
    """The job that was begun has released all it should."""
    await expect(page.locator("main .badge").first).to_contain_text(
        "done", timeout=WAIT_MS
    )


async def test_a_rule_is_mended_and_its_group_released(
    shop: Shop, sight: Sight
) -> None:
    """The rule is changed, what it held is tried again, and the OMS has it."""
    page = sight.page
    _, samples = shipped("shopify")
    address = json.loads(samples[0].body)["shipping_address"] | {"zip": _ZIP}
    for number in (7001, 7002):
        await shop.sends(number, shipping_address=address)
    await held(page, "postal-code", orders=2)
    await sight.picture("parkedGroup")
    await page.get_by_role("link", name="Fix once").click()
    await expect(page.locator("main")).to_contain_text("None of them passes")
    await sight.picture("parkedFixNone")
    await page.get_by_role("link", name="a rule", exact=True).click()
    await page.get_by_role("link", name="Apply a document …").click()
    await page.locator("#document").fill(_LOOSER)
    await page.get_by_role("button", name="Say what would change").click()
    await page.get_by_role("button", name="Apply 1 change").click()
    await expect(page.locator("h1")).to_have_text("Rules", timeout=WAIT_MS)
    await page.get_by_role("link", name="Intake", exact=True).click()
    await held(page, "postal-code", orders=2)
    await page.get_by_role("link", name="Fix once").click()
    await expect(page.locator(".tiles")).to_contain_text("EUR, of those that pass")
    await sight.picture("parkedFix")
    await page.get_by_role("button", name="Release 2 that pass").click()
    await released(page)
    for number in (7001, 7002):
        assert (await shop.gets(number)).type == "intake.order_received"


async def test_an_order_is_edited_and_released(shop: Shop, sight: Sight) -> None:
    """Its total is wrong: edited, checked, kept and released, it arrives as edited."""
    page = sight.page
    await shop.sends(7003, total_price="99.75", total_price_set=None)
    await held(page, "total-sum")
    await page.get_by_role("link", name="#7003").click()
    await page.get_by_text("Edit …").click()
    data = page.locator("#data")
    await data.fill((await data.input_value()).replace("99.75", "34.75"))
    await page.get_by_role("button", name="Check only").click()
    await expect(page.get_by_role("status").first).to_contain_text("No rule holds it")
    await sight.picture("parkedEdit")
    await page.get_by_role("button", name="Keep the edit").click()
    await page.get_by_role("button", name="Release", exact=True).click()
    await expect(page.get_by_role("status").first).to_contain_text("Released")
    told = await shop.gets(7003)
    assert "34.75" in str(told.data["totals"])
    await page.reload()
    await expect(page.locator("main .badge").first).to_contain_text("released")


@pytest.mark.parametrize("first", [7004, 7006], ids=["scripts", "no scripts"])
async def test_a_missing_row_is_added_and_its_group_released(
    shop: Shop, browser: Browser, first: int
) -> None:
    """The article was not in its table: added on a page, its orders go on."""
    scripts, article = first == 7004, f"MUG-{first}"
    _, samples = shipped("shopify")
    line = json.loads(samples[0].body)["line_items"][0] | {"sku": article}
    for number in (first, first + 1):
        await shop.sends(number, line_items=[line])
    async with signed_in(browser, shop, scripts=scripts) as sight:
        page = sight.page
        await held(page, "article-known", orders=2)
        await page.get_by_role("link", name=f"#{first}").click()
        await page.get_by_role("link", name=f"Add {article} to articles …").click()
        await sight.picture(f"lookupRow{scripts}")
        await page.get_by_role("button", name="Add the row").click()
        said = page.get_by_role("status").first
        await expect(said).to_contain_text(f"{article} of articles: added.")
        await page.get_by_role("link", name="Intake", exact=True).click()
        await held(page, "article-known", orders=2)
        await page.get_by_role("link", name="Fix once").click()
        await page.get_by_role("button", name="Release 2 that pass").click()
        if scripts:
            await released(page)
        sight.check()
    for number in (first, first + 1):
        assert (await shop.gets(number)).type == "intake.order_received"
