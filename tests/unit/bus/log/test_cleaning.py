"""Rows of strangers: changed only where no database takes them as they are."""

from hypothesis import given
from hypothesis import strategies as st

from bus.log.cleaning import (
    MOST_CHARS,
    MOST_ID_BYTES,
    cleaned,
    storable,
    storable_id,
    time_of,
)
from bus.log.rows import Place
from tests.contract.log.rows import ack, attempt, change, event, quarantined

_ANY = st.text(st.characters(exclude_categories=()), max_size=300)


@given(_ANY)
def test_what_comes_out_can_be_stored(text: str) -> None:
    """No NUL, valid UTF-8, and doing it again changes nothing."""
    kept = storable(text)
    assert "\0" not in kept
    assert kept.encode().decode() == kept
    assert storable(kept) == kept
    assert len(kept) == len(text)


@given(_ANY)
def test_an_id_fits_an_index(text: str) -> None:
    """And stays what it is once it does."""
    kept = storable_id(text)
    assert len(kept.encode()) <= MOST_ID_BYTES
    assert storable_id(kept) == kept


def test_long_ids_that_begin_alike_are_told_apart() -> None:
    """By a hash of the whole."""
    assert storable_id("x" * 500) != storable_id("x" * 501)


def test_plain_rows_stay_what_they_are() -> None:
    """Nearly all of them."""
    of = event(0)
    for row in (of, attempt(0, of), ack(0, of), quarantined(0, of.at), change(0)):
        assert cleaned(row) == row
        assert time_of(cleaned(row)) == time_of(row)


def test_every_text_of_every_row_is_cleaned() -> None:
    """A column that was forgotten would stop a batch one day."""
    odd = "a\0\ud800" + "b" * MOST_CHARS
    of = event(0)
    for row in (of, attempt(0, of), ack(0, of), quarantined(0, of.at), change(0)):
        texts = {n: odd for n, one in row._asdict().items() if isinstance(one, str)}
        spoilt = row._replace(**texts)  # type: ignore[arg-type]
        for text in cleaned(spoilt):
            if isinstance(text, str):
                assert text in (storable(odd), storable_id(odd))


def test_an_origin_that_no_topic_has_is_none() -> None:
    """Kafka's partitions are 32 bits wide."""
    for place in (Place("t", 2**31, 0), Place("t", 0, 2**63)):
        row = cleaned(attempt(0)._replace(origin=place))
        assert row == attempt(0)._replace(origin=None)
