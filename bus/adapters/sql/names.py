"""Names that repeat, as numbers: kept in a table, remembered by each process."""

from collections.abc import Collection, Iterable, Mapping, Sequence

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
        """Ask for everything again. Any thread may say so, amid another one's call."""
        self._ids = {"": NOBODY}
        self._texts = {NOBODY: ""}

    def make(self, connection: Connection, texts: Collection[str]) -> Mapping[str, int]:
        """Return the numbers of names, new ones for those that have none.

        In a transaction of its own: a number without rows harms nobody.
        """
        known = self._ids
        missing = sorted(set(texts) - known.keys())
        if not missing:
            return known
        flavour = postgresql if connection.dialect.name == "postgresql" else sqlite
        insert = flavour.insert(NAME).on_conflict_do_nothing()
        with connection.begin():
            found = self._learn(connection, missing)
            new = [text for text in missing if text not in found]
            if new:
                rows = [{"digest": digest_of(text), "text": text} for text in new]
                connection.execute(insert, rows)
                found |= self._learn(connection, new)
        return known | found

    def number(self, connection: Connection, text: str) -> int | None:
        """Return the number of a name; None if nothing has it."""
        return self.numbers(connection, [text]).get(storable(text))

    def numbers(
        self, connection: Connection, texts: Iterable[str]
    ) -> Mapping[str, int]:
        """Return the numbers of those names that have one."""
        known = self._ids
        wanted = {storable(text) for text in texts}
        found = self._learn(connection, sorted(wanted - known.keys()))
        return {text: known[text] for text in wanted & known.keys()} | found

    def under(self, connection: Connection, prefix: str) -> Collection[int]:
        """Return the numbers of all names that begin so."""
        begins = NAME.c.text.startswith(prefix, autoescape=True)
        found = connection.execute(select(NAME.c.id, NAME.c.text).where(begins))
        return [number for number, text in found if text.startswith(prefix)]

    def text(self, connection: Connection, number: int) -> str:
        """Return the name of a number."""
        text = self._texts.get(number)
        if text is None:
            query = select(NAME.c.id, NAME.c.text)
            found = {row[1]: row[0] for row in connection.execute(query)}
            self._remember(found)
            by_number = {other: name for name, other in found.items()}
            text = by_number.get(number, "?")
        return text

    def _learn(self, connection: Connection, texts: Sequence[str]) -> dict[str, int]:
        learnt: dict[str, int] = {}
        for first in range(0, len(texts), _MOST_A_QUERY):
            some = [digest_of(text) for text in texts[first : first + _MOST_A_QUERY]]
            query = select(NAME.c.id, NAME.c.text).where(NAME.c.digest.in_(some))
            learnt |= {row[1]: row[0] for row in connection.execute(query)}
        self._remember(learnt)
        return learnt

    def _remember(self, numbers: Mapping[str, int]) -> None:
        self._ids.update(numbers)
        self._texts.update((number, text) for text, number in numbers.items())
