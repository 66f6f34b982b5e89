"""A Kafka with a listener that asks for a password and shows a certificate."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from bus.adapters.jvm import EmbeddedKafka, SecureListener
from tests.support.kafka import KafkaUnderTest, cache_dir


@dataclass(frozen=True)
class Secure:
    """The secure listener, and what a client needs to know of it."""

    servers: str
    plain: KafkaUnderTest
    client: Mapping[str, str]

    @property
    def settings(self) -> dict[str, object]:
        """The same, as a worker's settings."""
        named = {f"kafka_{k.replace('.', '_')}": v for k, v in self.client.items()}
        return {**named, "bootstrap_servers": self.servers}


@contextmanager
def secure_kafka(folder: Path, *, authorized: bool = False) -> Iterator[Secure]:
    """A broker with a certificate of an authority of our own, for the user alice."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    stored = keystore(folder, authority)
    listener = SecureListener(stored, "alice", "s3cret", authorized)
    kafka = EmbeddedKafka(folder / "data", cache_dir(), secure=listener, short=True)
    client = {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "alice",
        "sasl.password": "s3cret",
        "ssl.ca.location": str(folder / "ca.pem"),
    }
    with asyncio.Runner() as runner:
        runner.run(kafka.start())
        try:
            plain = KafkaUnderTest(kafka.bootstrap_servers)
            yield Secure(kafka.secure_bootstrap_servers, plain, client)
        finally:
            runner.run(kafka.stop())


def keystore(folder: Path, authority: trustme.CA) -> Path:
    """A certificate for loopback as Kafka reads it: a PKCS#8 key first."""
    certificate = authority.issue_cert("127.0.0.1")
    key = load_pem_private_key(certificate.private_key_pem.bytes(), password=None)
    chain = b"".join(part.bytes() for part in certificate.cert_chain_pems)
    pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "server.pem"
    file.write_bytes(pkcs8 + chain)
    return file
