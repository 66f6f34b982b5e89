"""Every error of aiohttp's client is mapped, also those of its next version."""

import inspect
from typing import NoReturn

import aiohttp
import pytest
from aiohttp import client_exceptions

from bus.adapters.http.failures import kind_of, mapped
from bus.ports import NoAnswerKind


def test_every_client_error_is_mapped() -> None:
    """The table names each error; a new one fails here, not at a partner."""
    known = {
        error
        for _, error in inspect.getmembers(client_exceptions, inspect.isclass)
        if issubclass(error, aiohttp.ClientError)
    }

    assert known - mapped() == set()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (aiohttp.ServerDisconnectedError(), NoAnswerKind.RESET),
        (aiohttp.ServerTimeoutError(), NoAnswerKind.TIMEOUT),
        (aiohttp.ClientPayloadError(), NoAnswerKind.RESET),
        (aiohttp.InvalidURL("x"), NoAnswerKind.PROTOCOL),
        (TimeoutError(), NoAnswerKind.TIMEOUT),
        (ConnectionResetError(), NoAnswerKind.RESET),
    ],
)
def test_kinds(error: BaseException, kind: NoAnswerKind) -> None:
    """Some of the table, by example."""
    assert kind_of(error) is kind


def test_unknown_error_is_not_hidden() -> None:
    """What is no failure of the endpoint is raised on."""

    def broken() -> NoReturn:
        raise LookupError("a bug")

    with pytest.raises(LookupError) as caught:
        broken()
    with pytest.raises(LookupError):
        kind_of(caught.value)
