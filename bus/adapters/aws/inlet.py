"""A queue of SQS as a receiver has it: what is in it is taken out.

What SNS and EventBridge put there stands in envelopes of theirs, and is unwrapped.
"""

import asyncio
import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from contextlib import suppress

from bus.adapters.aws.queue import AwsQueue
from bus.delivery.clouds import AwsEndpoint
from bus.delivery.endpoint import parse_endpoint
from bus.delivery.subscription import Login
from bus.errors import ConfigurationError, QueueError
from bus.intake.pulling.letters import Letter
from bus.receiving import Arrival, Take
from bus.sending import Asker

_AGAIN_S = 1.0
_WAIT_S = 20
_MOST_ENVELOPES = 2  # an event bus may write to a topic, and that to a queue
_SIGNED = b"webhook-id"


class SqsInlet:
    """Fulfils `bus.receiving.Inlet`; asks again where AWS cannot be asked.

    Args:
        url: The queue, as a subscription names it.
        asker: Calls AWS; closed here.
        login: The key and its secret; None: what this machine has for AWS.
        wait_s: How long a look waits for the first message.
    """

    def __init__(
        self,
        url: str,
        asker: Asker,
        login: Login | None = None,
        *,
        wait_s: int = _WAIT_S,
    ) -> None:
        endpoint = parse_endpoint(url)
        if not isinstance(endpoint, AwsEndpoint):
            raise TypeError(f"no queue of AWS: {type(endpoint).__name__}")
        self._url = url
        self._place = f"/{endpoint.name}"
        self._asker = asker
        self._queue = AwsQueue(asker, endpoint, login, own=True, wait_s=wait_s)
        self._task: asyncio.Task[None] | None = None

    async def open(self, take: Take) -> str:
        """See `Inlet`."""
        try:
            first = await self._queue.look(wait_s=0)
        except QueueError as error:
            raise ConfigurationError(f"{self._url}: {error}") from None
        self._task = asyncio.create_task(self._stay(first, take))
        return self._url

    async def close(self) -> None:
        """See `Inlet`."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._asker.close()

    async def _stay(self, first: Sequence[Mapping[str, object]], take: Take) -> None:
        messages = first
        while True:
            with suppress(QueueError):
                await self._hand_on(messages, take)
            try:
                messages = await self._queue.look()
            except QueueError:
                messages = ()
                await asyncio.sleep(_AGAIN_S)  # noqa: TID251 - AWS knows no Clock

    async def _hand_on(
        self, messages: Sequence[Mapping[str, object]], take: Take
    ) -> None:
        for one in messages:
            await take(arrived(self._place, one))
        handles = (str(one.get("ReceiptHandle", "")) for one in messages)
        await self._queue.take_out([Letter("", b"", handle) for handle in handles])


def arrived(place: str, message: Mapping[str, object]) -> Arrival:
    """A message as an arrival, out of the envelopes that it came in."""
    found = Arrival(
        place,
        _attributes(message.get("MessageAttributes"), "StringValue", "BinaryValue"),
        str(message.get("Body", "")).encode(),
    )
    for _ in range(_MOST_ENVELOPES):
        inner = None if _SIGNED in found.headers else _unwrapped(found)
        if inner is None:
            break
        found = inner
    return found


def _unwrapped(outer: Arrival) -> Arrival | None:
    """What is in an envelope of SNS or EventBridge; None: it is none."""
    try:
        said = json.loads(outer.body)
    except (ValueError, RecursionError):
        return None
    match said:
        case {"Type": "Notification", "TopicArn": str(arn), "Message": str(text)}:
            headers = _attributes(said.get("MessageAttributes"), "Value", "Value")
            return Arrival(f"/{arn.rpartition(':')[2]}", headers, _utf8(text))
        case {"detail-type": str(), "detail": {"body": str(text), "headers": dict(of)}}:
            told = {_utf8(str(k).lower()): _utf8(str(v)) for k, v in of.items()}
            return Arrival(outer.place, told, _utf8(text))
        case _:
            return None


def _attributes(said: object, text: str, binary: str) -> Mapping[bytes, bytes]:
    """Attributes as headers; of what is neither text nor bytes nothing is told."""
    found: dict[bytes, bytes] = {}
    for name, one in said.items() if isinstance(said, dict) else ():
        match one:
            case {"Type": "Binary"}:
                with suppress(ValueError):
                    found[_utf8(name.lower())] = b64decode(str(one.get(binary, "")))
            case dict() if isinstance(value := one.get(text), str):
                found[_utf8(name.lower())] = _utf8(value)
            case dict() if isinstance(raw := one.get(binary), bytes):
                found[_utf8(name.lower())] = raw
            case _:
                pass
    return found


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")
