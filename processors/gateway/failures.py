"""Which problem each error of ours is, in one table; a test holds that all are in it.

The first row that fits counts. An error whose text may name what others own, or what
runs inside, gets a fixed detail.
"""

from collections.abc import Callable, Iterable, Sequence

from pydantic import BaseModel, ValidationError

from bus.errors import (
    AbsentError,
    BadCursorError,
    BrokerUnavailableError,
    ConfigurationError,
    ConflictError,
    DecodeError,
    EventTypeNotFoundError,
    FolderError,
    IncompatibleSchemaError,
    InvalidEventError,
    InvalidFieldsError,
    InvalidKeyError,
    InvalidMappingError,
    InvalidSchemaError,
    InvalidSourceError,
    InvalidSubscriptionError,
    KeyNotFoundError,
    LogOvertakenError,
    LogRefusedError,
    LogUnavailableError,
    MigrationNotFoundError,
    NotAllowedError,
    NotAuthenticatedError,
    NotReadyError,
    OrderbusError,
    OutboxUnavailableError,
    ParkedNotFoundError,
    PublishError,
    QueueError,
    RegistryUnavailableError,
    RenderError,
    RequestNotFoundError,
    SchemaNotFoundError,
    SealError,
    SourceNotFoundError,
    SourceStateError,
    SpoolError,
    SubscriptionConflictError,
    SubscriptionNotFoundError,
    SubscriptionStateError,
    TableUnavailableError,
    TopicError,
    VersionMismatchError,
)
from processors.gateway.problems import (
    BAD_CURSOR,
    CHANGED,
    CONFLICT,
    INTERNAL,
    INVALID,
    NOT_ALLOWED,
    NOT_AUTHENTICATED,
    NOT_FOUND,
    UNAVAILABLE,
    Fault,
    Kind,
    ProblemError,
)
from processors.gateway.wording import worded

RETRY_AFTER = {"Retry-After": "5"}
_ALL_THE_SAME = (
    "What was to be written may have come all the same: under one Idempotency-Key, a"
    " repeat has the same ids."
)
_NO_KAFKA = "Kafka gives no answer; try again."
_KAFKA = f"{_NO_KAFKA} {_ALL_THE_SAME}"
_LESS = "Ask for less, a shorter time or a smaller page, or try again."
_REGISTRY = "The schema registry gives no answer; try again."
_LOG = "The log gives no answer; try again."

_WRITTEN = {"secrets": "secret", "max_age_s": "max_age", "timeout_s": "timeout"}
"""Fields that the API knows by another name."""

Told = Callable[[OrderbusError], ProblemError]


def too_late(within_s: float, *, writes: bool) -> ProblemError:
    """A request has used up its time; what was begun may have been done."""
    detail = f"It took longer than {within_s:g} s. {_ALL_THE_SAME if writes else _LESS}"
    return ProblemError(UNAVAILABLE, detail, headers=RETRY_AFTER)


def _fixed(kind: Kind, detail: str = "") -> Told:
    headers = RETRY_AFTER if kind is UNAVAILABLE else {}
    return lambda _: ProblemError(kind, detail, headers=headers)


def _as_it_says(kind: Kind) -> Told:
    return lambda error: ProblemError(kind, str(error))


def _event(error: OrderbusError) -> ProblemError:
    if not isinstance(error, InvalidEventError):
        raise TypeError(error)
    root = "#" if error.field in {"type", "id", "source"} else "#/data"
    where = "" if error.field == "data" else error.field
    fault = Fault(pointer=root + steps(where), detail=error.why)
    return ProblemError(INVALID, "The event does not match its schema.", errors=[fault])


def _subscription(kind: Kind) -> Told:
    def told(error: OrderbusError) -> ProblemError:
        if not isinstance(error, InvalidSubscriptionError):
            raise TypeError(error)
        faults = [
            Fault(pointer="#" + subscription_pointer(field), detail=why)
            for field, why in error.problems
        ]
        return ProblemError(kind, "The subscription is refused.", errors=faults)

    return told


def _source(kind: Kind) -> Told:
    def told(error: OrderbusError) -> ProblemError:
        if not isinstance(error, InvalidSourceError):
            raise TypeError(error)
        faults = [
            Fault(pointer="#" + steps(field), detail=why)
            for field, why in error.problems
        ]
        return ProblemError(kind, "The source is refused.", errors=faults)

    return told


def _key(error: OrderbusError) -> ProblemError:
    if not isinstance(error, InvalidKeyError):
        raise TypeError(error)
    fault = Fault(pointer="#" + steps(error.field), detail=error.why)
    return ProblemError(INVALID, "The key is refused.", errors=[fault])


def _publish(error: OrderbusError) -> ProblemError:
    if isinstance(error, PublishError) and error.retriable:
        return ProblemError(UNAVAILABLE, _KAFKA, headers=RETRY_AFTER)
    return ProblemError(CONFLICT, "Kafka does not take this record as it is.")


