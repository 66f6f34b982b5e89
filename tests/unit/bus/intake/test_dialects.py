"""Files of CSV as one partner writes them: read as they are, or told why not."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.intake.converters.times import date_pattern
from bus.intake.converting import convert
from bus.intake.parsing.csvtree import Dialect, parse_csv
from bus.intake.parsing.dialects import settled, why_not
from bus.intake.parsing.tree import Limits, UnparsableError
from bus.intake.submission import Submission
from tests.support.sources import CHANNELS

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PARTNER = {
    "csv_delimiter": "tab",
    "csv_quote": "'",
    "csv_encoding": "CP1252",
    "csv_skip": "1",
    "csv_columns": "Order No=Bestellnr; Date = Datum;SKU=Artikel;Qty=Menge;Price=Preis",
    "csv_dates": "DD.MM.YYYY",
    "mark": ",",
    "zone": "Europe/Berlin",
    "currency": "EUR",
}
FILE = (
    "Bestellungen Nordwind GmbH & Co. KG, Köln\r\n"
    "Bestellnr\tDatum\tArtikel\tMenge\tPreis\tNote\r\n"
    "N-1\t31.12.2026\tMUG\t1,5\t1.234,50\t'schön\teingepackt'\r\n"
    "N-1\t31.12.2026\tFIL\t2\t0,99\t\r\n"
).encode("cp1252")
READ = frozenset({"Order No", "Date", "SKU", "Qty"})


def test_a_file_of_a_partner_is_read_as_it_writes() -> None:
    """Other signs, encoding, names, dates and numbers than the channel's own."""
    channel = CHANNELS.get("csv")
    assert channel is not None
    (part,) = convert(channel, Submission("n", FILE, {}, AT, settings=PARTNER))
    assert part.event is not None, part.findings
    made = part.event.data
    assert made["order_id"] == "csv.n.N-1"
    assert made["placed_at"] == datetime(2026, 12, 30, 23, tzinfo=UTC)
    assert made["note"] == "schön\teingepackt"
    lines = made["lines"]
    assert isinstance(lines, list)
    assert [str(line["quantity"]) for line in lines] == ["1.5", "2"]
    assert str(lines[0]["unit_price"]["amount"]) == "1234.50"


def test_another_source_of_the_channel_is_as_before() -> None:
    """What one says is not the channel's."""
    channel = CHANNELS.get("csv")
    assert channel is not None
    body = b"Order No;Date;SKU;Qty\nA-1;2026-11-02;MUG;1\n"
    (part,) = convert(channel, Submission("n", body, {}, AT))
    assert part.order_id == "csv.n.A-1"


def test_a_column_that_is_missing_is_named() -> None:
    """With what it is to be, and what there is."""
    dialect = settled(Dialect(), {"csv_columns": "Order No=Nr"})
    with pytest.raises(UnparsableError) as caught:
        parse_csv(b"Nummer,Datum\n1,2\n", Limits(), dialect)
    assert str(caught.value) == (
        "there is no column 'Nr', which is to be 'Order No'; there are: Nummer, Datum"
    )


def test_a_file_without_a_line_of_names() -> None:
    """The source says them, in the channel's words or its own."""
    settings = {"csv_head": "Nr;Ware", "csv_columns": "Order No=Nr"}
    parsed = parse_csv(b"1,x\n", Limits(), settled(Dialect(), settings))
    (item,) = parsed.items
    assert isinstance(item, dict)
    assert (item["Order No"], item["Ware"]) == ("1", "x")


def test_two_columns_of_one_name_are_refused() -> None:
    """One that is renamed to what another is called."""
    dialect = settled(Dialect(), {"csv_columns": "A=B"})
    with pytest.raises(UnparsableError, match="'A' is there twice"):
        parse_csv(b"A,B\n1,2\n", Limits(), dialect)


@pytest.mark.parametrize(
    ("settings", "name", "why"),
    [
        ({"csv_delimiter": ";;"}, "csv_delimiter", "is one character, or tab,"),
        ({"csv_delimiter": "\n"}, "csv_delimiter", "is one character"),
        ({"csv_quote": "none"}, "csv_quote", "is one character"),
        ({"csv_delimiter": '"'}, "csv_quote", "which is the delimiter"),
        ({"csv_encoding": "klingon"}, "csv_encoding", "not 'klingon'"),
        ({"csv_encoding": "base64"}, "csv_encoding", "encoding of text"),
        ({"csv_skip": "two"}, "csv_skip", "0 to 1,000; not 'two'"),
        ({"csv_skip": "1001"}, "csv_skip", "0 to 1,000"),
        ({"csv_columns": "Order No"}, "csv_columns", "expected pairs"),
        ({"csv_columns": "Order No=A;Date=A"}, "csv_columns", "has 'A' twice"),
        ({"csv_columns": "Date=A;Date=B"}, "csv_columns", "has 'Date' twice"),
        ({"csv_columns": "Order Nr=A"}, "csv_columns", "did you mean 'Order No'?"),
        ({"csv_columns": "Zzz=A"}, "csv_columns", "it has: Date, Order No, Qty, SKU"),
        ({"csv_head": "A;A"}, "csv_head", "has 'A' twice"),
    ],
)
def test_what_cannot_be_is_told(settings: dict[str, str], name: str, why: str) -> None:
    """Which setting, and what is expected."""
    found = why_not(Dialect(group="Order No"), settings, READ)
    assert found is not None
    assert found[0] == name
    assert why in found[1]


def test_what_can_be_is_well() -> None:
    """And nothing set is as the channel has it."""
    read = READ | {"Price"}
    assert why_not(Dialect(group="Order No"), PARTNER, read) is None
    assert settled(Dialect(skip=3), {}) == Dialect(skip=3)


@pytest.mark.parametrize("form", ["DD.MM", "JJJJ-MM-DD", "%d.MM.YYYY", "YYYY"])
def test_a_form_of_no_day_is_refused(form: str) -> None:
    """Which would read nothing, or anything."""
    with pytest.raises(ValueError, match=r"whole day|more than"):
        date_pattern(form)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2068, 1, 1)))  # noqa: DTZ001 - a local one
@pytest.mark.parametrize("form", ["DD.MM.YYYY hh:mm:ss", "YYYYMMDDhhmmss"])
def test_dates_come_back(form: str, moment: datetime) -> None:
    """What is written by a form is read by it."""
    pattern = date_pattern(form)
    moment = moment.replace(microsecond=0)
    assert datetime.strptime(moment.strftime(pattern), pattern) == moment  # noqa: DTZ007 - a local one


@given(
    st.dictionaries(
        st.sampled_from(["csv_delimiter", "csv_quote", "csv_encoding", "csv_skip"])
        | st.sampled_from(["csv_columns", "csv_head"]),
        st.text(max_size=30),
    ),
    st.binary(max_size=200),
)
def test_no_setting_and_no_file_raises_anything_else(
    settings: dict[str, str], body: bytes
) -> None:
    """A setting is refused with a reason, a file is, or it is read."""
    try:
        dialect = settled(Dialect(group="a"), settings)
    except ValueError:
        return
    with suppress(UnparsableError):
        parse_csv(body, Limits(), dialect)
