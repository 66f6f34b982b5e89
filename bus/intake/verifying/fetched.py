"""Signatures by a public key that the sender keeps at an address of its own.

The request names the address. What it names is asked only if it is one file right below
an address that the channel declares: else anybody could sign with a key of their own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography.x509 import load_pem_x509_certificate

from bus.intake.verifying.hashed import decoded
from bus.intake.verifying.parts import AbsentError, Part, described, joined
from bus.intake.verifying.public_keys import holds
from bus.intake.verifying.verdict import Reason, Secret, Signed, Verdict

_FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True, slots=True)
class FetchedKey:
    """A signature in `header` by the key whose address stands in `key_header`.

    `below` are the addresses of folders of keys, each `https://host/…/`. A certificate
    has to be of its time.
    """

    header: str
    over: tuple[Part, ...]
    key_header: str
    below: tuple[str, ...]
    kind: str = "rsa"
    hash: str = "sha256"
    encoding: str = "base64"

    @property
    def describes(self) -> str:
        """What is signed and how."""
        how = f"{self.kind.upper()} with {self.hash.upper()}"
        where = f"key of {' or '.join(self.below)} by header {self.key_header}"
        return f"{how}, header {self.header}, over {described(self.over)}, {where}"

    @property
    def names_secret(self) -> bool:
        """Whether the source's secret is among what is signed."""
        return any(part.kind == "secret" for part in self.over)

    def key_url(self, headers: Mapping[str, str]) -> str | None:
        """The address of the key that a request names; None: none that may be asked."""
        url = headers.get(self.key_header, "").strip()
        for folder in self.below:
            if url.startswith(folder) and _FILE.fullmatch(url[len(folder) :]):
                return url
        return None

    def verify(self, signed: Signed, secrets: Sequence[Secret]) -> Verdict:
        """Try what was fetched, with each of the source's secrets."""
        text = signed.headers.get(self.header)
        if not text:
            return Verdict(Reason.UNSIGNED, text=f"there is no header {self.header}")
        if self.key_url(signed.headers) is None:
            said = f"{self.key_header} names no key below {' or '.join(self.below)}"
            return Verdict(Reason.MALFORMED, text=said)
        if self.names_secret and not secrets:
            return Verdict(Reason.NO_SECRET, text="the source has no secret")
        signature = decoded(text, self.encoding)
        if not signature:
            return Verdict(Reason.MALFORMED, text=f"{self.header} has no signature")
        return self._tried(signed, signature, secrets)

    def _tried(
        self, signed: Signed, signature: bytes, secrets: Sequence[Secret]
    ) -> Verdict:
        keys = [key for key in signed.keys if _is_of_its_time(key, signed.now)]
        if not keys:
            said = "the key that it names could not be had, or is not of this time"
            return Verdict(Reason.NO_SECRET, text=said)
        for secret in secrets if self.names_secret else (Secret("", ""),):
            try:
                message = joined(self.over, replace(signed, secret=secret.value), {})
            except AbsentError as error:
                return Verdict(Reason.MALFORMED, text=str(error))
            for key in keys:
                if holds(message, signature, key, (self.kind, self.hash)):
                    return Verdict(Reason.VERIFIED, secret.id or None)
        return Verdict(Reason.MISMATCH, text="its key does not make this signature")


def _is_of_its_time(key: str, now: datetime) -> bool:
    """Whether it is a key, or a certificate whose days have begun and not ended."""
    if "CERTIFICATE" not in key:
        return True
    try:
        known = load_pem_x509_certificate(key.encode())
    except ValueError:
        return False
    return known.not_valid_before_utc <= now <= known.not_valid_after_utc
