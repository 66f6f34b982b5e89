"""Names that repeat, as numbers: kept in a table, remembered by each process."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from bus.adapters.sql.packing import digest_of
from bus.adapters.sql.tables import NAME
from bus.log.cleaning import storable

NOBODY = 0
"""The number of the empty text, and of names that nothing ever had."""
_MOST_A_QUERY = 500


class Names:
    """Names by number and numbers by name; what is known is not asked for again.

    `forget` after the database was away: it may be another one, restored from a copy.
    """

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._texts: dict[int, str] = {}
        self.forget()

    def forget(self) -> None:
        """Ask for everything again."""
        self._ids = {"": NOBODY}
        self._texts = {NOBODY: ""}

    def make(self, connection: Connection, texts: Collection[str]) -> Mapping[str, int]:
        """Return the numbers of names, new ones for those that have none.

        In a transaction of its own: a number without rows harms nobody.
        """
        if missing := sorted(set(texts) - self._ids.keys()):
            rows = [{"digest": digest_of(one), "text": one} for one in missing]
            flavour = postgresql if connection.dialect.name == "postgresql" else sqlite
            insert = flavour.insert(NAME).on_conflict_do_nothing()
            with connection.begin():
                self._learn(connection, missing)
                unknown = [row for row in rows if row["text"] not in self._ids]
                if unknown:
                    connection.execute(insert, unknown)
                    self._learn(connection, missing)
        return self._ids

    def number(self, connection: Connection, text: str) -> int | None:
        """Return the number of a name; None if nothing has it."""
        return self.numbers(connection, [text]).get(storable(text))

    def numbers(
        self, connection: Connection, texts: Iterable[str]
    ) -> Mapping[str, int]:
        """Return the numbers of those names that have one."""
        wanted = {storable(text) for text in texts}
        self._learn(connection, sorted(wanted - self._ids.keys()))
        return {text: self._ids[text] for text in wanted if text in self._ids}

    def under(self, connection: Connection, prefix: str) -> Collection[int]:
        """Return the numbers of all names that begin so."""
        begins = NAME.c.text.startswith(prefix, autoescape=True)
        found = connection.execute(select(NAME.c.id, NAME.c.text).where(begins))
        return [number for number, text in found if text.startswith(prefix)]

    def text(self, connection: Connection, number: int) -> str:
        """Return the name of a number."""
        if number not in self._texts:
            found = connection.execute(select(NAME.c.id, NAME.c.text))
            self._remember((row[0], row[1]) for row in found)
        return self._texts.get(number, "?")

    def _learn(self, connection: Connection, texts: Collection[str]) -> None:
        digests = [digest_of(text) for text in texts]
        for first in range(0, len(digests), _MOST_A_QUERY):
            some = digests[first : first + _MOST_A_QUERY]
            found = connection.execute(
                select(NAME.c.id, NAME.c.text).where(NAME.c.digest.in_(some))
            )
            self._remember((row[0], row[1]) for row in found)

    def _remember(self, pairs: Iterable[tuple[int, str]]) -> None:
        for number, text in pairs:
            self._ids[text] = number
            self._texts[number] = text
