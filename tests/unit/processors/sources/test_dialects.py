"""How files of CSV are written is checked when a source is taken on."""

import pytest

from bus.errors import InvalidSourceError
from processors.sources.checks import refuse
from processors.sources.document import draft
from tests.support.sources import CHANNELS


def wanted(**settings: str) -> None:
    """Take a source of CSV on with these settings."""
    fields = {"id": "nordwind", "channel": "csv", "settings": settings}
    refuse(CHANNELS, draft(fields))


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("csv_delimiter", "::", "one character"),
        ("csv_encoding", "utf-9", "not 'utf-9'"),
        ("csv_columns", "Order Nr=Bestellnr", "did you mean 'Order No'?"),
        ("csv_dates", "TT.MM.JJJJ", "more than YYYY"),
    ],
)
def test_what_cannot_be_is_refused(name: str, value: str, why: str) -> None:
    """With the setting it is about, before any file is parked for it."""
    with pytest.raises(InvalidSourceError) as caught:
        wanted(**{name: value})
    assert f"settings.{name}" in str(caught.value)
    assert why in str(caught.value)


def test_what_the_page_shows_is_taken() -> None:
    """The example of docs/sources.md."""
    wanted(
        csv_encoding="cp1252",
        csv_dates="DD.MM.YYYY",
        mark=",",
        csv_columns="Order No=Bestellnr; Date=Datum; SKU=Artikel; Qty=Menge",
    )
