"""`bus channels`: the shipped ones pass, a new one is made of samples and passes."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from processors.cli.main import app

ORDERS = [
    {
        "order_no": f"A-{number}",
        "created_at": "2026-11-02 10:00:00",
        "currency": "EUR",
        "customer": {"name": "Mia Lund", "email": "mia@example.com"},
        "shipping_address": {
            "street": "Vesterbrogade 3",
            "zip": "1620",
            "city": "København",
            "country": "DK",
        },
        "positions": [
            {"pos": 1, "sku": "MUG-2200", "title": "Mug", "qty": 2, "price": 14.90},
            {"pos": 2, "sku": "FIL-0042", "title": "Filters", "qty": 1, "price": 3.95},
        ],
        "total": 33.75,
        "loyalty_tier": "gold",
    }
    for number in (1, 2, 3)
]
CSV = (
    "Order No;Date;Customer Name;E-Mail;SKU;Qty;Price\n"
    "A-1;2026-11-02;Mia Lund;mia@example.com;MUG-2200;2;14.90\n"
    "A-1;2026-11-02;Mia Lund;mia@example.com;FIL-0042;1;3.95\n"
)
XML = (
    "<Order><Number>X-1</Number><Currency>EUR</Currency><Lines>"
    "<Line><Sku>A</Sku><Quantity>2</Quantity><Price>1.50</Price></Line>"
    "<Line><Sku>B</Sku><Quantity>1</Quantity><Price>2.00</Price></Line>"
    "</Lines></Order>"
)
X12 = Path(__file__).parents[4] / "schemas/channels/x12/samples/01-plain/body.edi"


def run(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["channels", *words])


def refused(*words: object) -> str:
    """What a command says that refuses what was given."""
    result = run(*map(str, words))
    assert result.exit_code == 2, result.output
    return " ".join(result.output.split())


def made(tmp_path: Path, name: str, *files: Path) -> Path:
    """A new channel of some samples; its folder."""
    folder = tmp_path / "channels"
    result = run("new", name, *map(str, files), "--folder", str(folder))
    assert result.exit_code == 0, result.output
    return folder


def test_the_shipped_channels_pass() -> None:
    """They are listed, nothing is wrong, and their samples come to what they should."""
    listed = json.loads(run("list", "--json").output)
    assert {"shopify", "x12", "ubl"} <= {one["channel"] for one in listed}
    assert all(one["usable"] for one in listed)
    assert "HMAC-SHA256" in run("list").output
    assert run("check").exit_code == 0
    tested = run("test", "adyen", "square")
    assert tested.exit_code == 0
    assert "adyen: 11 samples" in tested.output


def test_a_channel_nobody_has_is_told() -> None:
    """And those there are are named."""
    result = run("check", "shopifi")
    assert result.exit_code == 1
    assert "did you mean shopify?" in result.output
    both = run("check", "edi", "shop", "edifakt")
    assert both.output.count("there is no channel") == 3
    assert "'edi' in" in both.output
    assert "did you mean edifact?" in both.output


def test_a_folder_without_channels_is_told(tmp_path: Path) -> None:
    """Nothing that is wrong in it would be no answer; a file is no folder."""
    file = tmp_path / "order.json"
    assert "no folder with a channel.yaml" in refused("check", "--folder", tmp_path)
    assert "is not there; a folder" in refused("list", "--folder", file)
    file.touch()
    assert "is a file; a folder" in refused("check", "--folder", file)


def test_all_that_is_wrong_with_samples_is_told_at_once(tmp_path: Path) -> None:
    """The name, the folder, the model and each file; nothing is made."""
    empty, order = tmp_path / "empty.json", tmp_path / "order.json"
    empty.write_text(" \n", encoding="utf-8")
    order.write_text("{}", encoding="utf-8")
    files = (empty, tmp_path, order, tmp_path / "gone.json")
    said = refused("new", "Our_Shop", *files, "--like", "shopfy", "--folder", order)
    assert [
        "'Our_Shop' is no name of a channel" in said,
        "order.json is a file; a folder is expected" in said,
        "--like: there is no channel 'shopfy'; did you mean shopify?" in said,
        "empty.json is empty" in said,
        f"cannot read {tmp_path}: Is a directory" in said,
        "gone.json: No such file" in said,
    ] == [True] * 6
    said = refused("new", "../evil", order, "--folder", tmp_path / "channels")
    assert "'../evil' is no name of a channel" in said
    assert [*tmp_path.glob("channels")] == [*tmp_path.glob("evil")] == []


def test_samples_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    """Each with what it was taken for."""
    broken, order = tmp_path / "broken.json", tmp_path / "order.csv"
    broken.write_text('{"a": [1', encoding="utf-8")
    order.write_text("a;b\n1;2\n", encoding="utf-8")
    to = ("--folder", tmp_path / "channels")
    assert "broken.json looks like JSON: " in refused("new", "our-shop", broken, *to)
    said = refused("new", "our-shop", broken, order, *to)
    assert "broken.json is json" in said
    assert "order.csv is csv" in said


def test_a_new_channel_of_three_files(tmp_path: Path) -> None:
    """As docs/channels.md shows it: made, checked, tested, covered, signed."""
    files = []
    for number, order in enumerate(ORDERS, 1):
        files.append(tmp_path / f"order-{number}.json")
        files[-1].write_text(json.dumps(order), encoding="utf-8")
    folder = str(made(tmp_path, "our-shop", *files))
    assert run("check", "our-shop", "--folder", folder).exit_code == 0
    assert run("test", "our-shop", "--folder", folder).exit_code == 0
    place = Path(folder) / "our-shop"
    mapping = (place / "mapping.yaml").read_text(encoding="utf-8")
    assert "#   loyalty_tier    gold" in mapping
    expected = json.loads(
        (place / "samples/01-order-1/expected.json").read_text(encoding="utf-8")
    )
    (part,) = expected["parts"]
    assert part["order_id"] == "our-shop.sample.A-1"
    assert part["data"]["totals"]["grand_total"] == "33.75 EUR"
    assert [line["quantity"] for line in part["data"]["lines"]] == ["2", "1"]
    roles = {party["role"]: party for party in part["data"]["parties"]}
    assert roles["buyer"]["email"] == "mia@example.com"
    assert roles["ship_to"]["address"]["postal_code"] == "1620"
    covered = json.loads(
        run("coverage", "our-shop", "--folder", folder, "--json").output
    )
    assert covered["unread"] == [{"field": "loyalty_tier", "times": 3}]
    sheet = run("table", "our-shop", "--folder", folder, "--csv").output
    rows = list(csv.DictReader(io.StringIO(sheet)))
    (quantity,) = [row for row in rows if row["target"] == "lines[].quantity"]
    assert (quantity["source"], quantity["example"]) == ("qty", "2")
    assert (
        "| lines[].quantity | qty | decimal |"
        in run("table", "our-shop", "--folder", folder).output
    )


@pytest.mark.parametrize(
    ("name", "text", "ids"),
    [
        ("table.csv", CSV, ["A-1"]),
        ("order.xml", XML, ["X-1"]),
        ("order.edi", X12.read_text(encoding="utf-8"), ["4500017734"]),
    ],
)
def test_other_formats_are_told_apart(
    tmp_path: Path, name: str, text: str, ids: list[str]
) -> None:
    """By what is in the file; lines are found in each."""
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    folder = made(tmp_path, "partner", file)
    assert run("check", "partner", "--folder", str(folder)).exit_code == 0
    (sample,) = (folder / "partner" / "samples").iterdir()
    expected = json.loads((sample / "expected.json").read_text(encoding="utf-8"))
    parts = expected["parts"]
    assert [part["order_id"].rpartition(".")[2] for part in parts] == ids
    assert len(parts[0]["data"]["lines"]) == 2
    assert parts[0]["data"]["lines"][0]["quantity"] in {"2", "24"}


def test_what_differs_is_told(tmp_path: Path) -> None:
    """With path, what was expected, what came; and --update takes it."""
    file = tmp_path / "order.json"
    file.write_text(json.dumps(ORDERS[0]), encoding="utf-8")
    folder = made(tmp_path, "our-shop", file)
    mapping = folder / "our-shop" / "mapping.yaml"
    text = mapping.read_text(encoding="utf-8").replace("qty | decimal", "pos | decimal")
    mapping.write_text(text, encoding="utf-8")
    result = run("test", "our-shop", "--folder", str(folder))
    assert result.exit_code == 1
    assert 'data.lines[0].quantity: expected "2", got "1"' in result.output
    assert run("test", "our-shop", "--folder", str(folder), "--update").exit_code == 0
    assert run("test", "our-shop", "--folder", str(folder)).exit_code == 0
    mapping.write_text(
        f"{text}\nintake.order_sung: {{order.id: x}}\n", encoding="utf-8"
    )
    checked = run("check", "--folder", str(folder))
    assert checked.exit_code == 1
    assert "our-shop/mapping.yaml:" in checked.output
    assert run("test", "our-shop", "--folder", str(folder)).exit_code == 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("Our Shop", "{}", "is no name"),
        ("our-shop", "[1", "looks like JSON"),
    ],
)
def test_what_cannot_be_made_is_refused(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    """With a reason, and nothing is left behind."""
    file = tmp_path / "order.json"
    file.write_text(text, encoding="utf-8")
    folder = tmp_path / "channels"
    result = run("new", name, str(file), "--folder", str(folder))
    assert result.exit_code == 2
    assert said in result.output
    assert not folder.exists()
    assert get_command(app)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder that is there stays as it is."""
    file = tmp_path / "order.json"
    file.write_text(json.dumps(ORDERS[0]), encoding="utf-8")
    folder = made(tmp_path, "our-shop", file)
    again = run("new", "our-shop", str(file), "--folder", str(folder))
    assert again.exit_code == 2
    assert "is there already" in again.output
