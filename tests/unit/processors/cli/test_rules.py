"""`bus rules` and `bus lookups` from the outside."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bus.access.entities import Entity
from bus.client.channels import channels_folder, read_samples
from bus.intake.raw import Raw, to_message
from bus.intake.sources import parse_source
from bus.intake.submission import Submission
from bus.record import Message
from processors.cli import lookups, rules
from processors.sources.stored import store
from tests.support.judged import order
from tests.support.worlds import KEYS, Randomness, Worlds

MINE = """
rules:
  - id: total-sum
    scope: {channel: woocommerce, account: shop-12}
    parameters: {tolerance: 4}
    why: rounds each line
  - id: b2b-needs-a-purchase-order
    check: present
    parameters: {fields: [order.purchase_order]}
    severity: park
    mode: enforce
"""


@pytest.fixture
def worlds() -> Worlds:
    """A bus in memory."""
    return Worlds()


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A document: one line is looser than what holds, one is new."""
    file = tmp_path / "mine.yaml"
    file.write_text(MINE, encoding="utf-8")
    return file


def bus(worlds: Worlds, group: str, *args: object, stdin: str | None = None) -> Result:
    """Run a command; it must not fail in any way but on purpose."""
    app = rules.app if group == "rules" else lookups.app
    words = [str(arg) for arg in args]
    result = CliRunner().invoke(app, words, obj=worlds.open, input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def told(worlds: Worlds, group: str, *args: object) -> object:
    """The JSON that a command prints."""
    result = bus(worlds, group, *args, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def effective(worlds: Worlds, rule: str, *args: str) -> list[dict[str, object]]:
    """A rule as it holds, and its trial if it has one."""
    row = told(worlds, "rules", "effective", *args)
    assert isinstance(row, dict)
    return [one for one in row["rules"] if one["id"] == rule]


def test_what_comes_with_the_bus_is_listed(worlds: Worlds) -> None:
    """With its layer; for people as a table."""
    rows = told(worlds, "rules", "list")
    assert {row["layer"] for row in rows} == {"shipped"}  # type: ignore[attr-defined]  # rows
    assert "total-sum" in bus(worlds, "rules", "list").stdout


def test_looser_lines_hold_at_once_and_new_ones_are_tried(
    worlds: Worlds, mine: Path
) -> None:
    """And --enforce puts the trial in force; each is audited."""
    steps = told(worlds, "rules", "apply", mine)["steps"]  # type: ignore[index]  # a document
    assert [step["action"] for step in steps] == ["create", "trial"]
    where = ("--channel", "woocommerce", "--account", "shop-12")
    (the,) = effective(worlds, "total-sum", *where)
    assert the["parameters"]["tolerance"] == "4"  # type: ignore[index]  # a mapping
    origins = the["origins"]
    assert isinstance(origins, dict)
    where_from = "stored: channel woocommerce, account shop-12"
    assert origins["parameters.tolerance"] == where_from
    (trial,) = effective(worlds, "b2b-needs-a-purchase-order")
    assert (trial["trial"], trial["mode"]) == (True, "observe")
    again = bus(worlds, "rules", "apply", mine)
    assert "on trial" in again.stdout
    assert "0 of 2 lines changed" in again.stdout
    assert bus(worlds, "rules", "apply", mine, "--enforce").exit_code == 0
    (now,) = effective(worlds, "b2b-needs-a-purchase-order")
    assert (now["trial"], now["mode"]) == (False, "enforce")
    changes = [one for one in worlds.audited() if one.entity == Entity.RULE]
    assert [one.action for one in changes] == ["create", "trial", "update"]
    assert changes[0].entity_id == "total-sum@channel=woocommerce&account=shop-12"


def test_a_stricter_line_is_tried_beside_the_looser_one(
    worlds: Worlds, mine: Path
) -> None:
    """What stood goes on holding."""
    bus(worlds, "rules", "apply", mine)
    mine.write_text(MINE.replace("tolerance: 4", "tolerance: 2"), encoding="utf-8")
    result = bus(worlds, "rules", "apply", mine)
    assert "stricter: tolerance is stricter, or another" in result.stdout
    where = ("--channel", "woocommerce", "--account", "shop-12")
    the, trial = effective(worlds, "total-sum", *where)
    assert (the["mode"], the["parameters"]["tolerance"]) == ("enforce", "4")  # type: ignore[index]  # a mapping
    assert (trial["mode"], trial["parameters"]["tolerance"]) == ("observe", "2")  # type: ignore[index]  # likewise


def test_dry_runs_write_nothing_and_prune_removes(worlds: Worlds, mine: Path) -> None:
    """An exception that is taken away is stricter, and stays without --enforce."""
    assert (
        "2 of 2 lines to be changed"
        in bus(worlds, "rules", "apply", mine, "--dry-run").stdout
    )
    assert worlds.records("bus.rules") == []
    bus(worlds, "rules", "apply", mine, "--enforce")
    mine.write_text("rules: []", encoding="utf-8")
    steps = told(worlds, "rules", "apply", mine, "--prune")["steps"]  # type: ignore[index]  # a document
    assert {step["id"]: step["action"] for step in steps} == {
        "b2b-needs-a-purchase-order": "remove",
        "total-sum": "kept",
    }
    bus(worlds, "rules", "apply", mine, "--prune", "--enforce")
    assert {row["layer"] for row in told(worlds, "rules", "list")} == {"shipped"}  # type: ignore[attr-defined]  # rows


def test_a_document_is_checked_with_its_places(worlds: Worlds, mine: Path) -> None:
    """Without Kafka; what is wrong is refused by apply as well."""
    assert bus(worlds, "rules", "check", mine).stdout == "2 lines, nothing wrong\n"
    one = "rules:\n  - {id: one, check: duplicate}\n"
    mine.write_text(one, encoding="utf-8")
    fine = bus(worlds, "rules", "check", mine)
    assert (fine.exit_code, fine.stdout) == (0, "1 line, nothing wrong\n")
    mine.write_text(MINE.replace("tolerance: 4", "tolerant: 4"), encoding="utf-8")
    checked = bus(worlds, "rules", "check", mine)
    assert checked.exit_code == 1
    assert "mine.yaml:3: rule: total-sum" in checked.stdout
    assert bus(worlds, "rules", "apply", mine).exit_code == 2
    assert bus(worlds, "rules", "check", mine.with_name("none")).exit_code == 2


def test_a_backtest_over_orders_of_a_file(
    worlds: Worlds, tmp_path: Path, mine: Path
) -> None:
    """What would newly be held, its value, and by which rule."""
    events = tmp_path / "orders.jsonl"
    bought = order(order_id="2", account_id="C-2", order={"purchase_order": "PO-1"})
    lines = [json.dumps(one, default=str) for one in (order(), bought)]
    events.write_text("\n".join(lines), encoding="utf-8")
    found = told(worlds, "rules", "backtest", mine, "--events", events)
    assert (found["orders"], found["held_before"], found["held_after"]) == (2, 0, 1)  # type: ignore[index]  # a document
    assert found["newly_parked"]["value"] == {"EUR": "45"}  # type: ignore[index]  # likewise
    assert found["newly_parked"]["by_rule"] == {"b2b-needs-a-purchase-order": 1}  # type: ignore[index]  # likewise
    said = bus(worlds, "rules", "backtest", mine, "--events", events).stdout
    assert "newly held: 1, worth EUR 45" in said


def test_a_backtest_over_what_sources_have_sent(worlds: Worlds, mine: Path) -> None:
    """By today's mapping, with the account of the source; only what is wanted."""
    source = parse_source({"id": "shop-eu", "channel": "shopify", "account": "A-7"})
    record = store(source, KEYS, Randomness())
    worlds.broker.append(Message("bus.sources", b"shop-eu", record))
    for topic in worlds.topology.topics_of_source("shop-eu", fetches=False):
        worlds.broker.create(topic)
    sample = read_samples(channels_folder() / "shopify")[0]
    now = datetime.fromtimestamp(worlds.clock.now(), UTC)
    submission = Submission("shop-eu", sample.body, sample.headers, now)
    sent = to_message(Raw("s1", submission, "shopify"), "intake.raw.shop-eu")
    worlds.broker.append(sent)
    found = told(worlds, "rules", "backtest", mine, "--since", "1h")
    assert isinstance(found, dict)
    assert (found["orders"], found["held_after"]) == (1, 1)
    result = bus(worlds, "rules", "backtest", mine, "--source", "nobody")
    assert (result.exit_code, "no source nobody" in result.output) == (2, True)


# --- lookup tables


def test_a_table_is_loaded_shown_and_replaced(worlds: Worlds, tmp_path: Path) -> None:
    """Rows are added, changed and removed, and what was done is audited."""
    file = tmp_path / "prices.csv"
    file.write_text("sku,price,currency\nA,1.50,EUR\nB,2,\n", encoding="utf-8")
    assert told(worlds, "lookups", "load", "prices", file)["added"] == 2  # type: ignore[index]  # a document
    assert (
        bus(worlds, "lookups", "show", "prices").stdout
        == "key,price,currency\nA,1.50,EUR\nB,2,\n"
    )
    file.write_text("sku,price,currency\nA,1.60,EUR\n", encoding="utf-8")
    loaded = told(worlds, "lookups", "load", "prices", file, "--replace")
    assert (loaded["changed"], loaded["removed"]) == (1, 1)  # type: ignore[index]  # a document
    assert told(worlds, "lookups", "list") == [{"table": "prices", "rows": 1}]
    assert [one.entity for one in worlds.audited()] == [Entity.LOOKUP] * 2
    assert bus(worlds, "lookups", "show", "nothing").exit_code == 1


def test_rows_are_set_and_removed(worlds: Worlds) -> None:
    """One at a time; what was tried alone is not done."""
    words = ("prices", "A", "Price=1.50", "currency=EUR", "basis=")
    assert told(worlds, "lookups", "set", *words, "--dry-run")["added"] == 1  # type: ignore[index]  # a document
    assert told(worlds, "lookups", "list") == []
    assert bus(worlds, "lookups", "set", *words).exit_code == 0
    assert bus(worlds, "lookups", "set", "prices", "B").exit_code == 0
    shown = bus(worlds, "lookups", "show", "prices").stdout
    assert shown == "key,price,currency\nA,1.50,EUR\nB,,\n"
    gone = told(worlds, "lookups", "remove", "prices", "A", "B")
    assert gone["removed"] == 2  # type: ignore[index]  # a document
    assert bus(worlds, "lookups", "show", "prices").exit_code == 1
    assert [one.entity for one in worlds.audited()] == [Entity.LOOKUP] * 3


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("set", "prices", "A", "price"), "'price': COLUMN=VALUE is expected"),
        (("set", "prices", "A", "x=1", "X=2"), "the column x comes twice"),
        (("set", "prices", " ", "x=1"), "' ' is no key of a row"),
        (("set", "prices", "A", "x=" + "9" * 501), "501 characters"),
        (("set", "Prices", "A"), "'Prices' is no name of a lookup table"),
    ],
)
def test_what_is_no_row_is_refused(
    worlds: Worlds, args: tuple[str, ...], why: str
) -> None:
    """With what was expected."""
    result = bus(worlds, "lookups", *args)
    assert result.exit_code == 2
    assert why in " ".join(result.output.split())


