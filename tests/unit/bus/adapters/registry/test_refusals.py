"""A registry that refuses one schema, and one that refuses everything."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import pytest
import stamina
from aiohttp import web

from bus.adapters.registry.connection import RegistryConnection
from bus.adapters.registry.remote import RegistrySchemas
from bus.errors import RegistryUnavailableError
from bus.record import SchemaRef
from tests.support.http_server import serving

GUID = UUID("89791762-2336-4186-9674-299b90a802e2")
TEXT = '"string"'
DENIED = (403, {"error_code": 40301, "message": "User is denied operation Read"})
NO_SUCH_PATH = (404, {"error_code": 404, "message": "HTTP 404 Not Found"})
UNAUTHORIZED = (401, {"error_code": 40101, "message": "Unauthorized"})
BROKEN = (500, {"error_code": 50001, "message": "Error while retrieving schema"})
UNPROCESSABLE = (422, {"error_code": 42202, "message": "not a valid id\x1b[2J"})
REFUSALS = [DENIED, NO_SUCH_PATH, UNAUTHORIZED, BROKEN, UNPROCESSABLE]


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Retries follow at once."""
    with stamina.set_testing(True, attempts=3):
        yield


class Gateway:
    """A registry of the ids 1 and 2 behind something that refuses some paths."""

    def __init__(self) -> None:
        self.refusals: dict[str, tuple[int, object]] = {}
        self.everything: tuple[int, object] | None = None
        self.hangs: set[str] = set()
        self.never = asyncio.Event()

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Answer as a registry, or as the gateway."""
        last = request.path.rpartition("/")[2]
        if last in self.hangs:
            await self.never.wait()
        refused = self.everything or self.refusals.get(last)
        status, content = refused or (200, self._answer(request.path))
        return web.json_response(content, status=status)

    def _answer(self, path: str) -> object:
        if path == "/subjects":
            return ["s"]
        return {"id": 2, "subject": "s", "version": 1, "schema": TEXT}


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("ref", [777, GUID])
@pytest.mark.parametrize("known", [True, False])
async def test_one_schema_refused_is_told_from_an_outage(
    ref: SchemaRef, refusal: tuple[int, object], *, known: bool
) -> None:
    """It gives another one, known before or found by its subjects; or it does not."""
    gateway = Gateway()
    gateway.refusals[str(ref)] = refusal
    async with serving(gateway) as url:
        schemas = RegistrySchemas(RegistryConnection(url))
        if known:
            await schemas.by_id(1)
        with pytest.raises(RegistryUnavailableError) as caught:
            await schemas.by_id(ref)
        assert str(caught.value).isprintable()
        assert await schemas.answers(ref)
        gateway.everything = refusal
        assert not await schemas.answers(ref)
        await schemas.close()


async def test_a_known_schema_proves_nothing_about_itself() -> None:
    """With no schema but the one in question, nobody can tell."""
    gateway = Gateway()
    async with serving(gateway) as url:
        schemas = RegistrySchemas(RegistryConnection(url))
        await schemas.by_id(2)
        assert not await schemas.answers(2)
        gateway.refusals["subjects"] = DENIED
        assert not await schemas.answers(2)
        await schemas.close()


async def test_one_id_that_hangs_is_given_up_in_time() -> None:
    """A request has a timeout, and so has a probe."""
    gateway = Gateway()
    gateway.hangs = {"777"}
    async with serving(gateway) as url:
        schemas = RegistrySchemas(RegistryConnection(url, timeout_s=0.1))
        await schemas.by_id(1)
        with pytest.raises(RegistryUnavailableError):
            await schemas.by_id(777)
        assert await schemas.answers(777)
        gateway.hangs = {"777", "1", "subjects"}
        assert not await schemas.answers(777)
        gateway.never.set()
        await schemas.close()


async def test_an_answer_byte_by_byte_is_given_up_in_time() -> None:
    """Each byte in time, the whole never: that is no answer either."""
    stop = asyncio.Event()

    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while not stop.is_set():
            try:
                await response.write(b" ")
                async with asyncio.timeout(0.02):
                    await stop.wait()
            except TimeoutError:
                continue
            except ConnectionError:
                break
        return response

    async with serving(trickle) as url:
        schemas = RegistrySchemas(RegistryConnection(url, timeout_s=0.2))
        with pytest.raises(RegistryUnavailableError, match="Timeout"):
            await schemas.by_id(1)
        stop.set()
        await schemas.close()
