"""An old sender's table, read by SQL, in SQLite and in PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from typer.testing import CliRunner, Result

from bus.adapters.table.reader import TableReader, open_table
from bus.client.recordings import read_recording
from bus.errors import ConfigurationError, TableUnavailableError
from bus.migration.recorded import Recorded
from processors.cli import migrate
from tests.support.postgres import PASSWORD, PostgresUnderTest

SELECT = """
SELECT id, sent_at AS at, heads AS headers, payload AS body, code AS status, tries
FROM deliveries WHERE shop = 'a:b' AND payload LIKE '{%';
"""
TABLE = """
CREATE TABLE deliveries (id integer PRIMARY KEY, sent_at {moment}, heads {json},
                         payload text, code integer, shop text, tries integer)
"""
ROW = """
INSERT INTO deliveries VALUES (:id, :at, :heads, :payload, 200, 'a:b', 1)
"""


class Database:
    """An old sender's database."""

    def __init__(self, url: str, moment: str, json: str) -> None:
        self.url = url
        self.engine: Engine = create_engine(url.replace("ql://", "ql+psycopg://"))
        with self.engine.begin() as connection:
            connection.execute(text(TABLE.format(moment=moment, json=json)))

    def add(self, *numbers: int, at: str = "2026-11-02T09:30:00Z") -> None:
        """Deliveries with these ids."""
        rows = [
            {"id": n, "at": at, "heads": '{"X-Try": "1"}', "payload": f'{{"n":{n}}}'}
            for n in numbers
        ]
        with self.engine.begin() as connection:
            connection.execute(text(ROW), rows)

    def read(self, by: str = "id", statement: str = SELECT) -> TableReader:
        """What reads it, three rows at a time."""
        return open_table(self.url, statement, by, page=3)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An old sender's database."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path}/old one.sqlite3", "text", "text")
    else:
        server: PostgresUnderTest = request.getfixturevalue("postgres")
        made = Database(server.database(), "timestamptz", "text")
    yield made
    made.engine.dispose()


def test_rows_come_in_pages_by_their_column(database: Database) -> None:
    """Whatever order they stand in; and behind a value, as a recording has it."""
    database.add(7, 2, 9, 4, 12)
    with database.read() as table:
        assert [[x["id"] for x in page] for page in table.pages()] == [
            [2, 4, 7],
            [9, 12],
        ]
        assert [[x["id"] for x in page] for page in table.pages("7")] == [[9, 12]]
        assert list(table.pages("12")) == []


def test_a_full_last_page_is_the_last(database: Database) -> None:
    """Nothing is asked for twice, nothing is missed at the edge."""
    database.add(1, 2, 3, 4, 5, 6)
    with database.read() as table:
        assert [len(page) for page in table.pages()] == [3, 3]


def test_times_are_a_column_like_numbers(database: Database) -> None:
    """Read, and read on from their text, as PostgreSQL or SQLite keep them."""
    for second in range(5):
        database.add(9 - second, at=f"2026-11-02T09:30:0{second}Z")
    with database.read("at") as table:
        pages = list(table.pages())
        assert [x["id"] for page in pages for x in page] == [9, 8, 7, 6, 5]
        after = str(pages[0][1]["at"])
        assert [x["id"] for page in table.pages(after) for x in page] == [7, 6, 5]


def test_a_column_that_repeats_is_refused(database: Database) -> None:
    """Between two pages rows would be passed over in silence."""
    database.add(1, 2, 3, 4, 5)
    with (
        database.read("tries") as table,
        pytest.raises(ConfigurationError, match="tries is 1 in two rows"),
    ):
        list(table.pages())


def test_nothing_is_written(database: Database) -> None:
    """Not by a statement that would, either."""
    database.add(1)
    for statement in (
        "DELETE FROM deliveries RETURNING id",
        "SELECT 1 AS id) AS x; DELETE FROM deliveries; --",
    ):
        with (
            database.read(statement=statement) as table,
            pytest.raises(TableUnavailableError),
        ):
            list(table.pages())
    with database.read() as table:
        assert len(list(table.pages())) == 1


@pytest.mark.parametrize(
    ("statement", "by", "why"),
    [
        ("SELECT id FROM nowhere", "id", "names a table that is not there"),
        ("SELECT wrong FROM deliveries", "wrong", "names a column that is not there"),
        (SELECT, "wrong", "names a column that is not there"),
        (
            "SELECT id FROM deliveries WHERE",
            "id",
            "no SELECT that can stand in brackets",
        ),
    ],
)
def test_what_is_wrong_is_said(
    database: Database, statement: str, by: str, why: str
) -> None:
    """What and where, and never the password."""
    with (
        database.read(by, statement) as table,
        pytest.raises(TableUnavailableError, match=why) as raised,
    ):
        list(table.pages())
    assert PASSWORD not in str(raised.value)


