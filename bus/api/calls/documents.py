"""What can be asked for: documents."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping

from bus.api.asking import Sync
from bus.api.exchange import Call


class DocumentsCalls(Sync):
    """What can be asked for: documents."""

    def get_open_api(self) -> Mapping[str, object]:
        """This document: OpenAPI 3.1.

        GET `/openapi.json`
        """
        return self._ask(Call[Mapping[str, object]]("GET", "/openapi.json"))

    def get_async_api(self) -> Mapping[str, object]:
        """The topics and the webhooks: AsyncAPI 3.0.

        GET `/asyncapi.json`
        """
        return self._ask(Call[Mapping[str, object]]("GET", "/asyncapi.json"))

    def get_docs(self) -> str:
        """The same document, for people.

        GET `/docs`
        """
        return self._text(Call[str]("GET", "/docs"))
