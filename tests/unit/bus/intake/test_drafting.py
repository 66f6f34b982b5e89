"""A channel guessed from files of CSV, as spreadsheets write them."""

import pytest

from bus.errors import ConfigurationError
from bus.intake.drafting import draft
from tests.support.channels import load

ROWS = "Order No\tDate\tCustomer\nN-1\t2026-12-31\tMüller\n"


@pytest.mark.parametrize(
    ("encoding", "line"),
    [("utf-8", ""), ("cp1252", "encoding: cp1252"), ("utf-16", "encoding: utf-16")],
)
def test_the_encoding_is_guessed(encoding: str, line: str) -> None:
    """And written where it is not UTF-8, so that the channel reads its samples."""
    body = ROWS.encode(encoding)
    made = draft("shop", [body], ["one.csv"])
    assert line in made.definition
    assert ("encoding:" in made.definition) == bool(line)
    loaded = load(made.definition, made.mapping)
    assert loaded.channel is not None, [str(one) for one in loaded.problems]
    (item,) = loaded.channel.parse(body).items
    assert isinstance(item, dict)
    assert item["Customer"] == "Müller"


def test_what_is_no_text_is_told() -> None:
    """As a sample that cannot be read, with the byte."""
    with pytest.raises(
        ConfigurationError, match=r"^one.csv is no JSON, .* cannot be read: byte"
    ):
        draft("shop", [b"a;b\n\x81\x8d;1\n"], ["one.csv"])


@pytest.mark.parametrize(
    ("text", "kind"), [('{"id": 1}', "JSON"), (' [{"id": 1}]', "JSON"), ("<a/>", "XML")]
)
def test_only_csv_may_be_wide(text: str, kind: str) -> None:
    """A document would be taken for rows, and nothing be said."""
    with pytest.raises(
        ConfigurationError, match=f"^one.json looks like {kind} in UTF-16; .* in UTF-8"
    ):
        draft("shop", [text.encode("utf-16")], ["one.json"])
