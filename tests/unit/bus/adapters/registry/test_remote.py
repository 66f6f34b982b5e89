"""The adapter to a registry behind HTTP: retries, caching, credentials, TLS."""

import asyncio
import base64
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
import trustme
from aiohttp import web

from bus.adapters.registry.connection import RegistryConnection
from bus.adapters.registry.remote import RegistrySchemas
from bus.errors import (
    ConfigurationError,
    RegistryUnavailableError,
    SchemaNotFoundError,
)
from tests.support.http_server import serving


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Retries follow at once."""
    with stamina.set_testing(True, attempts=3):
        yield


class Answers:
    """Gives the prepared answers one after the other, the last one for ever."""

    def __init__(self, *answers: web.Response | tuple[int, object]) -> None:
        self.answers = list(answers)
        self.requests: list[web.Request] = []

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Answer."""
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, web.Response):
            return answer
        status, content = answer
        return web.json_response(content, status=status)


SCHEMA = (200, {"schema": '"string"'})
NOT_NOW = (503, {"error_code": 50301, "message": "starting"})


async def test_a_registry_that_is_not_ready_is_asked_again() -> None:
    """What may pass is tried again, a few times."""
    answers = Answers(NOT_NOW, NOT_NOW, SCHEMA)
    async with serving(answers) as url:
        schemas = RegistrySchemas(RegistryConnection(url))
        assert (await schemas.by_id(1)).text == '"string"'
        await schemas.close()
    assert len(answers.requests) == 3


async def test_a_registry_that_stays_away_is_unavailable() -> None:
    """After the last try the error says what the registry said."""
    answers = Answers(NOT_NOW)
    async with serving(answers) as url:
        schemas = RegistrySchemas(RegistryConnection(url))
        with pytest.raises(RegistryUnavailableError, match="starting"):
            await schemas.by_id(1)
        await schemas.close()
    assert len(answers.requests) == 3


async def test_nobody_there_is_unavailable() -> None:
    """A refused connection."""
    async with serving(Answers(SCHEMA)) as url:
        pass
    schemas = RegistrySchemas(RegistryConnection(url))
    with pytest.raises(RegistryUnavailableError, match="no answer"):
        await schemas.by_id(1)
    await schemas.close()


async def test_no_answer_in_time_is_unavailable() -> None:
    """A registry that hangs does not hang us."""
    never = asyncio.Event()

    async def hang(_request: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    async with serving(hang) as url:
        schemas = RegistrySchemas(RegistryConnection(url, timeout_s=0.05))
        with pytest.raises(RegistryUnavailableError, match="Timeout"):
            await schemas.by_id(1)
        never.set()
        await schemas.close()


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(text="<html>hello</html>", content_type="text/html"),
        web.Response(text="{", content_type="application/json"),
        web.Response(text="7", content_type="application/json"),
        web.Response(status=404, text="nginx"),
        web.Response(status=302, headers={"Location": "https://login"}),
    ],
)
async def test_something_else_than_a_registry_is_unavailable(
    answer: web.Response,
) -> None:
    """A login page or a proxy is no answer, whatever its status."""

    async def page(_request: web.Request) -> web.StreamResponse:
        return web.Response(
            status=answer.status, text=answer.text, headers=dict(answer.headers)
        )

    async with serving(page) as url:
        schemas = RegistrySchemas(RegistryConnection(url))
        with pytest.raises(RegistryUnavailableError):
            await schemas.by_id(1)
        await schemas.close()


async def test_a_schema_without_text_is_not_found() -> None:
    """There is nothing to decode with."""
    async with serving(Answers((200, {}))) as url:
        schemas = RegistrySchemas(RegistryConnection(url))
        with pytest.raises(SchemaNotFoundError):
            await schemas.by_id(1)
        await schemas.close()


async def test_a_schema_is_read_once() -> None:
    """Readers at the same time share one request, later ones need none."""
    answers = Answers(SCHEMA)
    async with serving(answers) as url:
        schemas = RegistrySchemas(RegistryConnection(url))
        await asyncio.gather(*(schemas.by_id(1) for _ in range(50)))
        await schemas.by_id(1)
        assert len(answers.requests) == 1
        await schemas.close()


