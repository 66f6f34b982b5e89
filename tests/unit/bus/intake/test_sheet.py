"""The sheet of a channel: its examples are those of the very line."""

from bus.client.channels import channels_folder, read_samples
from bus.intake.sheet import Row, sheet
from tests.support.channels import shipped

FOLDER = channels_folder()


def _rows(name: str) -> list[Row]:
    rows = sheet(shipped(name), read_samples(FOLDER / name))
    return [row for row in rows if row.event == "intake.order_received"]


def test_each_block_of_a_list_has_its_own_examples() -> None:
    """What a line always says is its example; beside it stand those of its item."""
    rows = _rows("shopify")
    roles = [(row.source, row.example) for row in rows if row.target.endswith("].role")]
    assert roles == [(f"={role}", role) for _, role in roles]
    assert {"buyer", "ship_to", "bill_to"} <= {role for _, role in roles}
    (city,) = [
        row.example
        for row in rows
        if row.target == "parties[].address.city" and row.each == "shipping_address"
    ]
    assert city == "Nantes"


def test_several_values_are_words_not_code() -> None:
    """A list of texts is read by people."""
    (tags,) = [row.example for row in _rows("shopify") if row.target == "tags"]
    assert tags == "vip, gift"


def test_an_example_is_what_the_line_itself_gave() -> None:
    """Not what another line for the same field did, in lists of lists either."""
    items = [
        (row.source, row.example)
        for row in _rows("ubl")
        if row.target.startswith("lines[].identifiers[]")
    ]
    assert items[:4] == [
        ("=seller", "seller"),
        ("cac:Item.cac:SellersItemIdentification.cbc:ID", "BEA-7731"),
        ("=buyer", "buyer"),
        ("cac:Item.cac:BuyersItemIdentification.cbc:ID", ""),
    ]
    by_place = {
        row.source: row.example
        for row in _rows("x12")
        if row.target == "lines[].identifiers[].value"
    }
    assert by_place == {
        "07": "036000291452",
        "09": "BEA-7731",
        "11": "445566",
        "13": "",
        "15": "",
    }


def test_parties_without_a_list_are_told_apart() -> None:
    """Amazon's buyer and who gets it stand in two places of one document."""
    rows = sheet(shipped("amazon"), read_samples(FOLDER / "amazon"))
    said = {
        row.source: row.example for row in rows if row.target.startswith("parties[]")
    }
    assert said["=buyer"] == "buyer"
    assert said["=ship_to"] == "ship_to"
