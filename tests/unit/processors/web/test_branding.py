"""The portal in a house's dress: colours that can be read, logos that only show."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bus.errors import ConfigurationError
from processors.gateway.paths import NAMES
from processors.settings import Settings
from processors.web.branding.brand import make_brand
from processors.web.branding.colours import DARK, LEAST, LIGHT, contrast, written_on
from processors.web.branding.logos import MOST_BYTES, kind_of_logo
from processors.web.site import Around
from processors.wiring.branding import brand_of
from tests.support.browsing import visiting
from tests.support.lively import Lively, lively

STYLE = Path(__file__).parents[4] / "processors" / "web" / "static" / "style.css"
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><defs>'
    b'<linearGradient id="a"><stop offset="0" stop-color="#123456"/></linearGradient>'
    b'</defs><rect width="9" height="9" fill="url(#a)"/></svg>'
)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
WEBP = b"RIFF\0\0\0\0WEBPVP8 "


def test_contrast_is_that_of_wcag() -> None:
    """Known values, both ways round."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")
    assert contrast("#1453b8", "#1453b8") == 1


def test_grounds_are_those_of_the_style_sheet() -> None:
    """What is checked is what is shown."""
    pattern = r"--([a-z-]+): light-dark\((#\w+), (#\w+)\)"
    found = {
        name: (light, dark)
        for name, light, dark in re.findall(pattern, STYLE.read_text())
    }
    for at, ground in enumerate((LIGHT, DARK)):
        behind = tuple(found[name][at] for name in ("bg", "panel", "raised"))
        assert ground.behind == behind
        assert found["on-accent"][at] in ground.on
        assert contrast(found["accent"][at], found["on-accent"][at]) >= LEAST


@pytest.mark.parametrize(
    ("accents", "said"),
    [
        (
            ("#ffdd00", None),
            "light pages: #ffdd00 before #eef1f5 has a contrast of 1.2",
        ),
        ((None, "#303030"), "dark pages: #303030 .* choose a lighter one"),
        (("#ffdd00", "#303030"), "light pages(.|\n)*dark pages"),
    ],
)
def test_colours_that_cannot_be_read(
    accents: tuple[str | None, str | None], said: str
) -> None:
    """Are refused at the start, with what to choose."""
    with pytest.raises(ConfigurationError, match=said):
        make_brand("Shop", None, accents)
    with pytest.raises(ConfigurationError, match="ORDERBUS_PORTAL_ACCENT"):
        brand_of(Settings(portal_accent=accents[0], portal_accent_dark=accents[1]))


def test_what_is_written_on_an_accent_is_read_best() -> None:
    """And always well enough."""
    for accent, ground in (("#8a1c5c", LIGHT), ("#f0a8d0", DARK)):
        on = written_on(accent, ground)
        assert contrast(on, accent) >= LEAST


@pytest.mark.parametrize(
    ("content", "kind"), [(SVG, "svg"), (PNG, "png"), (WEBP, "webp")]
)
def test_logos_are_known_by_what_they_hold(content: bytes, kind: str) -> None:
    """Whatever their file is called."""
    assert kind_of_logo(content) == kind


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (b"<script>alert(1)</script>", "<script>"),
        (b"<foreignObject/>", "<foreignObject>"),
        (b"<style>a{}</style>", "<style>"),
        (b"<image href='http://x/y.png'/>", "<image>"),
        (b"<a href='javascript:x'/>", "<a>"),
        (b"<use href='http://x/#y'/>", "attribute href"),
        (b"<rect onload='x()'/>", "attribute onload"),
        (b"<rect style='fill:red'/>", "attribute style"),
        (b"<rect fill='url(http://x)'/>", "fill loads"),
        (b"<x xmlns='http://other'/>", "<x>"),
        (b"<rect>", "cannot be read"),
    ],
)
def test_an_svg_that_could_do_something(inside: bytes, said: str) -> None:
    """Is refused, by what it is refused for."""
    text = b'<svg xmlns="http://www.w3.org/2000/svg">' + inside + b"</svg>"
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        kind_of_logo(text)


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a",
        b"",
        b"<html>",
        PNG * (MOST_BYTES // 40),
        b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>",
    ],
)
def test_what_is_no_logo(content: bytes) -> None:
    """Too large, no picture, or with entities."""
    with pytest.raises(ConfigurationError):
        kind_of_logo(content)


def test_a_logo_that_cannot_be_read(tmp_path: Path) -> None:
    """Is named with its setting, as is a good one by nobody."""
    with pytest.raises(ConfigurationError, match="No such file") as caught:
        brand_of(Settings(portal_logo_file=tmp_path / "none.png"))
    assert "ORDERBUS_PORTAL_LOGO_FILE" in str(caught.value)
    (tmp_path / "logo").write_bytes(SVG)
    assert brand_of(Settings(portal_logo_file=tmp_path / "logo")).logo == "logo.svg"


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus whose portal is dressed."""
    brand = make_brand("Shop & Co", SVG, ("#8a1c5c", "#f0a8d0"))
    async with lively(tmp_path, around=Around(brand=brand)) as served:
        yield served


async def test_partners_see_it_and_operators_do_not(site: Lively) -> None:
    """Its files come from us, kept for long, and change with their content."""
    async with visiting(site, "partner") as visitor:
        seen = await visitor.get("/ui/subscriptions")
        seen.hold_to_the_laws()
        assert "Shop &amp; Co</title>" in seen.text
        logo, style = (
            re.search(rf"/ui/static/{name}\.[0-9a-f]{{12}}\.{suffix}", seen.text)
            for name, suffix in (("logo", "svg"), ("brand", "css"))
        )
        assert logo
        assert style
        sheet = await visitor.get(style[0])
        picture = await visitor.get(logo[0])
    assert "--accent: #8a1c5c; --on-accent: #ffffff" in sheet.text
    assert picture.text.encode() == SVG
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert "default-src 'none'" in picture.headers["Content-Security-Policy"]
    assert re.fullmatch(NAMES["file"].pattern, logo[0].rpartition("/")[2])
    async with visiting(site) as visitor:
        assert "Shop &amp; Co" in (await visitor.get("/ui/sign-in")).text
    async with visiting(site, "operator") as visitor:
        assert "Shop" not in (await visitor.get("/ui/subscriptions")).text
