"""What partners do for themselves: rotate, diagnose, report, recover; in a frame."""

import json
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest
import pytest_asyncio

from bus.adapters.memory.clock import settle
from processors.settings import Settings
from processors.web.cookies import forgotten, name_for, written
from processors.web.drawing import policy
from tests.support.browsing import Seen, Visitor, visiting
from tests.support.lively import SHOP, Lively, lively

ONE = f"/ui/subscriptions/{SHOP}"


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


async def test_a_rotated_secret_is_shown_once(site: Lively) -> None:
    """On the page that answers, in no address and no cookie, and not once more."""
    async with visiting(site, "partner") as visitor:
        rotating = {"csrf": await visitor.csrf(), "sure": "yes", "grace": "1h"}
        seen = await visitor.post(f"{ONE}/rotate-secret", rotating)
        assert seen.status == 200
        seen.hold_to_the_laws()
        secret = re.search(r"whsec_[A-Za-z0-9+/=]+", unescape(seen.text))
        assert secret
        assert "as well for 1h" in seen.text
        again = await visitor.get(ONE)
        assert secret[0] not in unescape(again.text)
        assert secret[0] not in str([visitor.cookies, site.ask.observer.notes])
        fields = {"csrf": await visitor.csrf(), "sure": "yes", "grace": "soon"}
        refused = await visitor.post(f"{ONE}/rotate-secret", fields)
        assert refused.status == 422
        assert "whsec_" not in refused.text


async def diagnosed(visitor: Visitor, site: Lively, **form: str) -> str:
    """A diagnosis that has ended, as its page shows it."""
    csrf = await visitor.csrf()
    begun = await visitor.post(f"{ONE}/diagnosis", {"csrf": csrf, **form})
    to = begun.headers["Location"]
    for _ in range(400):
        seen = await visitor.get(to)
        if "What it found" in seen.text:
            seen.hold_to_the_laws()
            return unescape(seen.text)
        await settle()
        await site.worlds.clock.advance(1)
    raise AssertionError(seen.text)


async def test_a_diagnosis_says_what_to_do(site: Lively) -> None:
    """Findings with severity and evidence; of another subscription it is none."""
    async with visiting(site, "partner") as visitor:
        text = await diagnosed(visitor, site)
        assert "Evidence" in text
        assert "Text of a ticket" not in text
        (job,) = {j.id for j in site.ask.api.jobs.all() if j.kind == "diagnose"}
        other = await visitor.get(f"/ui/subscriptions/acme-erp/diagnosis?job={job}")
        none = await visitor.get(f"{ONE}/diagnosis?job={'0' * 24}")
        assert (other.status, none.status) == (404, 404)


async def test_a_report_has_no_secret(site: Lively) -> None:
    """A text to send, and the bundle: JSON with the findings."""
    async with visiting(site, "partner") as visitor:
        text = await diagnosed(visitor, site, bundle="yes")
    assert f"subscription {SHOP} have a problem" in text
    found = re.search(r'aria-label="Support bundle">(.*?)</pre>', text, re.DOTALL)
    assert found
    assert json.loads(found[1])["report"]["findings"]
    assert "hush" not in text
    assert "whsec_" not in text
    (job,) = {j.id for j in site.ask.api.jobs.all() if "bundle" in (j.result or {})}
    async with visiting(site, "partner") as visitor:
        file = await visitor.get(f"{ONE}/diagnosis/bundle?job={job}")
        none = await visitor.get(f"{ONE}/diagnosis/bundle?job={'0' * 24}")
    assert f'filename="{SHOP}-{job[:8]}.json"' in file.headers["Content-Disposition"]
    assert json.loads(file.text) == json.loads(found[1])
    assert none.status == 404


def times_of(seen: Seen) -> list[tuple[str, str]]:
    """The times that a plan was made for."""
    return re.findall(r'type="hidden" name="(since|until)" value="([^"]+)"', seen.text)


async def test_recovering_is_planned_first(site: Lively) -> None:
    """Nothing is sent by the plan; what is confirmed is the time that was planned."""
    async with visiting(site, "partner") as visitor:
        seen = await visitor.get(f"{ONE}/recover?since=7d")
        seen.hold_to_the_laws()
        assert "The plan" in seen.text
        assert not [j for j in site.ask.api.jobs.all() if j.kind == "replay_span"]
        times = times_of(seen)
        assert all(value.startswith("20") for _, value in times)
        paused = await visitor.get("/ui/subscriptions/acme-erp/recover?since=1h")
        assert "is paused" in paused.text
        assert "bus replay acme-erp --from" in paused.text
        insisted = dict(times_of(paused), csrf=await visitor.csrf(), force="yes")
        told = await visitor.post("/ui/subscriptions/acme-erp/recover", insisted)
        assert told.status == 303
        fields = {"csrf": await visitor.csrf(), **dict(times)}
        done = await visitor.post(f"{ONE}/recover", fields)
        assert re.fullmatch(r"/ui/jobs/[0-9a-f]{24}", done.headers["Location"])


async def test_the_objective_is_told_by_day(site: Lively) -> None:
    """With the strip of days and its table."""
    async with visiting(site, "partner") as visitor:
        seen = await visitor.get(f"{ONE}/objective")
        assert seen.text.count("<svg") >= 2
        assert "day (UTC)" in seen.text


@pytest.mark.parametrize(
    "origin",
    ["*", "shop.example", "https://*.example", "http://shop.example", "https://a/b"],
)
def test_only_exact_origins_may_frame(origin: str) -> None:
    """Over TLS, but for this machine."""
    good = ("https://shop.example:8443", "http://localhost:3000")
    assert Settings(web_frame_ancestors=good).web_frame_ancestors == good
    with pytest.raises(ValueError, match="web_frame_ancestors"):
        Settings(web_frame_ancestors=(origin,))


def test_the_cookie_in_a_frame_is_kept_apart() -> None:
    """Over TLS another one; without it there is none that a frame could have."""
    name = name_for("bus.example", secure=True, framed=True)
    for cookie in (written(name, "x"), forgotten(name)):
        assert cookie.endswith("SameSite=None; Secure; Partitioned")
        assert cookie.startswith("__Host-")
    plain = name_for("127.0.0.1:8470", secure=False, framed=True)
    assert written(plain, "x").endswith("SameSite=Lax")
    assert "frame-ancestors https://a.example" in policy("https://a.example")
