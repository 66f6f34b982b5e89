"""What can be asked for: documents."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping

from bus.api.asking import Async
from bus.api.exchange import Call


class DocumentsCalls(Async):
    """What can be asked for: documents."""

    async def get_open_api(self) -> Mapping[str, object]:
        """This document: OpenAPI 3.1.

        GET `/openapi.json`
        """
        return await self._ask(Call[Mapping[str, object]]("GET", "/openapi.json"))

    async def get_async_api(self) -> Mapping[str, object]:
        """The topics and the webhooks: AsyncAPI 3.0.

        GET `/asyncapi.json`
        """
        return await self._ask(Call[Mapping[str, object]]("GET", "/asyncapi.json"))

    async def get_docs(self) -> str:
        """The same document, for people.

        GET `/docs`
        """
        return await self._text(Call[str]("GET", "/docs"))
