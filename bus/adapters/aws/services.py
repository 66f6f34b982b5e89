"""The three services: how much they take at once, what they are sent, what they say."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias, cast

from bus.adapters.aws.texts import attributes_of, body_of, fields_of, group_of, size_of
from bus.delivery.clouds import AwsEndpoint
from bus.delivery.endpoint import Kind
from bus.sending import Limits, Parcel

Fields: TypeAlias = Mapping[str, object]
_MIB, _MOST_ENTRIES = 1_048_576, 10
_LONGEST_TYPE, _BAD_REQUEST, _FAULT = 128, 400, 500


class Fault(NamedTuple):
    """Why an entry, or a whole request, was not taken; the status of the answer.

    `retry_after` is the header of that name.
    """

    code: str
    message: str
    status: int = _BAD_REQUEST
    retry_after: str | None = None


class Service(NamedTuple):
    """A service. `most` is the size of one message at most.

    `name` and `operation` are the library's; `entry` makes an entry of a request of a
    parcel, `request` the request of entries, and `faults` reads what became of each.
    Raises ValueError where a parcel cannot be one.
    """

    name: str
    operation: str
    limits: Limits
    most: int
    size: Callable[[Parcel], int]
    entry: Callable[[AwsEndpoint, Parcel, int], Fields]
    request: Callable[[AwsEndpoint, Sequence[Fields]], Fields]
    faults: Callable[[Fields, int], Sequence[Fault | None]]


def _message(endpoint: AwsEndpoint, parcel: Parcel, number: int, body: str) -> Fields:
    """An entry of a queue or a topic, which differ in the name of the body."""
    made: dict[str, object] = {
        "Id": str(number),
        body: body_of(parcel),
        "MessageAttributes": attributes_of(parcel),
    }
    if endpoint.fifo:
        made["MessageGroupId"] = group_of(parcel)
        made["MessageDeduplicationId"] = parcel.id
    return made


def _queued(endpoint: AwsEndpoint, parcel: Parcel, number: int) -> Fields:
    return _message(endpoint, parcel, number, "MessageBody")


def _published(endpoint: AwsEndpoint, parcel: Parcel, number: int) -> Fields:
    return _message(endpoint, parcel, number, "Message")


def _put(endpoint: AwsEndpoint, parcel: Parcel, _number: int) -> Fields:
    event = parcel.event
    return {
        "EventBusName": endpoint.arn,
        "Source": event.source or "orderbus",
        "DetailType": event.type[:_LONGEST_TYPE],
        "Time": event.time,
        "Detail": _detail(parcel),
    }


def _detail(parcel: Parcel) -> str:
    """The document for rules to match on, and the text of it that is signed.

    EventBridge reads JSON and writes it anew, in which no signature survives: so the
    text that is signed is there as a text.
    """
    text = body_of(parcel)
    if not text.lstrip().startswith("{"):
        raise ValueError("not sent: EventBridge takes JSON objects only")
    headers = json.dumps(dict(fields_of(parcel)))
    return f'{{"event":{text},"headers":{headers},"body":{json.dumps(text)}}}'


def _detail_size(parcel: Parcel) -> int:
    """EventBridge counts source, type, detail and 14 for the time."""
    named = sum(len(n) + 4 * len(v) + 8 for n, v in fields_of(parcel))
    own = 4 * len(parcel.event.source) + 4 * len(parcel.event.type) + 64
    text = len(json.dumps(parcel.body.decode("utf-8", "replace")))
    return len(parcel.body) + text + named + own


def _by_id(answer: Fields, count: int) -> Sequence[Fault | None]:
    """What SQS and SNS say; of what they say nothing was not taken."""
    found: list[Fault | None] = [Fault("InternalFailure", "no answer for it")] * count
    for one in _rows(answer, "Successful"):
        _place(found, one, None)
    for one in _rows(answer, "Failed"):
        _place(found, one, _fault(one, "Code", "Message"))
    return found


def _place(found: list[Fault | None], one: Fields, fault: Fault | None) -> None:
    number = str(one.get("Id", ""))
    if number in {str(at) for at in range(len(found))}:
        found[int(number)] = fault


def _in_order(answer: Fields, count: int) -> Sequence[Fault | None]:
    """What EventBridge says, in the order of the entries."""
    rows = _rows(answer, "Entries")
    if len(rows) != count:
        return [Fault("InternalFailure", "an answer for others")] * count
    return [
        _fault(one, "ErrorCode", "ErrorMessage") if one.get("ErrorCode") else None
        for one in rows
    ]


def _fault(one: Fields, code: str, message: str) -> Fault:
    """SQS and SNS say beside a code whether it was the sender's fault."""
    theirs = one.get("SenderFault") is False
    return Fault(
        str(one.get(code) or ""),
        str(one.get(message) or ""),
        _FAULT if theirs else _BAD_REQUEST,
    )


def _rows(answer: Fields, name: str) -> Sequence[Fields]:
    rows = cast("Sequence[object]", answer.get(name) or ())
    return [one for one in rows if isinstance(one, Mapping)]  # null is none


SERVICES: Mapping[Kind, Service] = {
    Kind.SQS: Service(
        "sqs",
        "send_message_batch",
        Limits(_MOST_ENTRIES, _MIB),
        _MIB,
        size_of,
        _queued,
        lambda to, entries: {"QueueUrl": to.url, "Entries": entries},
        _by_id,
    ),
    Kind.SNS: Service(
        "sns",
        "publish_batch",
        Limits(_MOST_ENTRIES, _MIB // 4),  # what a topic takes unless it is told to
        _MIB,
        size_of,
        _published,
        lambda to, entries: {"TopicArn": to.arn, "PublishBatchRequestEntries": entries},
        _by_id,
    ),
    Kind.EVENTBRIDGE: Service(
        "events",
        "put_events",
        Limits(_MOST_ENTRIES, _MIB),
        _MIB,
        _detail_size,
        _put,
        lambda _, entries: {"Entries": entries},
        _in_order,
    ),
}
