"""Certificates of gRPC endpoints, and ours."""

import grpc
import pytest
import trustme

from bus.adapters.grpc.sink import GrpcSink
from bus.delivery.delivery import Unreachable
from bus.delivery.subscription import Tls
from bus.ports import NoAnswerKind
from tests.contract.sinks.parcels import parcel
from tests.support.grpc_receiver import GrpcReceiver

NAME = "wms.example"
OURS, STRANGER = trustme.CA(), trustme.CA()


def url(receiver: GrpcReceiver, host: str) -> str:
    """Where it is called."""
    return f"grpc{'s' if receiver.credentials else ''}://{host}:{receiver.port}"


def serving(*, clients: bool = False) -> grpc.ServerCredentials:
    """A server's certificate for the name; with `clients` it asks for theirs."""
    leaf = OURS.issue_cert(NAME)
    return grpc.ssl_server_credentials(
        [
            (
                leaf.private_key_pem.bytes(),
                b"".join(pem.bytes() for pem in leaf.cert_chain_pems),
            )
        ],
        OURS.cert_pem.bytes() if clients else None,
        require_client_auth=clients,
    )


def trusting(authority: trustme.CA, **more: str) -> Tls:
    """Settings that trust an authority."""
    return Tls(ca=authority.cert_pem.bytes().decode(), **more)


async def kind(sink: GrpcSink, receiver: GrpcReceiver, tls: Tls, host: str) -> str:
    """What came of one delivery: a kind, or accepted."""
    outcome = await sink.send(parcel(url(receiver, host), tls=tls))
    return outcome.kind if isinstance(outcome, Unreachable) else outcome.name


async def test_own_authority(sink: GrpcSink) -> None:
    """The name is checked against the certificate, the address is pinned."""
    async with GrpcReceiver(credentials=serving()) as receiver:
        assert await kind(sink, receiver, trusting(OURS), NAME) == "accepted"
        assert len(receiver.calls) == 1


@pytest.mark.parametrize(
    ("tls", "host"),
    [
        (trusting(STRANGER), NAME),
        (Tls(), NAME),
        (trusting(OURS), "other.example"),
    ],
)
async def test_not_trusted(sink: GrpcSink, tls: Tls, host: str) -> None:
    """A stranger's certificate, or one for another name, gets no event."""
    async with GrpcReceiver(credentials=serving()) as receiver:
        assert await kind(sink, receiver, tls, host) == NoAnswerKind.TLS
        assert not receiver.calls


async def test_client_certificate(sink: GrpcSink) -> None:
    """Ours is shown where it is asked for; without one there is no connection."""
    leaf = OURS.issue_cert("bus@orderbus.example")
    shown = trusting(
        OURS,
        client_certificate=leaf.cert_chain_pems[0].bytes().decode(),
        client_key=leaf.private_key_pem.bytes().decode(),
    )
    async with GrpcReceiver(credentials=serving(clients=True)) as receiver:
        assert await kind(sink, receiver, shown, NAME) == "accepted"
        without = await kind(sink, receiver, trusting(OURS), NAME)
        assert without in {NoAnswerKind.TLS, NoAnswerKind.RESET, NoAnswerKind.CONNECT}


async def test_tls_to_a_plain_server(sink: GrpcSink) -> None:
    """And the other way round: nobody is reached."""
    async with GrpcReceiver() as plain, GrpcReceiver(credentials=serving()) as secure:
        called = f"grpcs://{NAME}:{plain.port}"
        outcome = await sink.send(parcel(called, tls=trusting(OURS)))
        assert isinstance(outcome, Unreachable)
        outcome = await sink.send(parcel(f"grpc://{NAME}:{secure.port}"))
        assert isinstance(outcome, Unreachable)
