"""The sinks of kinds sqs, sns and eventbridge: entries of a request, each judged."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aiobotocore.parsers import ResponseParserError
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from bus.adapters.aws.calling import EXCHANGE, Exchange, NobodyError, odd
from bus.adapters.aws.clients import Clients, Signs
from bus.adapters.aws.codes import TOO_LARGE, Sense, judge, meaning
from bus.adapters.aws.services import SERVICES, Fault, Fields, Service
from bus.delivery.clouds import AwsEndpoint
from bus.delivery.delivery import Accepted, Failed, Outcome, Refused, Unreachable
from bus.delivery.endpoint import parse_endpoint
from bus.delivery.schedule import parse_retry_after
from bus.sending import Asker, Limits, NoAnswerKind, Parcel

_OK, _BAD_REQUEST, _UNAUTHORISED, _FAULT = 200, 400, 401, 500
_NO_LOGIN = (
    "not sent: without a login AWS is called with this process's own credentials,"
    " which ORDERBUS_AWS_OWN_CREDENTIALS does not allow here"
)
_LATE = Unreachable(NoAnswerKind.TIMEOUT, "no answer in time")


class _Letter(NamedTuple):
    """What is called: the parcels of a request, and what they are in it."""

    endpoint: AwsEndpoint
    service: Service
    parcels: Sequence[Parcel]


class AwsSink:
    """Fulfils `bus.sending.BatchSink` with queues, topics and event buses of AWS.

    Args:
        asker: Calls its APIs, guarded; closed here.
        agent: How it introduces itself.
        own: Whether endpoints without a login are called with the credentials that
            the process itself has.
    """

    def __init__(self, asker: Asker, agent: str = "Orderbus", *, own: bool) -> None:
        self._asker = asker
        self._clients = Clients(asker, agent)
        self._own = own

    def limits(self, parcel: Parcel) -> Limits:
        """See `BatchSink`."""
        return SERVICES[parcel.subscription.kind].limits

    def size(self, parcel: Parcel) -> int:
        """See `BatchSink`."""
        return SERVICES[parcel.subscription.kind].size(parcel)

    async def send_all(
        self, parcels: Sequence[Parcel], timeout_s: float
    ) -> Sequence[Outcome]:
        """See `BatchSink`."""
        first = parcels[0]
        endpoint = parse_endpoint(first.url)
        if not isinstance(endpoint, AwsEndpoint):
            raise TypeError(f"not an endpoint of AWS: {type(endpoint).__name__}")
        if first.subscription.login is None and not self._own:
            return [Failed(_UNAUTHORISED, None, _NO_LOGIN)] * len(parcels)
        service = SERVICES[first.subscription.kind]
        refused = [_refusal(endpoint, service, parcel) for parcel in parcels]
        fit = [p for p, no in zip(parcels, refused, strict=True) if no is None]
        came = iter(await self._send(_Letter(endpoint, service, fit), timeout_s))
        return [next(came) if no is None else no for no in refused]

    async def close(self) -> None:
        """Close all connections."""
        await self._asker.close()

    async def _send(self, letter: _Letter, timeout_s: float) -> Sequence[Outcome]:
        """What became of each; one by one where they are too much together."""
        count = len(letter.parcels)
        if not count:
            return ()
        started = asyncio.get_running_loop().time()
        answer = await self._call(letter, timeout_s)
        if isinstance(answer, Fault):
            if count > 1 and meaning(answer.code, answer.status).sense is Sense.SPLIT:
                return await self._one_by_one(letter, started + timeout_s)
            return [_judged(answer, letter.parcels[0].now_s)] * count
        if isinstance(answer, Mapping):
            faults = letter.service.faults(answer, count)
            return [_judged(one, 0) if one else Accepted(_OK) for one in faults]
        return [answer] * count

    async def _one_by_one(self, letter: _Letter, deadline: float) -> Sequence[Outcome]:
        now, outcomes = asyncio.get_running_loop().time, list[Outcome]()
        for parcel in letter.parcels:
            alone, left_s = letter._replace(parcels=[parcel]), deadline - now()
            outcomes += await self._send(alone, left_s) if left_s > 0 else [_LATE]
        return outcomes

    async def _call(
        self, letter: _Letter, timeout_s: float
    ) -> Fields | Fault | Outcome:
        """Call once: the answer, AWS's error, or why there is neither."""
        endpoint, service, parcels = letter
        entries = [service.entry(endpoint, p, n) for n, p in enumerate(parcels)]
        one = parcels[0].subscription
        signs = Signs(parcels[0].tls, one.login, external_id(one.owner, one.id))
        under_way = Exchange(timeout_s)
        EXCHANGE.set(under_way)
        try:
            async with asyncio.timeout(timeout_s):
                call = await self._clients.of(
                    endpoint, service.name, service.operation, signs
                )
                return await call(**service.request(endpoint, entries))
        except ClientError as error:
            return _fault(error.response)
        except (NobodyError, TimeoutError, ResponseParserError, BotoCoreError) as error:
            return _unanswered(error)
        except Exception:
            if under_way.answer is None:
                raise  # it is ours
            return _strange(odd(under_way.answer))


def external_id(owner: str, name: str) -> str:
    """What we say when a role is assumed: whose endpoint it is, and which."""
    return f"{owner}/{name}" if owner else name


def _refusal(endpoint: AwsEndpoint, service: Service, parcel: Parcel) -> Refused | None:
    """Why a parcel will never be taken, if that is known before."""
    try:
        service.entry(endpoint, parcel, 0)
    except ValueError as error:
        return Refused(_BAD_REQUEST, str(error))
    if (size := service.size(parcel)) > service.most:
        text = f"not sent: {size} bytes, and {service.name} takes {service.most}"
        return Refused(TOO_LARGE, text)
    return None


def _judged(fault: Fault, now_s: float) -> Outcome:
    after_s = parse_retry_after(fault.retry_after, now_s)
    return judge(fault.code, fault.message, fault.status, after_s)


def _fault(response: Fields) -> Fault:
    """What the library read of an error."""
    error, about = response.get("Error"), response.get("ResponseMetadata")
    said = error if isinstance(error, Mapping) else {}
    met = about if isinstance(about, Mapping) else {}
    code, message = str(said.get("Code") or ""), str(said.get("Message") or "")
    status, headers = met.get("HTTPStatusCode", _FAULT), met.get("HTTPHeaders", {})
    return Fault(code, message, status, headers.get("retry-after"))


def _strange(what: str) -> Unreachable:
    return Unreachable(NoAnswerKind.PROTOCOL, f"not an answer of AWS's: {what}")


def _unanswered(error: Exception) -> Outcome:
    """What it means that AWS said nothing."""
    match error:
        case NobodyError(answer=answer):
            return Unreachable(answer.kind, answer.detail)
        case TimeoutError():
            return _LATE
        case ResponseParserError():
            return _strange("it is not in the form of the service")
        case ParamValidationError():  # its text repeats what was sent
            return Refused(_BAD_REQUEST, "not sent: AWS's client refuses its texts")
        case _:  # no credentials of our own, or none that are still good
            return Failed(_UNAUTHORISED, None, f"not sent: {type(error).__name__}")
