"""Every error a caller of Orderbus can meet, in one place.

Expected outcomes (a refused webhook, an undecodable record) are values, not
errors; see `bus.delivery.delivery`. What is here stops the step that raised it.
"""

from enum import StrEnum


class OrderbusError(Exception):
    """The root of all errors that Orderbus raises on purpose."""


class ConfigurationError(OrderbusError):
    """A setting is missing, contradicts another or cannot be used."""


class AbsentError(OrderbusError):
    """What was named is not there; the root of all errors that say so."""


class InvalidEventError(OrderbusError):
    """An event does not match its schema or lacks a CloudEvents attribute."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


class EventTypeNotFoundError(InvalidEventError, AbsentError):
    """There is no schema, or no example, of an event type."""


class DecodeError(OrderbusError):
    """A record's bytes cannot be turned into an event, now or ever."""


def undecodable(error: Exception) -> DecodeError:
    """Say of what nobody foresaw in a record that it cannot be decoded.

    A record may nest too deep, hold numbers too large or what else its producer
    thought of; all of that ends with the record.
    """
    if isinstance(error, DecodeError):
        return error
    return DecodeError(f"{type(error).__name__}: {error}")


class SchemaNotFoundError(AbsentError):
    """The registry answered that it has no such schema, version or subject."""


class IncompatibleSchemaError(OrderbusError):
    """A schema would break readers of earlier versions (one line a reason)."""

    def __init__(self, subject: str, reasons: tuple[str, ...]) -> None:
        super().__init__(f"{subject} is incompatible:\n  " + "\n  ".join(reasons))
        self.subject = subject
        self.reasons = reasons


class InvalidSchemaError(OrderbusError):
    """A text is no Avro schema, or one that the registry does not take."""


class RegistryUnavailableError(OrderbusError):
    """The schema registry gave no usable answer; trying again may help."""


class InvalidFieldsError(OrderbusError):
    """Something is refused: which field, and why.

    `problems` holds all pairs of them, the first in `field` and `why`, too.
    """

    def __init__(self, field: str, why: str, *more: tuple[str, str]) -> None:
        self.problems = ((field, why), *more)
        super().__init__("\n".join(f"{f}: {w}" for f, w in self.problems))
        self.field = field
        self.why = why


class InvalidSubscriptionError(InvalidFieldsError):
    """A subscription is refused: which field, and why."""


class SubscriptionStateError(InvalidSubscriptionError):
    """A change is right in itself, but not as the subscription stands now."""


class SubscriptionNotFoundError(AbsentError):
    """No subscription has this id."""


class ConflictError(OrderbusError):
    """Somebody else keeps changing the same thing; try again."""


class SubscriptionConflictError(ConflictError):
    """Somebody else keeps changing the same subscription; try again."""


class InvalidSourceError(InvalidFieldsError):
    """A source is refused: which field, and why."""


class SourceStateError(InvalidSourceError):
    """A change is right in itself, but not as the source stands now."""


class SourceNotFoundError(AbsentError):
    """No source has this id."""


class RequestNotFoundError(AbsentError):
    """A source has made no such request of the OMS."""


class NotReadyError(OrderbusError):
    """A subscription cannot take replays now; says why and how to go on."""


class SealError(OrderbusError):
    """A sealed secret cannot be opened: wrong key, or changed bytes."""


class RenderError(OrderbusError):
    """A subscription's transform cannot be applied to this event, now or ever."""


class BrokerUnavailableError(OrderbusError):
    """Kafka gave no usable answer in time; trying again may help."""


class Heals(StrEnum):
    """What helps against a record that was not written."""

    TIME = "try again"
    HAND = "somebody has to make the topic, or to allow us to write there"
    NOTHING = "this record will never be taken there"


class PublishError(OrderbusError):
    """Kafka did not acknowledge a record. `heals` says what may help.

    `code` is the client's name for what happened, if it has one.
    """

    def __init__(self, topic: str, why: str, *, heals: Heals, code: str = "") -> None:
        super().__init__(f"{topic}: {why}")
        self.topic = topic
        self.code = code
        self.why = why
        self.heals = heals

    @property
    def retriable(self) -> bool:
        """Whether trying again may help, without anybody's doing."""
        return self.heals is Heals.TIME


class TopicError(OrderbusError):
    """A topic cannot be made, changed or deleted as asked."""


class EmbeddedBrokerError(OrderbusError):
    """The embedded Kafka or its Java runtime could not be had or started."""


class WorkerBrokenError(OrderbusError):
    """A bug has ended a worker; its log has the traceback."""


class LogUnavailableError(OrderbusError):
    """The log's database gives no answer, or has no room; nothing was written."""


class LogRefusedError(OrderbusError):
    """The log's database does not take a row for what stands in it."""


class LogOvertakenError(OrderbusError):
    """Another process writes this partition's part of the log by now."""


class OutboxUnavailableError(OrderbusError):
    """The database of an outbox gives no usable answer, for the reason it says."""


class TableUnavailableError(OrderbusError):
    """The database of a table that is read gives no usable answer; says why."""


class SpoolError(OrderbusError):
    """What was to be kept on disk could not be: no room, or the disk fails."""


class FolderError(OrderbusError):
    """A folder that files are taken from cannot be used, for the reason it says."""


class QueueError(OrderbusError):
    """A queue that messages are pulled from cannot be used, for the reason it says."""


class BadCursorError(OrderbusError):
    """A cursor is none that the log gave out for this question."""


class NotAuthenticatedError(OrderbusError):
    """No key, or one that is not valid; says no more than its holder may know."""


class NotAllowedError(OrderbusError):
    """Whoever asks may not do this; which scope would be needed."""


class InvalidKeyError(OrderbusError):
    """A key cannot be made or changed as asked: which field, and why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


class KeyNotFoundError(AbsentError):
    """No key has this id."""


class VersionMismatchError(OrderbusError):
    """It is not the version any more that the change was meant for."""


class MigrationNotFoundError(AbsentError):
    """There is no migration with this id."""


class ParkedNotFoundError(AbsentError):
    """No parked item, or group of them, has this id."""


class InvalidMappingError(OrderbusError):
    """A changed mapping cannot be used: file, line, and what is wrong there."""
