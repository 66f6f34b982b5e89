"""The readable page, as somebody sees it."""

import html
import re

import orjson
import pytest

from processors.gateway.document import as_json, describe_api
from processors.gateway.page import coded, render_page
from processors.gateway.table import ROUTES


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("with `If-Match`, once", "with <code>If-Match</code>, once"),
        ("`a` and `<b>`", "<code>a</code> and <code>&lt;b&gt;</code>"),
        ("a <b> & c", "a &lt;b&gt; &amp; c"),
        ("one ` alone <", "one ` alone &lt;"),
    ],
)
def test_code_is_shown_as_code(text: str, shown: str) -> None:
    """What stands between backticks; nothing gets through unescaped."""
    assert str(coded(text)) == shown


def test_nothing_of_how_it_is_written_is_left() -> None:
    """No backticks in sentences, and whole numbers are whole."""
    document = orjson.loads(as_json(describe_api(ROUTES, "1")))
    page = html.unescape(render_page(ROUTES, document).decode())
    cells = re.findall(r"<(?:p|td|dd)>(.*?)</(?:p|td|dd)>", page, re.DOTALL)
    assert [cell for cell in cells if "`" in cell] == []
    assert "integer, minimum 1, maximum 250" in page
    assert "maximum 2147483647" in page


def test_every_field_that_is_sent_means_something() -> None:
    """What a query or a body takes is never explained by its name alone."""
    document = orjson.loads(as_json(describe_api(ROUTES, "1")))
    mute = [
        f"{operation['operationId']} {parameter['name']}"
        for item in document["paths"].values()
        for operation in item.values()
        for parameter in operation.get("parameters", [])
        if not parameter["description"]
    ]
    for model in {route.body for route in ROUTES if route.body is not None}:
        shape = document["components"]["schemas"][model.__name__]
        for name, content in shape.get("properties", {}).items():
            if not content.get("description"):
                mute.append(f"{model.__name__} {name}")
    assert mute == []
