"""AWS's services as tests have them: moto's server, a process of its own."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession

REGION, ACCOUNT = "eu-central-1", "123456789012"
KEY = {"username": "AKIAEXAMPLE", "password": "example/s3cret"}
_SESSION = AioSession()

SERVER = """
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
app = DomainDispatcherApplication(create_backend_app)
server = make_server("127.0.0.1", 0, app, threaded=True)
print(server.port, flush=True)
server.serve_forever()
"""
"""The program of moto's server; it says its port first."""


@contextmanager
def running_aws() -> Iterator[int]:
    """Its port. What it stores is gone with it."""
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", SERVER],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


@asynccontextmanager
async def client(service: str, port: int) -> AsyncIterator[Any]:
    """The library's own client of a service, as a partner has it."""
    async with _SESSION.create_client(
        service,
        region_name=REGION,
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id=KEY["username"],
        aws_secret_access_key=KEY["password"],
        config=AioConfig(proxies={}),
    ) as made:
        yield made


async def received(sqs: Any, url: str) -> list[dict[str, Any]]:
    """All messages of a queue, in the order they come; they are gone after that."""
    found: list[dict[str, Any]] = []
    while True:
        answer = await sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            AttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        if not messages:
            return found
        found += messages
        entries = [
            {"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]}
            for n, one in enumerate(messages)
        ]
        await sqs.delete_message_batch(QueueUrl=url, Entries=entries)
