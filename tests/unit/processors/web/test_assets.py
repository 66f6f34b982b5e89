"""Files of the dashboard: what is taken ready made is what is pinned."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from hatch_build import FILES, ROOT, VENDOR, have
from processors.gateway.paths import NAMES
from processors.web.assets import load_assets

WEB = ROOT / "processors" / "web"


@pytest.mark.parametrize("name", FILES)
def test_is_the_file_that_is_pinned(name: str) -> None:
    """By its SHA-256."""
    if not (VENDOR / name).exists():
        pytest.skip("htmx was not packed: python hatch_build.py")
    assert sha256((VENDOR / name).read_bytes()).hexdigest() == FILES[name][1]
    assert have()


def test_every_file_has_its_content_in_its_name(tmp_path: Path) -> None:
    """Another content is another name; what is missing is said."""
    assets = load_assets()
    for asked in assets.files:
        assert re.fullmatch(NAMES["file"].pattern, asked)
    (tmp_path / "style.css").write_text("a { }")
    first = load_assets(tmp_path)
    (tmp_path / "style.css").write_text("b { }")
    second = load_assets(tmp_path)
    assert first.url("style.css") != second.url("style.css")
    assert first.url("htmx.js") == ""
    assert len(first.missing) == 2


def test_stay_small() -> None:
    """Templates, style and scripts of ours are for people to read."""
    for path in (WEB / "templates").glob("*.j2"):
        assert len(path.read_text().splitlines()) <= 80, path
    styles = (WEB / "static").glob("*.css")
    assert sum(len(path.read_text().splitlines()) for path in styles) <= 400
    scripts = (WEB / "static").glob("*.js")
    assert sum(len(path.read_text().splitlines()) for path in scripts) <= 200
