"""What AWS's error codes mean to a delivery: one table for all three services.

What is not in it is judged by the status of the answer. A test holds it against the
errors that the library's own models of the services declare.
"""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from bus.delivery.delivery import Failed, Outcome, Refused, Throttled
from bus.delivery.subscription import one_line

_LONGEST_DETAIL = 200
_FIRST_ERROR, _FIRST_FAULT, _TOO_MANY = 300, 500, 429
TOO_LARGE = 413
"""HTTP's status for what an endpoint will never take, as it is too much."""


class Sense(Enum):
    """What a code says of a delivery."""

    REFUSED = auto()
    THROTTLED = auto()
    FAILED = auto()
    SPLIT = auto()
    """Of the request, not of a delivery: each may go by itself."""


class Meaning(NamedTuple):
    """What a code says, and the status that HTTP has for it."""

    sense: Sense
    status: int


def _all(sense: Sense, status: int, names: str) -> Mapping[str, Meaning]:
    return dict.fromkeys(names.split(), Meaning(sense, status))


MEANINGS: Mapping[str, Meaning] = {
    # What is sent is not what the service takes.
    **_all(
        Sense.REFUSED,
        400,
        "InvalidMessageContents InvalidParameter InvalidParameterValue"
        " InvalidParameterCombination InvalidQueryParameter InvalidAttributeName"
        " InvalidAttributeValue MissingParameter MissingAction MalformedQueryString"
        " ParameterValueInvalid ValidationError ValidationException InvalidArgument"
        " InvalidArgumentException SerializationException MalformedDetail"
        " MalformedHttpRequestException InvalidAccountIdException UnsupportedOperation"
        " KmsInvalidKeyUsage InvalidEventPatternException",
    ),
    # Who sends is not let in.
    **_all(
        Sense.REFUSED,
        401,
        "InvalidClientTokenId UnrecognizedClientException InvalidAccessKeyId"
        " MissingAuthenticationToken MissingAuthenticationTokenException NotAuthorized"
        " SignatureDoesNotMatch InvalidSignatureException IncompleteSignature"
        " IncompleteSignatureException AuthFailure",
    ),
    **_all(
        Sense.REFUSED,
        403,
        "AccessDenied AccessDeniedException AuthorizationError InvalidSecurity"
        " OptInRequired SubscriptionRequiredException KmsAccessDenied KMSAccessDenied"
        " KmsOptInRequired KMSOptInRequired NotAuthorizedForSourceException"
        " NotAuthorizedForDetailTypeException",
    ),
    # What it is sent to is not there, or switched off.
    **_all(
        Sense.REFUSED,
        404,
        "NonExistentQueue QueueDoesNotExist NotFound NotFoundException InvalidAddress"
        " ResourceNotFoundException UnknownOperationException InvalidAction"
        " KmsNotFound KMSNotFound",
    ),
    **_all(
        Sense.REFUSED,
        409,
        "KmsDisabled KMSDisabled EndpointDisabled PlatformApplicationDisabled"
        " OperationDisabledException",
    ),
    **_all(Sense.REFUSED, TOO_LARGE, "RequestEntityTooLargeException"),
    # Too fast.
    **_all(
        Sense.THROTTLED,
        429,
        "RequestThrottled RequestThrottledException Throttling ThrottlingException"
        " Throttled ThrottledException TooManyRequestsException SlowDown OverLimit"
        " KmsThrottled KMSThrottling LimitExceededException RequestLimitExceeded"
        " BandwidthLimitExceeded ProvisionedThroughputExceededException"
        " EC2ThrottledException PriorRequestNotComplete TransactionInProgressException",
    ),
    # It may go better another time: its own fault, a passing state, our clock or our
    # own credentials, which are renewed.
    **_all(
        Sense.FAILED,
        500,
        "InternalError InternalFailure InternalException InternalServerError"
        " InternalServiceError RedactionFailure",
    ),
    **_all(Sense.FAILED, 503, "ServiceUnavailable ServiceUnavailableException"),
    **_all(
        Sense.FAILED,
        408,
        "RequestTimeout RequestTimeoutException RequestAbortedException",
    ),
    **_all(
        Sense.FAILED,
        409,
        "KmsInvalidState KMSInvalidState ConcurrentModificationException"
        " ConcurrentAccess QueueDeletedRecently InvalidStateException InvalidState",
    ),
    **_all(
        Sense.FAILED,
        401,
        "RequestExpired RequestTimeTooSkewed RequestInTheFuture ExpiredToken"
        " ExpiredTokenException TokenRefreshRequired",
    ),
    # Of several together.
    **_all(
        Sense.SPLIT,
        TOO_LARGE,
        "BatchRequestTooLong TooManyEntriesInBatchRequest EmptyBatchRequest"
        " BatchEntryIdsNotDistinct InvalidBatchEntryId",
    ),
}

_FAMILY = "AWS.SimpleQueueService."
# So say SQS, SNS and EventBridge of a message that is larger than they take.
_OVERSIZE = re.compile(r"(must be|be) shorter than|too (long|large)|exceeds? the")


def meaning(code: str, status: int) -> Meaning:
    """What a code means; one that is unknown means what its status does."""
    known = MEANINGS.get(code.removeprefix(_FAMILY))
    if known is not None:
        return known
    if status == _TOO_MANY:
        return Meaning(Sense.THROTTLED, status)
    if _FIRST_ERROR <= status < _FIRST_FAULT:
        return Meaning(Sense.REFUSED, status)
    return Meaning(Sense.FAILED, max(status, _FIRST_FAULT))


def judge(
    code: str, message: str, status: int, retry_after_s: float | None = None
) -> Outcome:
    """Return what an error means for one delivery."""
    sense, of_http = meaning(code, status)
    detail = told(code.removeprefix(_FAMILY), message)
    match sense:
        case Sense.THROTTLED:
            return Throttled(of_http, retry_after_s, detail)
        case Sense.FAILED:
            return Failed(of_http, retry_after_s, detail)
        case _ if _OVERSIZE.search(message):
            return Refused(TOO_LARGE, detail)
        case _:
            return Refused(of_http, detail)


def told(code: str, message: str) -> str:
    """A code and what came with it, as one short line."""
    return one_line(f"{code} {message}".strip())[:_LONGEST_DETAIL]
