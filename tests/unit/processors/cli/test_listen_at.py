"""Where `bus listen` listens, as its options say it."""

import json
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bus.adapters.grpc.sink import GrpcSink
from bus.adapters.http.guard import Guard
from bus.adapters.http.places import GuardedPlaces
from bus.delivery.delivery import Accepted, Refused
from bus.delivery.endpoint import Kind
from bus.errors import ConfigurationError
from processors.cli.listen_at import Place, Wish, place_of
from processors.cli.listen_work import doing
from processors.wiring.listening import free_port
from tests.contract.sinks.parcels import SECRET, parcel
from tests.contract.sinks.worlds import LOOPBACK
from tests.support.aws import ACCOUNT, KEY, REGION, client, running_aws
from tests.support.pace import patience

BUS = [sys.executable, "-m", "processors.cli", "listen"]


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        (Wish(), Place(Kind.HTTP)),
        (Wish(grpc=True, answer="500"), Place(Kind.GRPC)),
        (Wish(kafka="kafkas://b/t"), Place(Kind.KAFKA, "kafkas://b/t")),
        (Wish(amqp="amqp://b/queues/q"), Place(Kind.AMQP, "amqp://b/queues/q")),
        (Wish(amqp1="amqps1://b/q"), Place(Kind.AMQP1, "amqps1://b/q")),
        (Wish(nats="tls://b/s"), Place(Kind.NATS, "tls://b/s")),
        (Wish(redis="rediss://b/s"), Place(Kind.REDIS, "rediss://b/s")),
        (Wish(sqs="sqs://b/1/q"), Place(Kind.SQS, "sqs://b/1/q")),
        (Wish(pubsub="pubsub://b/p/t"), Place(Kind.PUBSUB, "pubsub://b/p/t")),
        (Wish(pull="grpcs://b", answer="500"), Place(Kind.PULL, "grpcs://b")),
    ],
)
def test_the_place(wish: Wish, place: Place) -> None:
    """HTTP, unless another one is named."""
    assert place_of(wish) == place


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (Wish(grpc=True, kafka="kafka://b/t"), "--kafka and --grpc: one place"),
        (Wish(kafka="nats://b/t"), "--kafka nats://b/t: expected kafka:// or kafkas"),
        (Wish(nats="b/t"), "expected nats:// or tls://"),
        (Wish(sqs="sns://b/1/t"), "--sqs sns://b/1/t: expected sqs:// or sqs+http"),
        (Wish(redis="redis://b/s", answer="500"), "over redis nobody hears an answer"),
        (Wish(nats="nats://b/t", answer="500"), "over nats nobody hears an answer"),
        (Wish(pull="nats://b"), "--pull nats://b: expected grpc:// or grpcs://"),
        (Wish(key_file="k"), "--subscription and --key-file are for --pull"),
        (Wish(username="me"), "are for what reads a queue: --kafka, --amqp, --amqp1"),
    ],
)
def test_what_cannot_be(wish: Wish, why: str) -> None:
    """Is refused with what to do instead."""
    with pytest.raises(ConfigurationError, match=re.escape(why)):
        place_of(wish)


@pytest.mark.parametrize(
    ("place", "taken"),
    [
        (Place(Kind.AMQP, "amqp://b/queues/q"), True),
        (Place(Kind.AMQP, "amqp://b/exchanges/e"), False),
        (Place(Kind.AMQP1, "amqp1://b/q"), True),
        (Place(Kind.SQS, "sqs://b/1/q"), True),
        (Place(Kind.REDIS, "redis://b/s"), False),
        (Place(Kind.PUBSUB, "pubsub://b/p/t"), False),
        (Place(Kind.HTTP), False),
    ],
)
def test_what_is_taken_out_is_said(place: Place, *, taken: bool) -> None:
    """Before the first one is shown."""
    assert place.taken is taken
    for wish in (Wish(), Wish(forward="http://127.0.0.1:3000")):
        assert ("out of the queue" in doing(wish, place)) is taken


async def test_no_gateway_yet(tmp_path: Path) -> None:
    """It says so, dials again, and ends with Ctrl-C."""
    file = tmp_path / "key"
    file.write_text("ob_key")
    url = f"grpc://127.0.0.1:{free_port('127.0.0.1')}"
    options = ["--pull", url, "--subscription", "depot", "--key-file", str(file)]
    process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own program
        [*BUS, *options, "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert "UNAVAILABLE" in json.loads(process.stdout.readline())["away"]
        process.send_signal(signal.SIGINT)
        assert process.wait(patience(30)) == 0
        assert json.loads(process.stdout.readline())["webhooks"] == 0


async def test_over_grpc(tmp_path: Path) -> None:
    """The bus calls it: a signed event is verified, a forgery refused, both told of."""
    file = tmp_path / "secret"
    file.write_text(SECRET)
    options = ["--grpc", "--port", "0", "--count", "2", "--secret-file", str(file)]
    process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own program
        [*BUS, *options, "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["listening"]
        sink = GrpcSink(GuardedPlaces(Guard(allow=LOOPBACK), "grpc"))
        now_s = datetime.now(UTC).timestamp()
        good = await sink.send(parcel(url, now_s=now_s, timeout_s=patience(10)))
        forged = parcel(url, now_s=now_s, timeout_s=patience(10))
        forged.body = b"{}"
        refused = await sink.send(forged)
        await sink.close()
        out, _ = process.communicate(timeout=patience(20))
    first, second, summary = map(json.loads, out.splitlines())
    assert good == Accepted(200)
    assert isinstance(refused, Refused)
    assert refused.status == 401
    assert [first["verified"], second["verified"]] == [True, False]
    assert (first["order_id"], summary["webhooks"]) == ("SO-1", 2)


async def test_what_was_there_already(tmp_path: Path) -> None:
    """It is shown below what says where it comes from."""
    file = tmp_path / "key"
    file.write_text(KEY["password"])
    with running_aws() as port:
        async with client("sqs", port) as sqs:
            made = await sqs.create_queue(QueueName="orders")
            await sqs.send_message(QueueUrl=made["QueueUrl"], MessageBody="{}")
        url = f"sqs+http://127.0.0.1:{port}/{ACCOUNT}/orders?region={REGION}"
        login = ["--username", KEY["username"], "--password-file", str(file)]
        done = subprocess.run(  # noqa: S603, ASYNC221 - our own program
            [*BUS, "--sqs", url, *login, "--count", "1"],
            capture_output=True,
            text=True,
            check=True,
        )
    head, _, shown = done.stdout.partition("TIME ")
    assert "Listening on" in head, done.stdout
    assert shown.count(" taken ") == 2, done.stdout  # a line, and the sum below it
