"""A sender that signs as PayPal does, under a certificate of its own."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from zlib import crc32

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import CertificateBuilder, Name, NameAttribute
from cryptography.x509.oid import NameOID

HOOK = "5GP028458E2496506"
FOLDER = "https://api.paypal.com/v1/notifications/certs/"
URL = f"{FOLDER}CERT-360caa42-fca2a594-a5cafa77"


@cache
def private_key() -> rsa.RSAPrivateKey:
    """The sender's; making one takes a moment."""
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Certified:
    """Signs; `days` is how long its certificate is good, from a day before `at`."""

    at: datetime
    days: int = 30
    key: rsa.RSAPrivateKey = field(default_factory=private_key)

    @property
    def pem(self) -> str:
        """Its certificate."""
        name = Name([NameAttribute(NameOID.COMMON_NAME, "messages.example")])
        made = CertificateBuilder(name, name, self.key.public_key(), 7)
        begin = self.at - timedelta(days=1)
        made = made.not_valid_before(begin)
        made = made.not_valid_after(begin + timedelta(days=self.days))
        return made.sign(self.key, SHA256()).public_bytes(Encoding.PEM).decode()

    def headers(self, body: bytes, url: str = URL, hook: str = HOOK) -> dict[str, str]:
        """What is sent beside a body."""
        name, time = "69cd13f0-d67a-11e5-baa3-778b53f4ae55", "2026-11-02T09:29:58Z"
        message = f"{name}|{time}|{hook}|{crc32(body)}".encode()
        signature = self.key.sign(message, padding.PKCS1v15(), SHA256())
        return {
            "paypal-transmission-id": name,
            "paypal-transmission-time": time,
            "paypal-transmission-sig": b64encode(signature).decode(),
            "paypal-cert-url": url,
        }


def without(headers: Mapping[str, str], name: str) -> dict[str, str]:
    """The others."""
    return {key: value for key, value in headers.items() if key != name}
