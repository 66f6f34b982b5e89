"""Every kind of endpoint is named where somebody looks for it."""

import re

import pytest
from typer.main import get_command

from bus.delivery.endpoint import SCHEMES
from processors.cli.subscriptions import app
from tests.support.bus import ROOT

KINDS = [name for name, one in SCHEMES.items() if not one.plain] + ["x-…"]
PAGES = sorted(one.name for one in (ROOT / "docs" / "sinks").glob("*.md"))
README = (ROOT / "README.md").read_text()
INDEX = README.partition("## Documentation")[2]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_in_the_index(page: str) -> None:
    """Of the README, and of all kinds."""
    assert f"(docs/sinks/{page})" in INDEX
    assert page == "README.md" or f"({page})" in _read("docs/sinks/README.md")


@pytest.mark.parametrize("scheme", KINDS)
def test_a_scheme_is_named(scheme: str) -> None:
    """On the page of all kinds, among the fields of a subscription, in the help."""
    kinds = _read("docs/sinks/README.md").replace("x-NAME://", "x-…://")
    assert f"{scheme}://" in kinds
    (row,) = re.findall(
        r"^\| `url` \|.*$", _read("docs/subscriptions.md"), re.MULTILINE
    )
    add = get_command(app).commands["add"]  # type: ignore[attr-defined]
    (helped,) = [one.help for one in add.params if one.name == "url"]
    assert "docs/sinks/README.md" in helped
    for text in (row, helped):
        assert re.search(rf"(?<![a-z-]){re.escape(scheme)}(?![a-z0-9])", text), text


def _read(path: str) -> str:
    return (ROOT / path).read_text()
