"""What AWS is sent of a parcel, and what its answers say of each."""

import json
from dataclasses import replace

import pytest

from bus.adapters.aws.services import SERVICES, Fault
from bus.adapters.aws.texts import attributes_of, body_of, group_of, size_of
from bus.delivery.clouds import AwsEndpoint
from bus.delivery.endpoint import Kind
from tests.contract.sinks.parcels import TRACE, parcel

URL = "sqs://sqs.eu-central-1.amazonaws.com/123456789012/orders"
WHERE = ("h", 443, False, "eu-central-1", "123456789012")
STANDARD = AwsEndpoint("sqs", *WHERE, "orders")
FIFO = AwsEndpoint("sqs", *WHERE, "orders.fifo")
BUS = AwsEndpoint("eventbridge", *WHERE, "orders")


def test_what_a_webhook_has_in_its_headers() -> None:
    """The same names, in small letters, and the type to filter by."""
    sent = parcel(URL, headers={"X-Token": "t0"})

    made = {name: one["StringValue"] for name, one in attributes_of(sent).items()}

    assert made["webhook-id"] == sent.event.webhook_id
    assert made["x-token"] == "t0"
    assert made["traceparent"] == TRACE
    assert made["content-type"] == "application/json"
    assert made["ce_type"] == "order.updated"
    assert {one["DataType"] for one in attributes_of(sent).values()} == {"String"}


def test_at_most_ten_attributes() -> None:
    """With three headers of its own, and the mark of a test, a message has ten."""
    sent = parcel(URL, headers={"a": "1", "b": "2", "c": "3"})
    sent.headers = (*sent.headers, ("x-orderbus-test", "true"))

    assert len(attributes_of(sent)) == 10


def test_odd_characters() -> None:
    """What no message may hold is replaced in attributes, and refused in a body."""
    odd = parcel(URL, event_type="a\x01b")
    assert attributes_of(odd)["ce_type"]["StringValue"] == "a?b"
    for body, why in ((b"\xff", "UTF-8"), (b"", "empty"), (b"a\x00", "control")):
        with pytest.raises(ValueError, match=why):
            body_of(parcel(URL, body))


@pytest.mark.parametrize("service", ["sqs", "sns"])
def test_its_size_is_never_more_than_is_counted(service: str) -> None:
    """Body, and each attribute's name, type and value, in bytes."""
    sent = parcel(URL, "ü€".encode() * 50, event_type="ö")

    counted = len(sent.body) + sum(
        len(name.encode()) + len(one["DataType"]) + len(one["StringValue"].encode())
        for name, one in attributes_of(sent).items()
    )

    assert counted <= size_of(sent) <= counted + 2_000
    assert SERVICES[Kind(service)].size(sent) == size_of(sent)


def test_an_order_is_a_group() -> None:
    """Its id is the name; one that is none has a digest, and never another's."""
    assert group_of(parcel(URL, order="SO-7")) == "SO-7"
    names = {
        group_of(parcel(URL, order=order))
        for order in ("", "a b", "ü", "x" * 128, "x" * 129, "x" * 130, "\ud800")
    }
    assert len(names) == 7
    assert all(1 <= len(name) <= 128 and name.isascii() for name in names)


def test_fifo() -> None:
    """A group and an id to know repeats by; standard queues take neither."""
    sent = parcel(URL, order="SO-7")

    first = SERVICES[Kind.SQS].entry(FIFO, sent, 3)

    assert first["Id"] == "3"
    assert first["MessageGroupId"] == "SO-7"
    assert first["MessageDeduplicationId"] == sent.event.webhook_id
    assert "MessageGroupId" not in SERVICES[Kind.SQS].entry(STANDARD, sent, 0)


def test_a_detail() -> None:
    """Rules match on the event; the text that is signed is there byte for byte."""
    sent = parcel(URL, '{"n": 1.0, "s": "ü\\u0041"}'.encode())

    made = SERVICES[Kind.EVENTBRIDGE].entry(BUS, sent, 0)

    detail = json.loads(str(made["Detail"]))
    assert detail["event"] == {"n": 1.0, "s": "üA"}
    assert detail["body"].encode() == sent.body
    assert detail["headers"]["webhook-id"] == sent.event.webhook_id
    assert made["DetailType"] == "order.updated"
    assert made["Source"] == "/oms/web"
    assert made["EventBusName"] == BUS.arn
    assert len(str(made["Detail"]).encode()) <= SERVICES[Kind.EVENTBRIDGE].size(sent)


def test_no_detail_of_xml() -> None:
    """An event bus takes JSON objects only."""
    with pytest.raises(ValueError, match="JSON objects"):
        SERVICES[Kind.EVENTBRIDGE].entry(BUS, parcel(URL, b"<order/>"), 0)


def test_a_long_type() -> None:
    """Is cut for EventBridge; the event has it whole."""
    sent = parcel(URL)
    sent.event = replace(sent.event, type="x" * 500)
    made = SERVICES[Kind.EVENTBRIDGE].entry(BUS, sent, 0)
    assert len(str(made["DetailType"])) == 128


def test_each_by_its_id() -> None:
    """In whatever order they are told; who is not told of was not taken."""
    faults = SERVICES[Kind.SQS].faults
    answer = {
        "Failed": [
            {"Id": "2", "Code": "X", "Message": "why", "SenderFault": True},
            {"Id": "1", "Code": "Y", "SenderFault": False},
            {"Id": "99", "Code": "Z"},
            {"Id": "odd", "Code": "Z"},
        ],
        "Successful": [{"Id": "0"}],
    }

    assert faults(answer, 4) == [
        None,
        Fault("Y", "", 500),
        Fault("X", "why", 400),
        Fault("InternalFailure", "no answer for it", 400),
    ]
    assert None not in faults({}, 2)


def test_each_in_its_place() -> None:
    """EventBridge answers in the order it was asked; an odd answer is none."""
    faults = SERVICES[Kind.EVENTBRIDGE].faults
    rows = [{"EventId": "a"}, {"ErrorCode": "MalformedDetail", "ErrorMessage": "m"}]

    assert faults({"Entries": rows}, 2) == [None, Fault("MalformedDetail", "m", 400)]
    assert None not in faults({"Entries": rows}, 3)
