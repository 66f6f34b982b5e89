"""What names of fields most often mean: guesses for a first mapping, in order.

A name is compared in small letters without anything between: `Order No.` is `orderno`.
"""

from typing import NamedTuple


class Guess(NamedTuple):
    """A target, how it is converted, and the names that mean it, best first."""

    target: str
    rule: str
    names: tuple[str, ...]


ORDER = (
    Guess(
        "order.id",
        "id",
        (
            "orderid",
            "id",
            "orderno",
            "ordernumber",
            "ordernr",
            "orderref",
            "reference",
            "number",
            "documentid",
            "uuid",
        ),
    ),
    Guess("order.number", "", ("ordernumber", "orderno", "ordernr", "number", "ref")),
    Guess(
        "order.purchase_order",
        "",
        ("purchaseorder", "ponumber", "pono", "po", "customerreference"),
    ),
    Guess(
        "placed_at",
        "time",
        (
            "placedat",
            "createdat",
            "orderdate",
            "orderedat",
            "datecreated",
            "created",
            "date",
            "timestamp",
            "time",
        ),
    ),
    Guess(
        "source_updated_at",
        "time",
        ("updatedat", "modifiedat", "lastmodified", "updated", "datemodified"),
    ),
    Guess("account_id", "id", ("customerid", "customerno", "accountid", "clientid")),
    Guess("currency", "currency", ("currency", "currencycode")),
    Guess("native_status", "", ("status", "state", "orderstatus")),
    Guess("test", "", ("test", "istest", "testmode", "sandbox")),
    Guess("note", "", ("note", "notes", "comment", "comments", "remarks", "message")),
    Guess("ship_by", "time", ("shipby", "shipbefore", "latestshipdate")),
    Guess("deliver_by", "time", ("deliverby", "deliverydate", "requesteddelivery")),
    Guess("totals.subtotal", "money", ("subtotal", "itemstotal", "goodstotal")),
    Guess("totals.discount", "money", ("discount", "discounttotal", "totaldiscount")),
    Guess(
        "totals.shipping",
        "money",
        ("shipping", "shippingtotal", "shippingcost", "freight", "postage"),
    ),
    Guess("totals.tax", "money", ("tax", "taxtotal", "totaltax", "vat", "vatamount")),
    Guess(
        "totals.grand_total",
        "money",
        ("grandtotal", "total", "totalprice", "totalamount", "ordertotal", "amount"),
    ),
)
LINE = (
    Guess("line_id", "id", ("lineid", "line", "lineno", "position", "pos", "id")),
    Guess("name", "", ("name", "title", "description", "articlename", "productname")),
    Guess("quantity", "decimal", ("quantity", "qty", "count", "units", "pieces")),
    Guess("unit", "", ("unit", "uom", "unitofmeasure")),
    Guess("unit_price", "money", ("unitprice", "price", "priceeach", "unitcost")),
    Guess("net", "money", ("net", "nettotal", "netamount")),
    Guess("tax", "money", ("tax", "vat", "taxamount")),
    Guess("gross", "money", ("gross", "grosstotal", "grossamount")),
)
ARTICLE = (
    Guess(
        "sku",
        "id",
        ("sku", "article", "articleno", "itemno", "itemid", "item", "productcode"),
    ),
    Guess("gtin", "id", ("gtin", "ean", "upc", "barcode")),
)
PARTY = (
    Guess("name", "", ("name", "fullname", "recipient", "customername", "contact")),
    Guess("company", "", ("company", "companyname", "organisation")),
    Guess("email", "", ("email", "mail", "emailaddress")),
    Guess("phone", "phone", ("phone", "telephone", "mobile", "phonenumber", "tel")),
    Guess("address.line1", "", ("street", "address1", "line1", "address", "street1")),
    Guess("address.line2", "", ("street2", "address2", "line2")),
    Guess("address.city", "", ("city", "town", "place")),
    Guess("address.region", "", ("region", "state", "province")),
    Guess("address.postal_code", "", ("postcode", "postalcode", "zip", "zipcode")),
    Guess("address.country", "country", ("country", "countrycode")),
)
ROLES = (
    ("ship_to", ("ship", "deliver", "recipient")),
    ("bill_to", ("bill", "invoice")),
    ("buyer", ("customer", "buyer", "client", "contact")),
)
"""Roles of parties, by how the name of what holds them begins or goes on."""


def plainly(name: str) -> str:
    """A name in small letters, without anything between."""
    return "".join(char for char in name.lower() if char.isalnum())
