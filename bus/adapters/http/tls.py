"""A subscription's TLS settings, turned into SSL contexts."""

import os
import ssl
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bus.delivery.subscription import Tls

_DEFAULT = Tls()
_MOST_CONTEXTS = 5_000


class BadTlsError(Exception):
    """A subscription's certificates cannot be used. The text says which."""


class Contexts:
    """SSL contexts by value: equal settings share one, and its sessions.

    Args:
        protocols: What is offered to be spoken (ALPN); nothing is fine.
    """

    def __init__(self, protocols: Sequence[str] = ("http/1.1",)) -> None:
        self._protocols = protocols
        self._by_tls: dict[Tls, ssl.SSLContext] = {}

    def of(self, tls: Tls | None) -> ssl.SSLContext:
        """The context for these settings; None means the defaults.

        Raises:
            BadTlsError: a PEM text is no certificate or key, or they do not match.
        """
        tls = _DEFAULT if tls is None else tls
        context = self._by_tls.get(tls)
        if context is None:
            context = _make(tls, self._protocols)
            if len(self._by_tls) >= _MOST_CONTEXTS:
                self._by_tls.pop(next(iter(self._by_tls)))
            self._by_tls[tls] = context
        return context


def _make(tls: Tls, protocols: Sequence[str]) -> ssl.SSLContext:
    if tls.ca is not None and not tls.ca.strip():
        raise BadTlsError("the CA bundle is empty")
    try:
        # An own CA replaces the system's, it does not join them.
        context = ssl.create_default_context(cadata=tls.ca)
    except (ssl.SSLError, ValueError):
        raise BadTlsError("the CA bundle cannot be read") from None
    if protocols:
        context.set_alpn_protocols(protocols)
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.client_certificate is not None and tls.client_key is not None:
        _show(context, tls.client_certificate, tls.client_key)
    return context


def _show(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """Load a client certificate; the ssl module takes it from a path only."""
    with _nameless(f"{certificate}\n{key}\n".encode()) as path:
        try:
            context.load_cert_chain(path, password=_no_password)
        except (ssl.SSLError, ValueError):
            raise BadTlsError(
                "the client certificate and key cannot be used together"
            ) from None


def _no_password() -> str:
    # Without this OpenSSL would ask on the terminal, and wait.
    raise ValueError("an encrypted key")


class _nameless:  # noqa: N801 - reads as a function, like contextlib's own
    """Bytes under a path for the time of the block, in memory where possible."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._path: str | None = None
        self._descriptor = -1

    def __enter__(self) -> str:
        if hasattr(os, "memfd_create"):
            self._descriptor = os.memfd_create("orderbus")
            path = f"/proc/self/fd/{self._descriptor}"
        else:
            self._descriptor, path = tempfile.mkstemp()
            self._path = path
        os.write(self._descriptor, self._content)
        return path

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)
        if self._path is not None:
            with suppress(OSError):
                Path(self._path).unlink()
