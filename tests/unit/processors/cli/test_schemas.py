"""`bus schemas` lists the event types there are and explains each."""

import json
from pathlib import Path

import pytest

from tests.support.bus import ROOT
from tests.support.checkout import Checkout, field, run, schema


def test_event_types_are_listed() -> None:
    """One line an event type, with topic and subject; as JSON, too."""
    result = run("list")
    assert result.exit_code == 0
    assert "oms.order-oms.order.v1.OrderCreated" in result.output
    rows = json.loads(run("list", "--json").output)
    assert list(rows[0]) == [
        *("event_type", "family", "record", "meaning"),
        *("topic", "fields", "subject"),
    ]
    assert len(rows) == 31


def test_a_narrow_terminal_goes_without_the_subjects(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A row is a line at 80 columns."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    lines = run("list").output.splitlines()
    assert len(lines) == 32
    assert "OrderCreated" not in "".join(lines)


def test_an_event_type_is_explained() -> None:
    """Every field with its doc, those of inner records too, and an example."""
    result = run("show", "order.created")
    assert result.exit_code == 0
    assert "lines[].unit_price.amount  decimal(18,4)" in result.output
    assert "Exact amount, four decimal places" in result.output
    example = json.loads(result.output.partition("Example:\n")[2])
    assert example["status"] == "created"


def test_the_schema_itself_is_shown() -> None:
    """With --json it can be piped into a file."""
    shown = json.loads(run("show", "risk.flagged", "--json").output)
    assert shown["name"] == "RiskFlagged"


def test_a_new_family_is_explained_without_code(checkout: Checkout) -> None:
    """An event type that Orderbus never heard of has no example, but its fields."""
    checkout.write(schema(field(["null", "int", "string"], default=None)))
    result = run("show", "ping.sent", str(checkout.folder))
    assert result.exit_code == 0
    assert "size  int or string  optional" in result.output
    assert "Example" not in result.output


def test_an_unknown_event_type_is_explained() -> None:
    """The error says which one was meant."""
    result = run("show", "order.creatd")
    assert result.exit_code == 1
    assert "did you mean order.created?" in result.stderr


def test_a_folder_that_cannot_be_read_is_explained() -> None:
    """The same for listing."""
    result = run("list", "/nowhere/at/all")
    assert result.exit_code == 2
    assert result.stderr == "bus schemas: no folder of schemas at /nowhere/at/all\n"


def test_the_folder_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without a folder it is the one that all commands use."""
    family = tmp_path / "returns"
    family.mkdir()
    text = (ROOT / "schemas/order/OrderCreated.avsc").read_text(encoding="utf-8")
    text = text.replace("order.created", "returns.created")
    (family / "OrderCreated.avsc").write_text(text, encoding="utf-8")
    monkeypatch.setenv("ORDERBUS_SCHEMAS_DIR", str(tmp_path))
    done = run("list")
    assert done.exit_code == 0, done.output
    assert "returns.created" in done.output
    assert "order.created " not in done.output
