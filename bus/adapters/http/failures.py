"""aiohttp's errors, in one table. A test fails when the library grows another."""

import ssl

import aiohttp
from aiohttp import client_exceptions as failures
from aiohttp.http_exceptions import HttpProcessingError

from bus.adapters.http.framing import fault
from bus.ports import NoAnswerKind


class BrokenBodyError(aiohttp.ClientPayloadError):
    """Ours: a body that is no body, told at once. aiohttp waits for more."""


_KINDS: dict[type[BaseException], NoAnswerKind] = {
    # The own words of the operating system and of Python's TLS.
    TimeoutError: NoAnswerKind.TIMEOUT,
    ssl.SSLError: NoAnswerKind.TLS,
    OSError: NoAnswerKind.RESET,
    # Before the request was on its way.
    failures.ClientConnectorError: NoAnswerKind.CONNECT,
    failures.ClientConnectorDNSError: NoAnswerKind.DNS,
    failures.ClientProxyConnectionError: NoAnswerKind.CONNECT,
    failures.UnixClientConnectorError: NoAnswerKind.CONNECT,
    failures.ClientSSLError: NoAnswerKind.TLS,
    failures.ClientConnectorSSLError: NoAnswerKind.TLS,
    failures.ClientConnectorCertificateError: NoAnswerKind.TLS,
    failures.ServerFingerprintMismatch: NoAnswerKind.TLS,
    failures.ConnectionTimeoutError: NoAnswerKind.TIMEOUT,
    # While it was.
    failures.ServerTimeoutError: NoAnswerKind.TIMEOUT,
    failures.SocketTimeoutError: NoAnswerKind.TIMEOUT,
    failures.ClientConnectionError: NoAnswerKind.RESET,
    failures.ClientConnectionResetError: NoAnswerKind.RESET,
    failures.ClientOSError: NoAnswerKind.RESET,
    failures.ServerConnectionError: NoAnswerKind.RESET,
    failures.ServerDisconnectedError: NoAnswerKind.RESET,
    failures.ClientPayloadError: NoAnswerKind.RESET,
    failures.UploadAbortedError: NoAnswerKind.RESET,
    # What came was no answer, or the URL no URL.
    failures.ClientResponseError: NoAnswerKind.PROTOCOL,
    failures.ContentTypeError: NoAnswerKind.PROTOCOL,
    BrokenBodyError: NoAnswerKind.PROTOCOL,
    failures.WSServerHandshakeError: NoAnswerKind.PROTOCOL,
    failures.ClientHttpProxyError: NoAnswerKind.PROTOCOL,
    failures.TooManyRedirects: NoAnswerKind.PROTOCOL,
    failures.InvalidURL: NoAnswerKind.PROTOCOL,
    failures.InvalidUrlClientError: NoAnswerKind.PROTOCOL,
    failures.RedirectClientError: NoAnswerKind.PROTOCOL,
    failures.NonHttpUrlClientError: NoAnswerKind.PROTOCOL,
    failures.InvalidUrlRedirectClientError: NoAnswerKind.PROTOCOL,
    failures.NonHttpUrlRedirectClientError: NoAnswerKind.PROTOCOL,
    # What none of the above is; the test keeps it empty.
    aiohttp.ClientError: NoAnswerKind.PROTOCOL,
}


def kind_of(error: BaseException) -> NoAnswerKind:
    """Which kind of no answer an error of aiohttp means."""
    if isinstance(error.__cause__, ssl.SSLError):
        # TLS 1.3: a refused client certificate shows up while reading.
        return NoAnswerKind.TLS
    if isinstance(error, failures.ClientConnectorError) and _hung_up(error.os_error):
        return NoAnswerKind.TLS
    for type_ in type(error).__mro__:
        if type_ in _KINDS:
            return _KINDS[type_]
    raise error


def fault_in(error: BaseException) -> str:
    """What is wrong with an answer's framing; "" if nothing is."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, HttpProcessingError) and (words := fault(seen.message)):
            return words
        seen = seen.__cause__
    return ""


def _hung_up(error: BaseException) -> bool:
    """Whether a failed connection was made, but ended while TLS was negotiated."""
    return isinstance(error, ConnectionResetError | ConnectionAbortedError)


def mapped() -> frozenset[type[BaseException]]:
    """The errors in the table, for the test that guards it."""
    return frozenset(_KINDS)
