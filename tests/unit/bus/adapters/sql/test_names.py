"""Names as numbers."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, event

from bus.adapters.sql.names import Names
from bus.adapters.sql.tables import NAME


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A table of names, empty."""
    engine = create_engine("sqlite://")
    NAME.create(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_a_name_has_one_number(connection: Connection) -> None:
    """Whoever asks, and however many at once."""
    many = [f"name-{n}" for n in range(1_200)]
    numbers = Names().make(connection, many)
    others = Names()
    assert {name: others.numbers(connection, many)[name] for name in many} == {
        name: numbers[name] for name in many
    }
    assert len({numbers[name] for name in many}) == len(many)
    connection.rollback()
    assert others.make(connection, ["name-7", "new"])["name-7"] == numbers["name-7"]
    assert Names().text(connection, numbers["name-7"]) == "name-7"


def test_what_has_no_number_is_left_out(connection: Connection) -> None:
    """Nothing is made by asking; nothing is the empty text's number."""
    names = Names()
    assert names.number(connection, "nobody") is None
    assert names.number(connection, "") == 0
    assert names.text(connection, 0) == ""
    assert names.text(connection, 99) == "?"


def test_a_family_is_what_begins_so(connection: Connection) -> None:
    """In this case of letters, and with no wildcard of a database's."""
    numbers = Names().make(connection, ["a.b", "A.b", "a_b", "a.b.c", "b"])
    found = Names().under(connection, "a.")
    assert sorted(found) == sorted([numbers["a.b"], numbers["a.b.c"]])
    connection.rollback()
    assert Names().under(connection, "a_") == [numbers["a_b"]]


def test_forgetting_amid_a_call_takes_nothing_from_it(connection: Connection) -> None:
    """A reader whose connection broke must not spoil what a writer writes."""
    names = Names()
    names.make(connection, ["old"])

    def broken(*_: object) -> None:
        names.forget()

    event.listen(connection.engine, "before_cursor_execute", broken)
    event.listen(connection.engine, "after_cursor_execute", broken)
    numbers = names.make(connection, ["old", "new"])
    assert {"old", "new"} <= numbers.keys()
    assert set(names.numbers(connection, ["old", "new"])) == {"old", "new"}
    assert names.text(connection, numbers["new"]) == "new"
