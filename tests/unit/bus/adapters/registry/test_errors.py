"""Every error of the registry's client has a meaning to us."""

import ssl

import pytest
from confluent_kafka.schema_registry import error as client_errors
from confluent_kafka.schema_registry.common._httpx_compat import httpx
from confluent_kafka.schema_registry.error import SchemaRegistryError

from bus.adapters.registry.errors import CLIENT_ERRORS, retriable, translated
from bus.errors import (
    IncompatibleSchemaError,
    InvalidSchemaError,
    RegistryUnavailableError,
    SchemaNotFoundError,
)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (404, 40401, SchemaNotFoundError),
        (404, 40402, SchemaNotFoundError),
        (404, 40403, SchemaNotFoundError),
        (404, -1, RegistryUnavailableError),  # no registry at this path
        (404, None, RegistryUnavailableError),
        (409, 409, IncompatibleSchemaError),
        (409, 40901, IncompatibleSchemaError),
        (422, 42201, InvalidSchemaError),
        (422, 42209, InvalidSchemaError),
        (422, 42205, RegistryUnavailableError),  # read-only
        (401, 40101, RegistryUnavailableError),
        (403, -1, RegistryUnavailableError),
        (429, 42901, RegistryUnavailableError),
        (500, 50001, RegistryUnavailableError),
        (503, -1, RegistryUnavailableError),
    ],
)
def test_answers_have_a_meaning(
    status: int, code: int, expected: type[Exception]
) -> None:
    """By status and Confluent's code; a status without one is no clear answer."""
    found = translated(SchemaRegistryError(status, code, "because"), "subject")
    assert type(found) is expected
    assert "because" in str(found)


@pytest.mark.parametrize(("status", "code"), [(409, 409), (422, 42201), (422, 42209)])
def test_who_only_reads_has_nothing_wrong(status: int, code: int) -> None:
    """A gateway may say so of an id; it is no answer, and ends no reader."""
    found = translated(SchemaRegistryError(status, code, "because"))
    assert type(found) is RegistryUnavailableError
    assert "because" in str(found)


def test_reasons_are_kept_one_a_line() -> None:
    """Ours come after a heading; another registry's text is the one reason."""
    ours = translated(SchemaRegistryError(409, 409, "Incompatible:\n one\ntwo"), "s")
    assert isinstance(ours, IncompatibleSchemaError)
    assert ours.reasons == ("one", "two")
    theirs = translated(SchemaRegistryError(409, 409, "details: [x]"), "s")
    assert isinstance(theirs, IncompatibleSchemaError)
    assert theirs.reasons == ("details: [x]",)


def test_long_answers_are_cut() -> None:
    """A proxy's error page does not flood the log."""
    page = translated(SchemaRegistryError(502, -1, "<html>" * 1000))
    assert len(str(page)) < 600


@pytest.mark.parametrize(
    ("error", "worth_it"),
    [
        (httpx.ConnectError("refused"), True),
        (httpx.ReadTimeout("slow"), True),
        (httpx.UnsupportedProtocol("ftp"), False),
        (SchemaRegistryError(503, -1, ""), True),
        (SchemaRegistryError(429, -1, ""), True),
        (SchemaRegistryError(404, 40403, ""), False),
        (SchemaRegistryError(409, 409, ""), False),
        (ssl.SSLError("no"), False),
        (ValueError("not JSON"), False),
    ],
)
def test_only_what_may_pass_is_tried_again(error: Exception, *, worth_it: bool) -> None:
    """Answers that will not change are not asked for twice."""
    assert retriable(error) is worth_it


def test_all_errors_of_the_client_are_known() -> None:
    """The table is complete: this fails when the library grows an error."""
    own = {
        value
        for module in (client_errors, httpx)
        for name in dir(module)
        if isinstance(value := getattr(module, name), type)
        and issubclass(value, Exception)
        and value.__module__.split(".")[0] in {"confluent_kafka", httpx.__name__}
    }
    # Raised only where bodies are streamed or cookies read by hand; never by it.
    apart = {"CookieConflict", "StreamError", "StreamConsumed", "StreamClosed"}
    apart |= {"ResponseNotRead", "RequestNotRead"}
    unknown = {e.__name__ for e in own if not issubclass(e, CLIENT_ERRORS)}
    assert unknown <= apart
    for error in CLIENT_ERRORS:
        instance = error.__new__(error)
        if not isinstance(instance, SchemaRegistryError):
            assert isinstance(translated(instance), RegistryUnavailableError)


def test_where_was_asked_is_said_without_credentials() -> None:
    """A typo in the URL is seen; a password in it is not."""
    asked = httpx.Request("GET", "http://oms:hunter2@registry:8082/subjects")
    said = str(translated(httpx.ConnectError("refused", request=asked)))
    assert "http://registry:8082 gave no answer" in said
    assert "hunter2" not in said
