"""Endpoints that are no webhooks: reached, secured, tried by their own sinks."""

from dataclasses import replace

import grpc
import pytest

from bus.adapters.grpc.generated.event_receiver_pb2 import Receipt
from bus.adapters.memory.sink import MemorySink
from bus.delivery.delivery import (
    Accepted,
    Failed,
    Outcome,
    Refused,
    Throttled,
    Unreachable,
)
from bus.delivery.endpoint import AWS, Kind
from processors.diagnose.findings import Severity
from processors.diagnose.subject import of_subscription
from processors.sinks import Sinks
from tests.support.grpc_receiver import GrpcReceiver, Status
from tests.unit.processors.diagnose.conftest import Lab, stored

PULLED = "pull://grpc"
REFUSED = Refused(400, "no such warehouse")


def with_sink(lab: Lab, sink: MemorySink, kind: Kind = Kind.PULL) -> Lab:
    """A lab in which endpoints of a kind are this sink's."""
    sinks = Sinks(lab.means.sender, {kind: lambda: sink})
    return replace(lab, means=replace(lab.means, sinks=sinks))


async def test_a_good_one(lab: Lab) -> None:
    """It is reached, takes a marked sample, and is timed."""
    async with GrpcReceiver() as receiver:
        found = await lab.about(f"grpc://127.0.0.1:{receiver.port}")
    assert {"dns.ok", "tcp.ok", "sent.ok", "latency.ok"} <= found.keys()
    assert not [one for one in found.values() if one.severity is Severity.ERROR]
    assert len(receiver.calls) == 6
    assert all(one.metadata["x-orderbus-test"] == "true" for one in receiver.calls)
    types = [one.event.type for one in receiver.calls]
    assert types[0].startswith("order.")
    assert set(types[1:]) == {"orderbus.test"}


async def test_what_it_refuses(lab: Lab) -> None:
    """The status is read as deliveries read it, and nothing more is sent."""
    status = Status(grpc.StatusCode.UNIMPLEMENTED, "no such service")
    async with GrpcReceiver(always=status) as receiver:
        found = await lab.about(f"grpc://127.0.0.1:{receiver.port}")
    assert "orderbus.v1.EventReceiver" in found["sent.refused"].do
    assert found["sent.refused"].evidence["detail"] == "UNIMPLEMENTED no such service"
    assert len(receiver.calls) == 1


async def test_no_tls_there(lab: Lab) -> None:
    """Then nothing is sent."""
    async with GrpcReceiver(always=Receipt()) as receiver:
        found = await lab.about(f"grpcs://127.0.0.1:{receiver.port}")
    assert "tls.handshake" in found
    assert not receiver.calls


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Accepted(200), "sent.ok"),
        (Refused(401, "who"), "sent.unauthorized"),
        (Refused(403, "not you"), "sent.unauthorized"),
        (Failed(401, None, "expired"), "sent.unauthorized"),
        (Refused(404, "no queue"), "sent.not-found"),
        (Refused(413, "4 MiB"), "sent.too-large"),
        (REFUSED, "sent.refused"),
        (Throttled(429, None, "full"), "sent.throttled"),
        (Failed(503, None, "away"), "sent.fails"),
        (Unreachable("connect", "nobody is subscribed"), "sent.unreachable"),
    ],
)
async def test_each_outcome(lab: Lab, outcome: Outcome, code: str) -> None:
    """Has its finding, with what was said and what to do."""
    found = await with_sink(lab, MemorySink(outcome)).about(PULLED)
    (one,) = [one for name, one in found.items() if name.startswith("sent.")]
    assert one.code == code
    assert bool(one.do) is (code != "sent.ok")
    assert isinstance(outcome, Accepted) or outcome.detail in one.says


async def test_nobody_answers_the_rest(lab: Lab) -> None:
    """One that takes the first and then is silent is told so."""
    sink = MemorySink(Unreachable("timeout", "no answer in time"))
    sink.then(Accepted(200))
    found = await with_sink(lab, sink).about(PULLED)
    assert "sent.ok" in found
    assert len(sink.parcels) == 2


async def test_a_stranger_gets_one(lab: Lab) -> None:
    """A partner whose endpoint has not said yet that it wants events sends one."""
    sink = MemorySink()
    subject = of_subscription(stored(PULLED, unproven=True), lab.means.clock.now())
    await with_sink(lab, sink).report(replace(subject, outsider=True))
    assert len(sink.parcels) == 1


async def test_what_is_missing_here(lab: Lab) -> None:
    """An extra or a setting that this machine lacks is told as such."""
    found = await lab.about(PULLED)
    assert "ORDERBUS_PULL_RELAYS" in found["sent.missing"].says


async def test_what_is_passed_on_as_it_came(lab: Lab) -> None:
    """Nothing is sent to a topic of Avro: a test event is none."""
    async with GrpcReceiver() as receiver:
        found = await lab.about(f"kafka://127.0.0.1:{receiver.port}/t?value=avro")
    assert "sent.nothing" in found
    assert found["sent.nothing"].severity is Severity.INFO


async def test_a_bare_url_without_a_secret(lab: Lab) -> None:
    """Nothing unsigned is ever sent."""
    sink = MemorySink()
    found = await with_sink(lab, sink).about_url(PULLED, None)
    assert "secrets.missing" in found
    assert not sink.parcels


def test_every_kind_has_advice() -> None:
    """What to do where it is not let in is known of each of ours."""
    from processors.diagnose.taking import _ADVICE  # noqa: PLC0415 - its table

    others = {Kind.HTTP, Kind.PLUGGED}
    assert set(Kind) - others == set(_ADVICE)
    assert set(_ADVICE) >= AWS
