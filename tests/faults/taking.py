"""Partners' servers that write each event to a file before they say that they have it.

`python -m tests.faults.taking grpc|sqs PORT FILE`.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    create_backend_app,
)
from moto.sqs.models import sqs_backends
from werkzeug.serving import make_server

from bus.adapters.grpc.generated.event_receiver_pb2 import Receipt
from processors.clock import SystemClock
from tests.support.aws import ACCOUNT, REGION
from tests.support.grpc_receiver import Call, GrpcReceiver

_CLOCK = SystemClock()
_QUEUE = "orders.fifo"
_MANY = 50
Wsgi: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Arrivals:
    """A file with a line an event."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)

    def add(self, webhook_id: str) -> None:
        """Write it; it stands there though this process is killed now."""
        self._file.write(f"{webhook_id} {int(_CLOCK.now() * 1e9)}\n")


async def take_calls(port: int, arrivals: Arrivals) -> None:
    """A gRPC server."""

    def called(call: Call) -> Receipt:
        arrivals.add(call.metadata["webhook-id"])
        return Receipt()

    async with GrpcReceiver(always=called, port=port):
        await asyncio.Event().wait()


def take_messages(port: int, arrivals: Arrivals) -> None:
    """Moto's SQS with a FIFO queue; what it accepts is told before its answer goes."""
    sqs_backends[ACCOUNT][REGION].create_queue(_QUEUE, {"FifoQueue": "true"})
    app = DomainDispatcherApplication(create_backend_app)
    make_server(
        "127.0.0.1", port, telling(app, arrivals), threaded=True
    ).serve_forever()


def telling(app: Wsgi, arrivals: Arrivals) -> Wsgi:
    """A server that tells which messages it has accepted."""

    def serve(
        environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        environ["wsgi.input"] = BytesIO(body)
        answer = b"".join(app(environ, start_response))
        if "SendMessage" in environ.get("HTTP_X_AMZ_TARGET", ""):
            for id_ in accepted(json.loads(body), json.loads(answer)):
                arrivals.add(id_)
            _empty()
        return [answer]

    return serve


def _empty() -> None:
    """For each message that comes moto goes through all that are there, for seconds."""
    backend = sqs_backends[ACCOUNT][REGION]
    queue = backend.get_queue(_QUEUE)
    if len(queue.messages) > _MANY:
        queue.last_purged_at = None  # AWS allows it once a minute
        backend.purge_queue(_QUEUE)


def accepted(asked: Mapping[str, Any], answer: Mapping[str, Any]) -> Iterable[str]:
    """The ids of the events that an answer says are there."""
    entries = asked.get("Entries", [asked])
    good = {one["Id"] for one in answer.get("Successful", ())}
    for entry in entries:
        if "MessageId" in answer or entry.get("Id") in good:
            yield entry["MessageAttributes"]["webhook-id"]["StringValue"]


if __name__ == "__main__":
    kind, port, path = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    if kind == "grpc":
        asyncio.run(take_calls(port, Arrivals(path)))
    else:
        take_messages(port, Arrivals(path))
