"""What answers as AWS's and Google's services do, and keeps nothing.

It says on its first line where it is, and ends with its standard input. Their doubles
are slower than any sink, so that beside them nothing but they would be measured.
"""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import orjson
import uvloop

from processors.receiver.connection import Connection, Request, answer_bytes
from processors.receiver.door import Door

_SNS = "http://sns.amazonaws.com/doc/2010-03-31/"
_JSON = (("content-type", "application/x-amz-json-1.0"),)
_XML = (("content-type", "text/xml"),)


def answer(request: Request) -> bytes:
    """All of it is taken."""
    target = request.header(b"x-amz-target")
    if not target and request.url.endswith(":publish"):
        messages = orjson.loads(request.body)["messages"]
        ids = [str(number) for number in range(len(messages))]
        return answer_bytes(200, orjson.dumps({"messageIds": ids}), _JSON)
    if not target:
        return answer_bytes(200, _published(request.body), _XML)
    entries = orjson.loads(request.body)["Entries"]
    done = _queued(entries) if "SQS" in target else _put(entries)
    return answer_bytes(200, orjson.dumps(done), _JSON)


def _queued(entries: Sequence[Mapping[str, Any]]) -> Mapping[str, object]:
    return {"Successful": [{"Id": one["Id"], "MessageId": "m"} for one in entries]}


def _put(entries: Sequence[Mapping[str, Any]]) -> Mapping[str, object]:
    return {"FailedEntryCount": 0, "Entries": [{"EventId": "e"} for _ in entries]}


def _published(form: bytes) -> bytes:
    ids = [value for name, value in parse_qsl(form.decode()) if name.endswith(".Id")]
    members = "".join(
        f"<member><Id>{one}</Id><MessageId>m</MessageId></member>" for one in ids
    )
    return (
        f'<PublishBatchResponse xmlns="{_SNS}"><PublishBatchResult><Failed/>'
        f"<Successful>{members}</Successful></PublishBatchResult>"
        "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
        "</PublishBatchResponse>"
    ).encode()


def _serve(connection: Connection, request: Request) -> None:
    connection.answer(answer(request))


async def _main() -> None:
    door = Door(_serve)
    await door.open()
    sys.stdout.write(json.dumps({"url": door.url("")}) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await door.close()


if __name__ == "__main__":
    uvloop.run(_main())