def test_a_row_that_is_not_there_is_not_removed(worlds: Worlds) -> None:
    """Nor any other that is named beside it; the nearest is named."""
    assert bus(worlds, "lookups", "set", "prices", "MUG-1").exit_code == 0
    result = bus(worlds, "lookups", "remove", "prices", "MUG-1", "MUG-2")
    assert result.exit_code == 1
    assert "no row 'MUG-2'; did you mean MUG-1?" in " ".join(result.output.split())
    assert told(worlds, "lookups", "list") == [{"table": "prices", "rows": 1}]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "line 1"),
        ("sku,sku\n", "line 1"),
        ("sku,price\nA\n", "line 2: 2 columns"),
        ("sku\nA\nA\n", "'A' comes twice"),
        ("sku;price\nA;1\n", "line 1: commas are expected between columns, not ';'"),
        ("sku,price\n", "line 2: rows below the names"),
        ("sku\n" + "A" * 300, "a key of 1 to 200"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    worlds: Worlds, tmp_path: Path, text: str, why: str
) -> None:
    """With its line."""
    file = tmp_path / "x.csv"
    file.write_text(text, encoding="utf-8")
    result = bus(worlds, "lookups", "load", "x", file)
    assert result.exit_code == 2
    assert f"{file}, " in "".join(result.output.splitlines())
    assert why in " ".join(result.output.split())
    assert bus(worlds, "lookups", "load", "No Name", file).exit_code == 2


def test_a_line_over_one_of_ones_own(
    worlds: Worlds, mine: Path, tmp_path: Path
) -> None:
    """What a line is over may stand on the bus alone: it is not refused before."""
    assert bus(worlds, "rules", "apply", mine, "--enforce").exit_code == 0
    over = tmp_path / "over.yaml"
    over.write_text(
        "rules: [{id: b2b-needs-a-purchase-order,"
        " scope: {channel: shopify}, mode: observe}]",
        encoding="utf-8",
    )
    done = bus(worlds, "rules", "apply", over)
    assert done.exit_code == 0, done.output
