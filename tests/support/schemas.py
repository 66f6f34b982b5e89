"""A registry in memory, for what only needs the port `Schemas`."""

from bus.errors import RegistryUnavailableError, SchemaNotFoundError
from bus.ports import SchemaText


class HeldSchemas:
    """Fulfils `bus.ports.Schemas`: ids count from 1; `away` makes it unavailable."""

    def __init__(self) -> None:
        self.away = False
        self._texts: list[str] = []

    async def by_id(self, schema_id: int) -> SchemaText:
        """The schema with this id."""
        self._check()
        if not 0 < schema_id <= len(self._texts):
            raise SchemaNotFoundError(f"no schema has id {schema_id}")
        return SchemaText(schema_id, self._texts[schema_id - 1])

    async def register(self, subject: str, text: str) -> int:  # noqa: ARG002 - one id a text
        """The id of a text, old or new."""
        self._check()
        if text not in self._texts:
            self._texts.append(text)
        return self._texts.index(text) + 1

    def _check(self) -> None:
        if self.away:
            raise RegistryUnavailableError("the registry is away")
