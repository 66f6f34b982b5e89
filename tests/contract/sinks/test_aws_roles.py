"""Roles that are assumed before a queue of AWS is called."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from bus.delivery.delivery import Accepted, Refused
from tests.contract.sinks.aws_worlds import aws_sink
from tests.contract.sinks.parcels import parcel
from tests.support.aws import ACCOUNT, KEY, REGION, client, received
from tests.support.endpoint import Endpoint, Exchange
from tests.support.pace import patience

ROLE = f"arn:aws:iam::{ACCOUNT}:role/orders"
_KEYS = """\
<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials><AccessKeyId>ASIAROLE{number}</AccessKeyId>
<SecretAccessKey>s3cret</SecretAccessKey><SessionToken>t0ken</SessionToken>
<Expiration>{until}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>
"""
_DENIED = """\
<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>
<Type>Sender</Type><Code>AccessDenied</Code><Message>not you</Message>
</Error></ErrorResponse>
"""
_SENT = '{"Successful": [{"Id": "0", "MessageId": "m"}], "Failed": []}'


class Sts:
    """Gives a role's keys for so long, and takes whatever is sent."""

    def __init__(self, endpoint: Endpoint, lasts: timedelta) -> None:
        self.url = (
            f"sqs+http://127.0.0.1:{endpoint.port}/{ACCOUNT}/orders"
            f"?region={REGION}&role={ROLE}"
        )
        self.lasts = lasts
        self.answer = ""
        self.asked: list[dict[str, list[str]]] = []
        self.signed: list[str] = []
        endpoint.respond = self._respond

    def _respond(self, exchange: Exchange) -> None:
        if b"Action=AssumeRole" not in exchange.body:
            self.signed.append(exchange.head.decode())
            exchange.write(_answer(200, _SENT))
            return
        self.asked.append(parse_qs(exchange.body.decode()))
        until = (datetime.now(UTC) + self.lasts).isoformat()
        keys = _KEYS.format(number=len(self.asked), until=until)
        exchange.write(_answer(403 if self.answer else 200, self.answer or keys))


def _answer(status: int, body: str) -> bytes:
    head = f"HTTP/1.1 {status} x\r\ncontent-length: {len(body)}\r\n\r\n"
    return (head + body).encode()


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    """A stand-in of AWS."""
    async with Endpoint() as made:
        yield made


async def test_a_role_is_assumed_once(endpoint: Endpoint) -> None:
    """By the login, for this subscription alone; its keys sign while they last."""
    sts, sink = Sts(endpoint, timedelta(hours=1)), aws_sink()

    for number in range(3):
        assert await sink.send(parcel(sts.url, number=number)) == Accepted(200)
    await sink.close()

    (asked,) = sts.asked
    assert asked["RoleArn"] == [ROLE]
    assert asked["ExternalId"] == ["acme"]
    assert f"Credential={KEY['username']}/" in endpoint.requests[0].head.decode()
    assert len(sts.signed) == 3
    for head in sts.signed:
        assert "Credential=ASIAROLE1/" in head
        assert "t0ken" in head
        assert KEY["username"] not in head


async def test_it_is_assumed_anew(endpoint: Endpoint) -> None:
    """Before its keys end."""
    sts, sink = Sts(endpoint, timedelta(minutes=1)), aws_sink()

    for number in range(2):
        assert await sink.send(parcel(sts.url, number=number)) == Accepted(200)
    await sink.close()

    assert "Credential=ASIAROLE1/" in sts.signed[0]
    assert len(sts.asked) >= 2
    assert "Credential=ASIAROLE1/" not in sts.signed[1]


async def test_it_may_not_be_assumed(endpoint: Endpoint) -> None:
    """Then the delivery is refused, and says why; nothing was sent."""
    sts, sink = Sts(endpoint, timedelta(hours=1)), aws_sink()
    sts.answer = _DENIED

    outcome = await sink.send(parcel(sts.url))
    sts.answer = "<odd/>"
    odd = await sink.send(parcel(sts.url))
    await sink.close()

    assert isinstance(outcome, Refused), outcome
    assert outcome.status == 403
    assert "AccessDenied" in outcome.detail
    assert not isinstance(odd, Accepted)
    assert not sts.signed


async def test_on_moto(aws: int) -> None:
    """With AWS's own protocol of it, as moto has it."""
    async with client("sqs", aws) as sqs:
        made = await sqs.create_queue(QueueName="by-role")
        url = (
            f"sqs+http://127.0.0.1:{aws}/{ACCOUNT}/by-role?region={REGION}&role={ROLE}"
        )
        sink = aws_sink()
        sent = parcel(url, timeout_s=patience(30))
        assert await sink.send(sent) == Accepted(200)
        await sink.close()
        assert len(await received(sqs, made["QueueUrl"])) == 1
