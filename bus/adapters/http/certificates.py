"""The certificates that an endpoint showed, trusted or not."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress

from cryptography import x509
from cryptography.x509.oid import NameOID

from bus.adapters.http.reply import excerpt
from bus.probing import Certificate

_MOST = 10
_MOST_NAMES = 20


def shown(connection: ssl.SSLObject | None) -> Sequence[Certificate]:
    """The chain as it was sent, the endpoint's own certificate first."""
    if connection is None:
        return ()
    return tuple(_read(_chain(connection)))


def _chain(connection: ssl.SSLObject) -> Iterator[bytes]:
    # Public from Python 3.13 on, and in bytes; before that one floor down.
    public = getattr(connection, "get_unverified_chain", None)
    if public is not None:
        yield from public()
        return
    inner = getattr(getattr(connection, "_sslobj", None), "get_unverified_chain", None)
    if inner is None:
        own = connection.getpeercert(binary_form=True)
        if own:
            yield own
        return
    for certificate in inner() or ():
        yield ssl.PEM_cert_to_DER_cert(certificate.public_bytes())


def _read(chain: Iterator[bytes]) -> Iterator[Certificate]:
    for _, encoded in zip(range(_MOST), chain, strict=False):
        # Whoever answers made it; what nobody can read is left out.
        with suppress(ValueError, TypeError):
            yield _certificate(x509.load_der_x509_certificate(encoded))


def _certificate(read: x509.Certificate) -> Certificate:
    return Certificate(
        subject=_named(read.subject),
        issuer=_named(read.issuer),
        names=_names(read),
        not_before_s=read.not_valid_before_utc.timestamp(),
        not_after_s=read.not_valid_after_utc.timestamp(),
    )


def _named(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    text = str(common[0].value) if common else name.rfc4514_string()
    return excerpt(text.encode())


def _names(read: x509.Certificate) -> Sequence[str]:
    try:
        found = read.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return ()
    names = [
        *found.value.get_values_for_type(x509.DNSName),
        *map(str, found.value.get_values_for_type(x509.IPAddress)),
    ]
    return tuple(excerpt(name.encode()) for name in names[:_MOST_NAMES])
