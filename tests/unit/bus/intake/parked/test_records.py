"""What is written about a parked item is what is read."""

from datetime import timedelta
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.errors import DecodeError
from bus.intake.findings import CODES, Finding, Severity
from bus.intake.parked.decisions import (
    OF_GROUPS,
    Decision,
    Entry,
    GroupDecision,
    Kind,
)
from bus.intake.parked.fingerprint import fingerprint_of
from bus.intake.parked.item import Found, Money, Stage, found_by_conversion, item_id
from bus.intake.parked.records import decision_message, parked_message, read_parked
from bus.intake.submission import Place
from bus.record import Message, Record
from tests.support.parked import NOW, found, item

words = st.text(
    st.characters(exclude_categories=["Cs"]), max_size=30
)  # what UTF-8 can hold


def read_back(message: Message) -> Entry:
    """What is read of a written record."""
    return read_parked(Record("intake.parked", 0, 0, 0, message.key, message.value))


@given(
    account=words,
    value=st.none()
    | st.builds(
        Money,
        st.decimals(allow_nan=False, allow_infinity=False, places=6),
        st.sampled_from(["", "EUR", "JPY"]),
    ),
    findings=st.lists(
        st.builds(
            Found,
            code=st.sampled_from(sorted(CODES)),
            rule=words,
            severity=st.sampled_from(Severity),
            observed=st.booleans(),
            text=words,
            path=words,
            value=st.none() | words,
        ),
        max_size=3,
    ).map(tuple),
    stage=st.sampled_from(Stage),
    place=st.none() | st.just(Place("intake.raw.x", 2, 2**60)),
    attempt=st.integers(0, 5),
)
def test_an_item_is_read_as_it_was_written(**fields: object) -> None:
    """Whatever it holds, amounts to the last digit."""
    written = item(1, **fields)
    assert read_back(parked_message("intake.parked", written)) == written


@given(
    kind=st.sampled_from([kind for kind in Kind if kind is not Kind.PARKED]),
    why=words,
    payload=st.none() | st.dictionaries(words, words, max_size=3),
    hours=st.none() | st.integers(0, 500),
    on=st.integers(0, 9),
)
def test_a_decision_is_read_as_it_was_written(
    kind: Kind,
    why: str,
    payload: dict[str, str] | None,
    hours: int | None,
    on: int,
) -> None:
    """Its payload, its time and whom it names included."""
    if kind in OF_GROUPS:
        written: Decision | GroupDecision = GroupDecision(
            group="f1-0123456789ab", kind=kind, who="key", at=NOW, by=why
        )
    else:
        until = None if hours is None else NOW + timedelta(hours=hours)
        written = Decision(
            id="x",
            kind=kind,
            who="cli:kim",
            at=NOW,
            why=why,
            payload=payload,
            until=until,
            on=on,
            place=Place("intake.raw.x", 0, 7),
        )
    assert read_back(decision_message("intake.parked", written)) == written


def test_the_key_of_all_records_of_an_item_is_its_id() -> None:
    """So they stand in one partition, in order."""
    one = item()
    decision = Decision(id=one.id, kind=Kind.REJECTED, who="k", at=NOW)
    keys = {
        parked_message("t", one).key,
        decision_message("t", decision).key,
    }
    assert keys == {one.id.encode()}


def test_the_record_of_an_item_says_its_fingerprint() -> None:
    """Whoever reads the topic without this library can group as well."""
    said = orjson.loads(parked_message("t", item()).value or b"")
    assert said["fingerprint"] == fingerprint_of(item())


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"v": 2, "kind": "parked"}',
        b'{"v": 1, "kind": "dreamt"}',
        b'{"v": 1, "kind": "parked", "id": "x", "source": "s"}',
        b'{"v": 1, "kind": "parked", "at": "2026-01-01T00:00:00Z", "stage": "rule"}',
        b'{"v": 1, "kind": "released", "id": "x", "at": "yesterday"}',
        (
            b'{"v": 1, "kind": "parked", "id": "x", "source": "s", "stage": "rule",'
            b' "at": "2026-01-01T00:00:00Z", "value": {"amount": "NaN"}}'
        ),
        (
            b'{"v": 1, "kind": "parked", "id": "x", "source": "s", "stage": "rule",'
            b' "at": "2026-01-01T00:00:00Z", "place": {"topic": "t"}}'
        ),
    ],
)
def test_what_cannot_be_read_says_so(value: bytes | None) -> None:
    """And costs nobody more than its record."""
    with pytest.raises(DecodeError):
        read_parked(Record("intake.parked", 0, 0, 0, b"x", value))


def test_what_a_later_version_adds_is_left_out() -> None:
    """Old readers go on reading new records."""
    said = orjson.loads(parked_message("t", item()).value or b"")
    value = orjson.dumps({**said, "mood": "good"})
    assert read_parked(Record("t", 0, 0, 0, b"x", value)) == item()


def test_an_id_is_of_its_place() -> None:
    """The same place and part give the same id, any other another."""
    place = Place("intake.raw.a", 0, 7)
    ids = {
        item_id("a", place, 0),
        item_id("a", place, 0),
        item_id("a", place, 1),
        item_id("b", place, 0),
        item_id("a", Place("intake.raw.a", 1, 7), 0),
        item_id("a", place, 0, "refund"),
    }
    assert len(ids) == 5


def test_a_finding_of_the_conversion_becomes_one_of_an_item() -> None:
    """With its severity, as the table of codes has it."""
    told = Finding("unknown_currency", "no such", "currency", "cur", "EURO")
    assert found_by_conversion(told) == found(
        code="unknown_currency",
        rule="",
        severity=Severity.FLAG,
        text="no such",
        path="currency",
        source_path="cur",
        value="EURO",
    )


def test_amounts_are_written_without_exponents() -> None:
    """As people and other programs read them."""
    one = item(value=Money(Decimal("1E+3"), "EUR"))
    said = orjson.loads(parked_message("t", one).value or b"")
    assert said["value"] == {"amount": "1000", "currency": "EUR"}
