"""Asking a registry over HTTP, as any client may."""

import json
from collections.abc import Mapping
from urllib.parse import quote

from aiohttp import ClientSession

from tests.support.schema_log import fixed


class Asking:
    """Asks a registry; answers are (status, JSON)."""

    def __init__(self, session: ClientSession) -> None:
        self.session = session

    async def __call__(
        self, method: str, path: str, body: object = None
    ) -> tuple[int, object]:
        """Ask once."""
        async with self.session.request(method, path, json=body) as answer:
            return answer.status, json.loads(await answer.text())

    async def code(self, method: str, path: str, body: object = None) -> int:
        """Ask for what is refused."""
        status, answer = await self(method, path, body)
        assert isinstance(answer, dict)
        assert isinstance(answer["message"], str)
        code = int(answer["error_code"])
        assert str(code).startswith(str(status))
        return code


def schema(text: str, **more: object) -> Mapping[str, object]:
    """The body of a registration."""
    return {"schema": text} | more


async def put(ask: Asking, subject: str, name: str) -> int:
    """Register a small schema."""
    path = f"/subjects/{quote(subject, safe='')}/versions"
    status, answer = await ask("POST", path, schema(fixed(name)))
    assert status == 200
    assert isinstance(answer, dict)
    return int(answer["id"])
