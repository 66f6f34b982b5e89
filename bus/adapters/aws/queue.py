"""Reading a queue: received, and taken out once that is asked for."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import cast

from aiobotocore.parsers import ResponseParserError
from botocore.exceptions import BotoCoreError, ClientError

from bus.adapters.aws.calling import EXCHANGE, Exchange, NobodyError, odd
from bus.adapters.aws.clients import Clients, Signs
from bus.adapters.aws.codes import told
from bus.delivery.clouds import AwsEndpoint
from bus.delivery.subscription import Login
from bus.errors import QueueError
from bus.intake.pulling.letters import Letter
from bus.sending import Asker

_MOST, _WAIT_S, _MARGIN_S = 10, 20, 10.0
_MOST_BYTES = 24 * 2**20
"""Of an answer: so many messages of 1 MiB, as JSON writes them."""
_NO_LOGIN = (
    "without the credentials access_key and secret_key AWS is called with this"
    " process's own, which ORDERBUS_AWS_OWN_CREDENTIALS does not allow here"
)


class AwsQueue:
    """Fulfils `processors.pulling.ports.Queue` with a queue of SQS.

    Args:
        asker: Calls its API, guarded; it stays the caller's.
        login: The key and its secret; None: what the process itself has.
        own: Whether that may be.
        wait_s: How long a look waits for the first message.
    """

    def __init__(
        self,
        asker: Asker,
        place: AwsEndpoint,
        login: Login | None,
        *,
        agent: str = "Orderbus",
        own: bool = False,
        wait_s: int = _WAIT_S,
    ) -> None:
        self._clients = Clients(asker, agent, most_bytes=_MOST_BYTES)
        self._place = place
        self._login = login
        self._own = own
        self._wait_s = wait_s

    async def receive(self) -> Sequence[Letter]:
        """See `Queue`."""
        return [
            Letter(
                str(one.get("MessageId", "")),
                str(one.get("Body", "")).encode(),
                str(one.get("ReceiptHandle", "")),
            )
            for one in await self.look()
        ]

    async def look(self, wait_s: int | None = None) -> Sequence[Mapping[str, object]]:
        """What is there, as AWS tells it; waits for the first message.

        Raises:
            QueueError: it cannot be asked.
        """
        answer = await self._call(
            "receive_message",
            MaxNumberOfMessages=_MOST,
            WaitTimeSeconds=self._wait_s if wait_s is None else wait_s,
            MessageAttributeNames=["All"],
        )
        return _rows(answer, "Messages")

    async def take_out(self, letters: Sequence[Letter]) -> None:
        """See `Queue`."""
        if not letters:
            return
        entries = [
            {"Id": str(number), "ReceiptHandle": one.receipt}
            for number, one in enumerate(letters)
        ]
        answer = await self._call("delete_message_batch", Entries=entries)
        if failed := _rows(answer, "Failed"):
            code, text = (str(failed[0].get(n, "")) for n in ("Code", "Message"))
            raise QueueError(f"{len(failed)} messages stay in it: {told(code, text)}")

    async def _call(self, operation: str, **fields: object) -> Mapping[str, object]:
        if self._login is None and not self._own:
            raise QueueError(_NO_LOGIN)
        within_s = self._wait_s + _MARGIN_S
        under_way = Exchange(within_s)
        EXCHANGE.set(under_way)
        try:
            async with asyncio.timeout(within_s):
                signs = Signs(None, self._login)
                call = await self._clients.of(self._place, "sqs", operation, signs)
                return await call(QueueUrl=self._place.url, **fields)
        except ClientError as error:
            said = cast("Mapping[str, str]", error.response.get("Error") or {})
            text = told(said.get("Code", ""), said.get("Message", ""))
            raise QueueError(text or "AWS refuses") from None
        except NobodyError as error:
            raise QueueError(error.answer.detail or error.answer.kind) from None
        except TimeoutError:
            raise QueueError("no answer in time") from None
        except (ResponseParserError, BotoCoreError) as error:
            raise QueueError(f"AWS's client fails: {type(error).__name__}") from None
        except Exception:
            if under_way.answer is None:
                raise  # it is ours
            why = odd(under_way.answer)
            raise QueueError(f"not an answer of AWS's: {why}") from None


def _rows(answer: Mapping[str, object], name: str) -> Sequence[Mapping[str, object]]:
    rows = cast("Sequence[object]", answer.get(name) or ())
    return [one for one in rows if isinstance(one, Mapping)]