async def test_a_failure_is_not_kept() -> None:
    """The next reader asks again."""
    missing = (404, {"error_code": 40403, "message": "Schema 1 not found"})
    async with serving(Answers(missing, SCHEMA)) as url:
        schemas = RegistrySchemas(RegistryConnection(url))
        with pytest.raises(SchemaNotFoundError):
            await schemas.by_id(1)
        assert (await schemas.by_id(1)).id == 1
        await schemas.close()


async def test_a_reader_who_leaves_does_not_take_the_answer_along() -> None:
    """Cancelled readers leave the request to the others."""
    answers = Answers(SCHEMA)
    async with serving(answers) as url:
        schemas = RegistrySchemas(RegistryConnection(url))
        leaving = asyncio.ensure_future(schemas.by_id(1))
        staying = asyncio.ensure_future(schemas.by_id(1))
        while not answers.requests:
            await asyncio.wait([staying], timeout=0.01)
        leaving.cancel()
        assert (await staying).text == '"string"'
        await schemas.close()


async def test_closing_ends_what_is_under_way() -> None:
    """Nobody waits for an answer after that."""
    never = asyncio.Event()
    came = asyncio.Event()

    async def hang(_request: web.Request) -> web.StreamResponse:
        came.set()
        await never.wait()
        return web.Response()

    async with serving(hang) as url:
        schemas = RegistrySchemas(RegistryConnection(url))
        reading = asyncio.ensure_future(schemas.by_id(1))
        await came.wait()
        await schemas.close()
        with pytest.raises(asyncio.CancelledError):
            await reading
        never.set()


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        ("me:hunter2", f"Basic {base64.b64encode(b'me:hunter2').decode()}"),
        ("Bearer hunter2", "Bearer hunter2"),
    ],
)
async def test_credentials_are_sent_and_never_shown(auth: str, header: str) -> None:
    """In the header; not in what is raised when the registry refuses them."""
    refused = (401, {"error_code": 401, "message": "who are you?"})
    answers = Answers(SCHEMA, refused)
    async with serving(answers) as url:
        schemas = RegistrySchemas(RegistryConnection(url, auth=auth))
        await schemas.by_id(1)
        with pytest.raises(RegistryUnavailableError, match="credentials") as caught:
            await schemas.by_id(2)
        await schemas.close()
    assert answers.requests[0].headers["Authorization"] == header
    assert "hunter2" not in f"{caught.value!r} {schemas!r}"


# --- TLS


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    """A certificate authority of our own; its certificate is in `ca.pem`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return authority


@pytest.fixture
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    """A server that wants a client certificate of that authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


async def test_both_sides_show_certificates(
    authority: trustme.CA, server_tls: ssl.SSLContext, tmp_path: Path
) -> None:
    """Ours reaches the registry, its own is checked against our bundle."""
    mine = authority.issue_cert("orderbus.example")
    mine.private_key_pem.write_to_path(tmp_path / "me.key")
    mine.cert_chain_pems[0].write_to_path(tmp_path / "me.pem")
    async with serving(Answers(SCHEMA), server_tls) as url:
        schemas = RegistrySchemas(
            RegistryConnection(
                url,
                ca_file=tmp_path / "ca.pem",
                certificate_file=tmp_path / "me.pem",
                key_file=tmp_path / "me.key",
            )
        )
        assert (await schemas.by_id(1)).text == '"string"'
        await schemas.close()


async def test_a_certificate_nobody_vouches_for_is_refused(
    server_tls: ssl.SSLContext,
) -> None:
    """The public authorities know nothing of ours."""
    async with serving(Answers(SCHEMA), server_tls) as url:
        schemas = RegistrySchemas(RegistryConnection(url))
        with pytest.raises(RegistryUnavailableError, match=r"(?i)certificate"):
            await schemas.by_id(1)
        await schemas.close()


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    """At the start, not at the first request."""
    (tmp_path / "empty.pem").write_text("")
    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(ConfigurationError, match="registry"):
            RegistrySchemas(RegistryConnection("https://r", ca_file=tmp_path / name))
