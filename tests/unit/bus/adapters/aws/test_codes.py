"""The table of AWS's error codes leaves none out that the library knows of."""

from collections.abc import Iterator

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.retries.standard import (
    ThrottledRetryableChecker,
    TransientRetryableChecker,
)

from bus.adapters.aws.codes import MEANINGS, TOO_LARGE, Sense, judge, meaning
from bus.delivery.delivery import Failed, Outcome, Refused, Throttled

CALLED = {"sqs": "SendMessageBatch", "sns": "PublishBatch", "events": "PutEvents"}
ALONE = {"sqs": "SendMessage", "sns": "Publish"}
PUT_EVENTS = (
    # As the documentation of PutEventsResultEntry lists them.
    "InternalFailure",
    "ThrottlingException",
    "AccessDeniedException",
    "InvalidAccountIdException",
    "InvalidArgument",
    "MalformedDetail",
    "RedactionFailure",
    "NotAuthorizedForSourceException",
    "NotAuthorizedForDetailTypeException",
)


def declared(service: str, operation: str) -> Iterator[str]:
    """The codes of all errors that the library's model of an operation has."""
    model = ServiceModel(Loader().load_service_model(service, "service-2"), service)
    for shape in model.operation_model(operation).error_shapes:
        yield str(shape.metadata.get("error", {}).get("code", shape.name))


@pytest.mark.parametrize(
    ("service", "operation"), [*CALLED.items(), *ALONE.items()], ids="-".join
)
def test_no_declared_error_is_left_out(service: str, operation: str) -> None:
    """An error that a newer model brings has to be given its meaning here."""
    codes = set(declared(service, operation))

    assert codes
    assert codes <= set(MEANINGS)


def test_what_entries_may_come_to() -> None:
    """EventBridge's entries have codes of their own, in its documentation only."""
    text = str(Loader().load_service_model("events", "service-2"))
    assert set(PUT_EVENTS) <= set(MEANINGS)
    assert all(code in text for code in PUT_EVENTS)


def test_what_the_library_tries_again_is_not_refused() -> None:
    """Its own lists of what is throttled and of what passes are in the table."""
    throttled = set(ThrottledRetryableChecker._THROTTLED_ERROR_CODES)  # noqa: SLF001 - the library's list
    transient = set(TransientRetryableChecker._TRANSIENT_ERROR_CODES)  # noqa: SLF001 - likewise

    assert throttled
    assert {MEANINGS[code].sense for code in throttled} == {Sense.THROTTLED}
    for code in transient - throttled:
        assert MEANINGS[code].sense is Sense.FAILED


@pytest.mark.parametrize(
    ("code", "message", "status", "outcome"),
    [
        (
            "AWS.SimpleQueueService.NonExistentQueue",
            "no such queue",
            400,
            Refused(404, "NonExistentQueue no such queue"),
        ),
        ("AccessDenied", "", 403, Refused(403, "AccessDenied")),
        ("RequestThrottled", "", 403, Throttled(429, None, "RequestThrottled")),
        ("InternalFailure", "oops", 500, Failed(500, None, "InternalFailure oops")),
        (
            "InvalidParameterValue",
            "Reason: Message must be shorter than 262144 bytes.",
            400,
            Refused(
                TOO_LARGE,
                "InvalidParameterValue Reason: Message must be shorter than 262144"
                " bytes.",
            ),
        ),
        (
            "InvalidParameter",
            "Message too long",
            400,
            Refused(TOO_LARGE, "InvalidParameter Message too long"),
        ),
        ("BatchRequestTooLong", "", 400, Refused(TOO_LARGE, "BatchRequestTooLong")),
        ("SomethingNew", "", 404, Refused(404, "SomethingNew")),
        ("SomethingNew", "", 429, Throttled(429, None, "SomethingNew")),
        ("SomethingNew", "", 502, Failed(502, None, "SomethingNew")),
        ("302", "Found", 302, Refused(302, "302 Found")),
        ("", "", 200, Failed(500, None, "")),
    ],
)
def test_judged(code: str, message: str, status: int, outcome: Outcome) -> None:
    """By the code; by its status where that is unknown."""
    assert judge(code, message, status) == outcome


def test_a_line() -> None:
    """What is told of it is one line that hurts no terminal, and short."""
    outcome = judge("InvalidParameterValue", "a\x1b[31m\n" + "b" * 1_000, 400)

    assert isinstance(outcome, Refused)
    assert outcome.detail.isprintable()
    assert len(outcome.detail) == 200


def test_of_several_together() -> None:
    """What is said of a request that carries several is known as such."""
    codes = {"BatchRequestTooLong", "TooManyEntriesInBatchRequest"}
    assert {meaning(code, 400).sense for code in codes} == {Sense.SPLIT}