def bus_reads(database: Database, folder: Path, *more: str) -> Result:
    """Run the command, its recording in the folder."""
    url, select = folder / "db.url", folder / "q.sql"
    url.write_text(f"{database.url}\n")
    select.write_text(SELECT)
    words = ["read", str(url), str(select), "--out", str(folder / "old.jsonl")]
    return CliRunner().invoke(migrate.app, [*words, "--by", "id", *more])


def ids(folder: Path) -> list[str]:
    """Which rows stand in the recording."""
    lines = read_recording(folder / "old.jsonl")
    return [one.columns["id"] for one in lines if isinstance(one, Recorded)]


def test_it_goes_on_where_it_ended(database: Database, tmp_path: Path) -> None:
    """Each row once, after a line that was cut, too."""
    database.add(*range(1, 8))
    assert "4 rows were added" in bus_reads(database, tmp_path, "--most", "4").output
    recording = tmp_path / "old.jsonl"
    recording.write_bytes(recording.read_bytes()[:-10])
    done = bus_reads(database, tmp_path)
    assert "4 rows were added" in done.output
    assert "behind id 3" in done.output
    assert ids(tmp_path) == ["1", "2", "3", "4", "5", "6", "7"]
    one = [x for x in read_recording(recording) if isinstance(x, Recorded)][-1]
    assert (one.body, one.headers) == (b'{"n":7}', {"x-try": "1"})
    assert (one.at_ms, one.outcome) == (1_793_611_800_000, "accepted")
    assert "0 rows were added" in bus_reads(database, tmp_path).output


def test_young_rows_are_left_for_later(database: Database, tmp_path: Path) -> None:
    """A neighbour of theirs may be committed later, with a smaller number."""
    database.add(1, 2)
    database.add(3, at="2999-01-01T00:00:00Z")
    database.add(4)
    assert bus_reads(database, tmp_path).exit_code == 0
    assert ids(tmp_path) == ["1", "2"]


def test_rows_that_say_nothing_are_told(database: Database, tmp_path: Path) -> None:
    """They stop nothing, and the command says so."""
    database.add(1)
    database.add(2, at="2026-11-02 09:30") if "sqlite" in database.url else None
    done = bus_reads(database, tmp_path)
    wrong = "sqlite" in database.url
    assert done.exit_code == int(wrong)
    assert ("id 2: at: expected a time with its zone" in done.output) is wrong


def test_no_database_is_made_or_named(tmp_path: Path) -> None:
    """A file that is not there stays so; a URL that is none is not shown."""
    (tmp_path / "q.sql").write_text(SELECT)
    url = tmp_path / "db.url"
    words = ["read", str(url), str(tmp_path / "q.sql"), "--by", "id", "--out"]
    for text_, told in (
        (f"sqlite:///{tmp_path}/absent.sqlite3", "the file cannot be opened"),
        ("hush-a-secret", "the database's URL is none"),
        ("nosuch://user:hush@host/db", "driver is not here"),
        ("postgresql://u:hush@127.0.0.1:1/db", "no answer"),
    ):
        url.write_text(text_)
        words = [*words[:6], str(tmp_path / "old.jsonl")]
        done = CliRunner().invoke(migrate.app, words)
        assert done.exit_code != 0
        assert told in str(done.exception or "") + done.output
        assert "hush" not in str(done.exception or "") + done.output
    assert not (tmp_path / "absent.sqlite3").exists()


@pytest.mark.parametrize("number", [0, 7])
def test_no_row_is_passed_over(database: Database, tmp_path: Path, number: int) -> None:
    """By a value that two have, whichever it is; or by none."""
    database.add(1, 2)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE deliveries SET tries = :n"), {"n": number})
    done = bus_reads(database, tmp_path, "--by", "tries")
    assert done.exit_code == 2, done.output
    assert f"tries is {number} in two rows" in " ".join(done.output.split())
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE deliveries SET tries = NULL WHERE id = 1"))
    done = bus_reads(database, tmp_path, "--by", "tries")
    assert done.exit_code == 2, done.output
    assert "tries is NULL in some rows" in " ".join(done.output.split())


def test_a_statement_may_end_in_a_comment(database: Database) -> None:
    """As statements of people do."""
    database.add(1, 2)
    with database.read(statement=f"{SELECT.strip().rstrip(';')} -- all of them") as it:
        assert [[x["id"] for x in page] for page in it.pages()] == [[1, 2]]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://127.0.0.1:1/x?password=s3cretpw&user=ada",
        "postgresql://ada@127.0.0.1:1/x?sslpassword=s3cretpw",
        "postgresql://ada:s3cretpw@127.0.0.1:99999x/x",
        "postgresql://ada:s3cretpw@h@127.0.0.1:1/x",
    ],
)
def test_a_password_is_not_told_wherever_it_stands(url: str) -> None:
    """The error says what is wrong without it."""
    with pytest.raises((ConfigurationError, TableUnavailableError)) as refused:
        list(open_table(url, "SELECT 1 AS id", "id").pages())
    assert "s3cretpw" not in str(refused.value)