FAILURES: Sequence[tuple[type[OrderbusError], Told]] = (
    (NotAuthenticatedError, _as_it_says(NOT_AUTHENTICATED)),
    (NotAllowedError, _as_it_says(NOT_ALLOWED)),
    (KeyNotFoundError, _fixed(NOT_FOUND)),
    (InvalidKeyError, _key),
    (EventTypeNotFoundError, _event),
    (InvalidEventError, _event),
    (SubscriptionStateError, _subscription(CONFLICT)),
    (InvalidSubscriptionError, _subscription(INVALID)),
    (SubscriptionNotFoundError, _fixed(NOT_FOUND)),
    (SourceStateError, _source(CONFLICT)),
    (InvalidSourceError, _source(INVALID)),
    (InvalidFieldsError, _as_it_says(INVALID)),
    (SourceNotFoundError, _fixed(NOT_FOUND)),
    (RequestNotFoundError, _fixed(NOT_FOUND)),
    (ParkedNotFoundError, _fixed(NOT_FOUND)),
    (MigrationNotFoundError, _fixed(NOT_FOUND)),
    (InvalidMappingError, _as_it_says(INVALID)),
    (SubscriptionConflictError, _as_it_says(CONFLICT)),
    (ConflictError, _as_it_says(CONFLICT)),
    (VersionMismatchError, _fixed(CHANGED)),
    (NotReadyError, _as_it_says(CONFLICT)),
    (SchemaNotFoundError, _fixed(NOT_FOUND)),
    (AbsentError, _fixed(NOT_FOUND)),
    (IncompatibleSchemaError, _as_it_says(CONFLICT)),
    (InvalidSchemaError, _as_it_says(INVALID)),
    (RenderError, _as_it_says(CONFLICT)),
    (DecodeError, _as_it_says(CONFLICT)),
    (BadCursorError, _fixed(BAD_CURSOR)),
    (PublishError, _publish),
    (BrokerUnavailableError, _fixed(UNAVAILABLE, _KAFKA)),
    (RegistryUnavailableError, _fixed(UNAVAILABLE, _REGISTRY)),
    (LogUnavailableError, _fixed(UNAVAILABLE, _LOG)),
    (LogOvertakenError, _fixed(UNAVAILABLE, _LOG)),
    (TopicError, _fixed(UNAVAILABLE, "Kafka does not make the topics now.")),
    (LogRefusedError, _fixed(INTERNAL)),
    (OutboxUnavailableError, _fixed(INTERNAL)),
    (TableUnavailableError, _fixed(INTERNAL)),
    (SpoolError, _fixed(INTERNAL)),
    (FolderError, _fixed(INTERNAL)),
    (QueueError, _fixed(INTERNAL)),
    (SealError, _fixed(INTERNAL)),
    (ConfigurationError, _fixed(INTERNAL)),
    (OrderbusError, _fixed(INTERNAL)),
)


def problem_of(error: OrderbusError, *, writes: bool = True) -> ProblemError:
    """The problem that an error of ours is; not `writes`: nothing was to be written."""
    if isinstance(error, BrokerUnavailableError) and not writes:
        return ProblemError(UNAVAILABLE, _NO_KAFKA, headers=RETRY_AFTER)
    for kind, told in FAILURES:
        if isinstance(error, kind):
            return told(error)
    return ProblemError(INTERNAL)


_TAGS = frozenset({"one", "many"})
_MOST_FAULTS = 1_000
_MOST_CHARS = 500


def faults_of(
    error: ValidationError, model: type[BaseModel], *, parameters: bool = False
) -> Sequence[Fault]:
    """What a model refuses: where and why, never the value.

    More than can be told are only counted: to list what a large body has wrong takes
    seconds, and an answer many times its size.
    """
    if (count := error.error_count()) > _MOST_FAULTS:
        said = f"{count} things are wrong, too many to tell"
        return [
            Fault(parameter="", detail=said)
            if parameters
            else Fault(pointer="#", detail=said)
        ]
    found = error.errors(include_url=False, include_input=False)
    return [
        Fault(parameter=str(e["loc"][0]) if e["loc"] else "", detail=said)
        if parameters
        else Fault(pointer=pointer(_untagged(e["loc"])), detail=said)
        for e, said in ((e, worded(e, model, parameter=parameters)) for e in found)
    ]


def pointer(steps_: Iterable[int | str]) -> str:
    """A JSON pointer (RFC 6901) in a fragment; as far as it is not too long."""
    pointed = "#"
    for step in steps_:
        escaped = str(step).replace("~", "~0").replace("/", "~1")
        if len(pointed) + len(escaped) > _MOST_CHARS:
            break
        pointed += f"/{escaped}"
    return pointed


def subscription_pointer(field: str) -> str:
    """The end of a pointer to a subscription's field, by the name the API has."""
    return steps(_WRITTEN.get(field, field))


def steps(place: str) -> str:
    """A place as our errors write it, `lines[2].price`, as the end of a pointer."""
    words = place.replace("[", ".").replace("]", "").split(".")
    return pointer(word.strip('"') for word in words if word)[1:]


def _untagged(place: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The place without the name of the form that was chosen."""
    return place[1:] if place and place[0] in _TAGS else place
