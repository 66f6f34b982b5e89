"""Articles: known, at a price of the list, in a quantity that can be."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bus.intake.findings import shown as text_shown
from bus.intake.rules.checks.kind import Check, Found, Knob, Run, Turn
from bus.intake.rules.checks.money import shown
from bus.intake.rules.checks.parameters import Given, Kind, Parameter, Strict
from bus.intake.rules.known import Context, Row
from bus.intake.rules.order import ZERO, Line, Order
from bus.intake.rules.reading import number, plain, text

_HUNDRED = Decimal(100)
_WHOLE_UNITS = frozenset({"", "EA", "H87", "C62", "PCE", "NAR", "PR", "SET", "BX"})
_SCHEME = Parameter("scheme", Kind.TEXT, "by which of its identifiers", "sku")


def _article_known(given: Given) -> Run:
    table, scheme = given.text("table"), given.text("scheme")

    def run(order: Order, about: Context) -> Iterator[Found]:
        if not about.known.has_table(table):
            return
        for line in order.lines:
            article = line.identifier(scheme)
            if not article:
                said = f"the line names no {scheme}"
                yield Found("article_missing", said, f"{line.path}.identifiers")
            elif about.known.row(table, article) is None:
                said = f"{scheme} is not in the table {table}"
                place = f"{line.path}.identifiers"
                yield Found(
                    "article_unknown", said, place, text_shown(article), article
                )

    return run


def _price_in_list(given: Given) -> Run:
    table, scheme = given.text("table"), given.text("scheme")
    percent = given.number("percent")

    def run(order: Order, about: Context) -> Iterator[Found]:
        if not about.known.has_table(table):
            return
        for line in order.goods:
            row = about.known.row(table, line.identifier(scheme))
            listed = None if row is None else number(row.get("price", ""))
            if row is None or listed is None or not _compares(order, line, row):
                continue
            price = _each(line)
            if price is None:
                continue
            off = abs(price - listed)
            if off * _HUNDRED > percent * abs(listed):
                said = f"{shown(listed, order.currency)} is listed in {table}"
                need = off * _HUNDRED / abs(listed) if listed else None
                yield Found(
                    "price_off_list",
                    said,
                    f"{line.path}.unit_price",
                    shown(price, order.currency),
                    need,
                )

    return run


def _compares(order: Order, line: Line, row: Row) -> bool:
    """Whether the list's price is of the same currency and basis."""
    currency, basis = row.get("currency", ""), row.get("basis", "")
    return currency in {"", order.currency} and basis in {"", line.basis}


def _each(line: Line) -> Decimal | None:
    """The price of one."""
    return None if line.price is None or not line.base else line.price / line.base


def _quantity(given: Given) -> Run:
    bounds = _Bounds(
        least=given.number("least"),
        most=given.number("most"),
        whole=given.yes("whole"),
        negative=given.yes("negative"),
    )

    def run(order: Order, _: Context) -> Iterator[Found]:
        for line in order.lines:
            place, quantity = f"{line.path}.quantity", line.quantity
            if line.data.get("action") == "delete":
                continue
            if quantity is None:
                yield Found("quantity_missing", "there is no quantity", place)
            elif fault := _out_of(bounds, quantity):
                code, said, need = fault
                yield Found(code, said, place, plain(quantity), need)
            elif bounds.whole and quantity % 1 and _unit(line) in _WHOLE_UNITS:
                said = "a whole number is expected of what is counted in pieces"
                yield Found("quantity_not_whole", said, place, plain(quantity))

    return run


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What quantities may be."""

    least: Decimal
    most: Decimal
    whole: bool
    negative: bool


def _out_of(
    bounds: _Bounds, quantity: Decimal
) -> tuple[str, str, Decimal | None] | None:
    """The code, the text and the need of a quantity out of its bounds."""
    if quantity <= ZERO and not (bounds.negative and quantity):
        return "quantity_not_positive", "more than nothing is expected", None
    if abs(quantity) < bounds.least:
        return "quantity_too_small", f"at least {plain(bounds.least)} is expected", None
    if bounds.most and abs(quantity) > bounds.most:
        said = f"at most {plain(bounds.most)} is expected"
        return "quantity_too_large", said, abs(quantity)
    return None


def _unit(line: Line) -> str:
    return text(line.data.get("unit")) or text(line.data.get("native_unit")).upper()


GOODS = (
    Check(
        name="article_known",
        about="Each line's article is in a lookup table. Nothing while that is empty.",
        codes={
            "article_missing": "A line names no article.",
            "article_unknown": "An article is not in the table.",
        },
        make=_article_known,
        parameters=(
            Parameter("table", Kind.TEXT, "the lookup table", "articles"),
            _SCHEME,
        ),
        knob=Knob("table", Turn.ROW),
    ),
    Check(
        name="price_in_list",
        about="Unit prices are near those of a lookup table, columns `price` and"
        " perhaps `currency`, `basis` (net, gross). Nothing for what is not in it.",
        codes={"price_off_list": "A price is too far from the listed one."},
        make=_price_in_list,
        parameters=(
            Parameter("table", Kind.TEXT, "the lookup table", "prices"),
            _SCHEME,
            Parameter(
                "percent",
                Kind.NUMBER,
                "how far off a price may be",
                "10",
                Strict.LESS,
            ),
        ),
        knob=Knob("percent", Turn.MORE),
    ),
    Check(
        name="quantity",
        about="Quantities are there, positive, whole where pieces are counted, within"
        " bounds.",
        codes={
            "quantity_missing": "A line has no quantity.",
            "quantity_not_positive": "A quantity is not more than nothing.",
            "quantity_too_small": "A quantity is smaller than it may be.",
            "quantity_too_large": "A quantity is larger than it may be.",
            "quantity_not_whole": "Pieces are ordered by fractions.",
        },
        make=_quantity,
        parameters=(
            Parameter("least", Kind.NUMBER, "the smallest", "0", Strict.MORE),
            Parameter("most", Kind.NUMBER, "the largest; 0: any", "10000", Strict.LESS),
            Parameter("whole", Kind.YES, "whole, of pieces", "yes", Strict.MORE),
            Parameter(
                "negative",
                Kind.YES,
                "whether negative ones are fine: returns at a till",
                "no",
            ),
        ),
        knob=Knob("most", Turn.MORE),
        part=False,
    ),
)
