"""Signatures by public keys, which are given: ECDSA, RSA, ed25519, and detached JWS.

A sender may name its key (`kid`); one that names a key we do not have is refused. The
algorithm is the channel's, never what a request asks for.
"""

from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import (
    SHA1,
    SHA256,
    SHA384,
    SHA512,
    HashAlgorithm,
)
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from bus.contracts.jsontext import read_json
from bus.errors import DecodeError
from bus.intake.verifying.hashed import decoded
from bus.intake.verifying.parts import AbsentError, Part, described, joined
from bus.intake.verifying.verdict import Reason, Secret, Signed, Verdict

_HASHES: dict[str, HashAlgorithm] = {
    "sha1": SHA1(),  # noqa: S303 - what a sender chose; it is not ours to change
    "sha256": SHA256(),
    "sha384": SHA384(),
    "sha512": SHA512(),
}
_Key = object


def holds(message: bytes, signature: bytes, key: str, scheme: tuple[str, str]) -> bool:
    """Whether a key (PEM, or a certificate in PEM) made a signature.

    `scheme` is ecdsa, rsa, rsa-pss or ed25519, and the hash's name.
    """
    kind, name = scheme
    hashed = _HASHES[name]
    try:
        match kind, loaded(key):
            case "ecdsa", ec.EllipticCurvePublicKey() as public:
                public.verify(signature, message, ec.ECDSA(hashed))
            case "rsa", rsa.RSAPublicKey() as public:
                public.verify(signature, message, padding.PKCS1v15(), hashed)
            case "rsa-pss", rsa.RSAPublicKey() as public:
                salted = padding.PSS(padding.MGF1(hashed), padding.PSS.DIGEST_LENGTH)
                public.verify(signature, message, salted, hashed)
            case "ed25519", ed25519.Ed25519PublicKey() as public:
                public.verify(signature, message)
            case _:
                return False
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def loaded(key: str) -> _Key:
    """The key of a text in PEM, or of a certificate.

    Raises:
        ValueError, UnsupportedAlgorithm: it is none.
    """
    pem = key.encode()
    if b"CERTIFICATE" in pem:
        return load_pem_x509_certificate(pem).public_key()
    return load_pem_public_key(pem)


def made_by(
    message: bytes,
    signature: bytes,
    keys: Sequence[Secret],
    scheme: tuple[str, str],
    kid: str = "",
) -> str | None:
    """The id of the key that made a signature; only those named, if one is named."""
    named = [key for key in keys if not kid or not key.kid or key.kid == kid]
    for key in named:
        if holds(message, signature, key.value, scheme):
            return key.id
    return None


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A signature in a header, over parts of the request.

    `form` is plain, or json: the header is base64 of an object with `signature` and
    `kid`.
    """

    header: str
    over: tuple[Part, ...]
    kind: str
    hash: str = "sha256"
    encoding: str = "base64"
    form: str = "plain"

    @property
    def describes(self) -> str:
        """What is signed and how."""
        how = f"{self.kind.upper()} with {self.hash.upper()}"
        return f"{how}, header {self.header}, over {described(self.over)}"

    def verify(self, signed: Signed, secrets: Sequence[Secret]) -> Verdict:
        """Try the keys, or the one that the header names."""
        header = signed.headers.get(self.header)
        if not header:
            return Verdict(Reason.UNSIGNED, text=f"there is no header {self.header}")
        if not secrets:
            return Verdict(Reason.NO_SECRET, text="the source has no public key")
        text, kid = (header, "") if self.form == "plain" else _from_json(header)
        signature = decoded(text, self.encoding)
        if not signature:
            return Verdict(Reason.MALFORMED, text=f"{self.header} has no signature")
        try:
            message = joined(self.over, signed, {})
        except AbsentError as error:
            return Verdict(Reason.MALFORMED, text=str(error))
        scheme = (self.kind, self.hash)
        found = made_by(message, signature, secrets, scheme, kid)
        if found is None:
            return Verdict(Reason.MISMATCH, text="no key makes this signature")
        return Verdict(Reason.VERIFIED, found)


def _from_json(header: str) -> tuple[str, str]:
    try:
        value = read_json(b64decode(header, validate=True))
    except (ValueError, DecodeError):
        return "", ""
    if not isinstance(value, dict):
        return "", ""
    return str(value.get("signature", "")), str(value.get("kid", ""))


_JWS = {
    "RS256": ("rsa", "sha256", 0),
    "RS384": ("rsa", "sha384", 0),
    "RS512": ("rsa", "sha512", 0),
    "PS256": ("rsa-pss", "sha256", 0),
    "ES256": ("ecdsa", "sha256", 32),
    "ES384": ("ecdsa", "sha384", 48),
    "EdDSA": ("ed25519", "sha512", 0),
}
JWS_ALGORITHMS = tuple(_JWS)
_HEADERS_READ = frozenset({"b64"})


@dataclass(frozen=True, slots=True)
class Jws:
    """A detached JWS over the body (RFC 7515, appendix F; RFC 7797).

    Only the channel's own algorithm is taken, whatever the header says.
    """

    header: str
    algorithm: str = "RS256"

    @property
    def describes(self) -> str:
        """What is signed and how."""
        return f"detached JWS, {self.algorithm}, header {self.header}, over body"

    def verify(self, signed: Signed, secrets: Sequence[Secret]) -> Verdict:
        """Try the keys, or the one that the token names."""
        token = signed.headers.get(self.header)
        if not token:
            return Verdict(Reason.UNSIGNED, text=f"there is no header {self.header}")
        if not secrets:
            return Verdict(Reason.NO_SECRET, text="the source has no public key")
        head, _, rest = token.strip().partition(".")
        payload, _, tail = rest.partition(".")
        protected, signature = _protected(head), _unpadded(tail)
        if protected is None or not signature or payload:
            return Verdict(Reason.MALFORMED, text=f"{self.header} is no detached JWS")
        if protected.get("alg") != self.algorithm:
            text = f"signed by another algorithm than {self.algorithm}"
            return Verdict(Reason.MALFORMED, text=text)
        message = head.encode() + b"." + _payload(signed.body, protected)
        kid = protected.get("kid")
        kind, name, size = _JWS[self.algorithm]
        raw = _in_der(signature, size) if size else signature
        keys = [key for key in secrets if not kid or not key.kid or key.kid == kid]
        found = made_by(message, raw, keys, (kind, name))
        if found is None:
            return Verdict(Reason.MISMATCH, text="no key makes this signature")
        return Verdict(Reason.VERIFIED, found)


def _protected(head: str) -> dict[str, object] | None:
    """The protected header; None if it is none, or wants what is not understood."""
    try:
        value = read_json(_unpadded(head) or b"")
    except DecodeError:
        return None
    if not isinstance(value, dict):
        return None
    critical = value.get("crit", [])
    if not isinstance(critical, list) or not _HEADERS_READ.issuperset(critical):
        return None
    return value


def _payload(body: bytes, protected: dict[str, object]) -> bytes:
    if protected.get("b64") is False:
        return body
    return urlsafe_b64encode(body).rstrip(b"=")


def _unpadded(text: str) -> bytes | None:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None


def _in_der(signature: bytes, size: int) -> bytes:
    """JWS joins the two numbers of an ECDSA signature, others wrap them in DER."""
    if len(signature) != 2 * size:
        return b""
    r, s = signature[:size], signature[size:]
    return encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
