"""What the sink of Pub/Sub promises beside what all sinks do."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from bus.delivery.delivery import Accepted, Refused, Unreachable
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.pubsub_worlds import (
    answer,
    fault,
    pubsub_sink,
    said,
    taken,
    template,
)
from tests.support.endpoint import Endpoint, Exchange
from tests.support.pace import patience
from tests.support.pubsub_emulator import PubsubUnderTest

KEY = generate_private_key(65_537, 2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
ACCOUNT = {"username": "bus@project.iam.gserviceaccount.com", "password": PEM}


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    """A stand-in of Google."""
    async with Endpoint() as made:
        yield made


def at(port: int, topic: str = "orders") -> str:
    """The URL of a topic."""
    return template(topic).format(f"127.0.0.1:{port}")


# --- on Google's emulator


async def test_in_order_by_key(pubsub: PubsubUnderTest) -> None:
    """A message has its order as ordering key; those of an order come in order."""
    topic = f"orders-{uuid4().hex[:12]}"
    await asyncio.to_thread(pubsub.topic, topic)
    sink, wait = pubsub_sink(), patience(20)
    for number in range(30):
        order, body = f"SO-{number % 3}", str(number).encode()
        sent = parcel(
            at(pubsub.port, topic), body, number=number, order=order, timeout_s=wait
        )
        assert await sink.send(sent) == Accepted(200)
    await sink.close()
    got = await asyncio.to_thread(pubsub.taken, topic)
    by_key: dict[object, list[int]] = {}
    for one in got:
        by_key.setdefault(one["orderingKey"], []).append(int(str(one["data"], "ascii")))  # type: ignore[call-overload]
    assert by_key == {f"SO-{k}": list(range(k, 30, 3)) for k in range(3)}


async def test_no_such_topic(pubsub: PubsubUnderTest) -> None:
    """Is refused."""
    sink = pubsub_sink()
    sent = parcel(at(pubsub.port, "nowhere"), timeout_s=patience(20))
    outcome = await sink.send(sent)
    await sink.close()
    assert isinstance(outcome, Refused)
    assert outcome.status == 404
    assert outcome.detail.startswith("NOT_FOUND")


# --- several in a request


async def test_one_bad_of_several(endpoint: Endpoint) -> None:
    """What a whole request is refused with is said of that one alone."""
    bad = base64.b64encode(b"bad").decode()

    def respond(exchange: Exchange) -> None:
        spoilt = any(one["data"] == bad for one in said(exchange))
        exchange.write(fault(400, "INVALID_ARGUMENT") if spoilt else taken(exchange))

    endpoint.respond = respond
    sink, url = pubsub_sink(), at(endpoint.port)
    outcomes = await asyncio.gather(
        *(
            sink.send(parcel(url, body, number=n, order=f"SO-{n}"))
            for n, body in enumerate((b"good", b"bad", b"good"))
        )
    )
    await sink.close()
    assert outcomes[0] == outcomes[2] == Accepted(200)
    assert isinstance(outcomes[1], Refused)
    assert [len(said(one)) for one in endpoint.requests] == [3, 1, 1, 1]


async def test_an_answer_for_too_few(endpoint: Endpoint) -> None:
    """Is no answer: each comes again."""
    endpoint.respond = lambda exchange: exchange.write(answer(200, {"messageIds": []}))
    sink = pubsub_sink()
    outcome = await sink.send(parcel(at(endpoint.port)))
    await sink.close()
    assert isinstance(outcome, Unreachable)


async def test_too_large(endpoint: Endpoint) -> None:
    """What is larger than Pub/Sub takes is not sent."""
    sink = pubsub_sink()
    outcome = await sink.send(parcel(at(endpoint.port), b"x" * 9_000_001))
    await sink.close()
    assert isinstance(outcome, Refused)
    assert outcome.status == 413
    assert not endpoint.requests


# --- signing in


class Google:
    """Gives tokens, and takes what is published with the newest of them."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.issuer = f"http://127.0.0.1:{endpoint.port}/token"
        self.tokens = 0
        self.grants: list[str] = []
        self.refusal = b""
        self.revoked = 0
        endpoint.respond = self._respond

    def _respond(self, exchange: Exchange) -> None:
        if b"/token " in exchange.head:
            self.grants.append(parse_qs(exchange.body.decode())["assertion"][0])
            self.tokens += 1
            token = {"access_token": f"t{self.tokens}", "expires_in": 3599}
            exchange.write(self.refusal or answer(200, token))
            return
        good = f"bearer t{self.tokens}\r\n".encode() in exchange.head.lower()
        if good and self.tokens > self.revoked:
            exchange.write(taken(exchange))
        else:
            exchange.write(fault(401, "UNAUTHENTICATED"))


async def test_a_token_for_many(endpoint: Endpoint) -> None:
    """It is asked for once, by an assertion that the account's key has signed."""
    google = Google(endpoint)
    sink = pubsub_sink(issuer=google.issuer)
    for number in range(3):
        sent = parcel(at(endpoint.port), number=number, login=ACCOUNT)
        assert await sink.send(sent) == Accepted(200)
    await sink.close()
    (grant,) = google.grants
    signed, _, signature = grant.rpartition(".")
    KEY.public_key().verify(_decoded(signature), signed.encode(), PKCS1v15(), SHA256())
    claims = json.loads(_decoded(signed.partition(".")[2]))
    assert claims["iss"] == ACCOUNT["username"]
    assert claims["aud"] == google.issuer
    assert claims["exp"] - claims["iat"] == 3600


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


async def test_a_token_that_ends(endpoint: Endpoint) -> None:
    """One that is not accepted any more is got anew, once; after that it is a no."""
    google = Google(endpoint)
    sink, url = pubsub_sink(issuer=google.issuer), at(endpoint.port)
    assert await sink.send(parcel(url, login=ACCOUNT)) == Accepted(200)
    google.revoked = 1
    assert await sink.send(parcel(url, number=2, login=ACCOUNT)) == Accepted(200)
    google.revoked = 99
    outcome = await sink.send(parcel(url, number=3, login=ACCOUNT))
    await sink.close()
    assert isinstance(outcome, Refused)
    assert outcome.status == 401
    assert google.tokens == 3


@pytest.mark.parametrize("password", ["wr0ng", PEM])
async def test_no_such_account(endpoint: Endpoint, password: str) -> None:
    """A key that is none, or of nobody, is refused; nothing of it is told."""
    google = Google(endpoint)
    google.refusal = answer(
        400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
    )
    sink = pubsub_sink(issuer=google.issuer)
    login = {**ACCOUNT, "password": password}
    outcome = await sink.send(parcel(at(endpoint.port), login=login))
    await sink.close()
    assert isinstance(outcome, Refused), outcome
    assert outcome.status == 401
    assert "wr0ng" not in outcome.detail
    assert "PRIVATE" not in outcome.detail
