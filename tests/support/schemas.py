"""A registry in memory, for what only needs the port `Schemas`."""

import asyncio
from collections import Counter
from uuid import UUID

from bus.contracts.definition import is_of_type
from bus.errors import RegistryUnavailableError, SchemaNotFoundError
from bus.ports import SchemaText
from bus.record import SchemaRef


class HeldSchemas:
    """Fulfils `bus.ports.Schemas`: ids count from 1; `away` makes it unavailable.

    `refused` are schemas that it does not give while it gives others; `guids` names
    some. A schema in `hanging` is not answered for until its event is set.
    """

    def __init__(self) -> None:
        self.away = False
        self.refused: dict[SchemaRef, str] = {}
        self.guids: dict[UUID, int] = {}
        self.hanging: dict[SchemaRef, asyncio.Event] = {}
        self.asked: Counter[SchemaRef] = Counter()
        self._texts: dict[int, str] = {}

    async def by_id(self, ref: SchemaRef) -> SchemaText:
        """The schema with this id or GUID."""
        self.asked[ref] += 1
        if ref in self.hanging:
            await self.hanging[ref].wait()
        self._check()
        if ref in self.refused:
            raise RegistryUnavailableError(self.refused[ref])
        schema_id = self.guids.get(ref, 0) if isinstance(ref, UUID) else ref
        if schema_id not in self._texts:
            raise SchemaNotFoundError(f"no schema has id {schema_id}")
        return SchemaText(schema_id, self._texts[schema_id])

    async def answers(self, besides: SchemaRef) -> bool:
        """Whether it gives any other schema."""
        return not self.away and any(
            held not in {besides, *self.refused} for held in self._texts
        )

    def hold(self, schema_id: int) -> None:
        """Give the first schema under another id, too."""
        self._texts[schema_id] = self._texts[1]

    async def by_type(self, topic: str, event_type: str) -> list[SchemaText]:
        """Those of the type, newest first; `topic` is every topic."""
        del topic
        self._check()
        held = [SchemaText(n, self._texts[n]) for n in sorted(self._texts)]
        return [t for t in reversed(held) if is_of_type(t.text, event_type)]

    async def register(self, subject: str, text: str) -> int:  # noqa: ARG002 - one id a text
        """The id of a text, old or new."""
        self._check()
        for schema_id, held in self._texts.items():
            if held == text:
                return schema_id
        self._texts[max(self._texts, default=0) + 1] = text
        return max(self._texts)

    def _check(self) -> None:
        if self.away:
            raise RegistryUnavailableError("the registry is away")
