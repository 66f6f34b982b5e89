"""What librdkafka's errors mean to us, in one table.

`tests/unit/bus/adapters/kafka/test_errors.py` fails when librdkafka grows an error that
stands in no row.
"""

from enum import Enum

from confluent_kafka import KafkaError

from bus.errors import (
    BrokerUnavailableError,
    ConfigurationError,
    Heals,
    OrderbusError,
    PublishError,
    TopicError,
)


class Kind(Enum):
    """What helps against an error."""

    TIME = "try again"
    MISSING = "the topic is not there, or not yet"
    TOPIC = "ask for another topic layout"
    SETTINGS = "change a setting, a credential or a permission"
    RECORD = "nothing: this record will never be taken"
    UNUSED = "belongs to a feature the bus does not use"
    NONE = "no error"


_ROWS: dict[Kind, str] = {
    Kind.TIME: """
        BROKER_NOT_AVAILABLE COORDINATOR_LOAD_IN_PROGRESS COORDINATOR_NOT_AVAILABLE
        ELIGIBLE_LEADERS_NOT_AVAILABLE FENCED_INSTANCE_ID FENCED_LEADER_EPOCH
        FENCED_MEMBER_EPOCH FETCH_SESSION_ID_NOT_FOUND GROUP_ID_NOT_FOUND
        GROUP_MAX_SIZE_REACHED GROUP_SUBSCRIBED_TO_TOPIC ILLEGAL_GENERATION
        INVALID_FETCH_SESSION_EPOCH INVALID_PRODUCER_EPOCH
        INVALID_PRODUCER_ID_MAPPING KAFKA_STORAGE_ERROR LEADER_NOT_AVAILABLE
        LISTENER_NOT_FOUND MEMBER_ID_REQUIRED NETWORK_EXCEPTION NON_EMPTY_GROUP
        NOT_CONTROLLER NOT_COORDINATOR NOT_ENOUGH_REPLICAS
        NOT_ENOUGH_REPLICAS_AFTER_APPEND NOT_LEADER_FOR_PARTITION
        OFFSET_NOT_AVAILABLE OFFSET_OUT_OF_RANGE OPERATION_NOT_ATTEMPTED
        OUT_OF_ORDER_SEQUENCE_NUMBER DUPLICATE_SEQUENCE_NUMBER PRODUCER_FENCED
        PREFERRED_LEADER_NOT_AVAILABLE REBALANCE_IN_PROGRESS REBOOTSTRAP_REQUIRED
        REPLICA_NOT_AVAILABLE REQUEST_TIMED_OUT STALE_BROKER_EPOCH
        STALE_CTRL_EPOCH STALE_MEMBER_EPOCH THROTTLING_QUOTA_EXCEEDED UNKNOWN
        UNKNOWN_LEADER_EPOCH UNKNOWN_MEMBER_ID UNKNOWN_PRODUCER_ID
        UNRELEASED_INSTANCE_ID UNSTABLE_OFFSET_COMMIT
        _ALL_BROKERS_DOWN _APPLICATION _ASSIGNMENT_LOST _ASSIGN_PARTITIONS
        _AUTO_OFFSET_RESET _CONFLICT _CRIT_SYS_RESOURCE _DESTROY _DESTROY_BROKER
        _FAIL _FATAL _FENCED _FS _GAPLESS_GUARANTEE _INTR _IN_PROGRESS
        _ISR_INSUFF _LOG_TRUNCATION _MAX_POLL_EXCEEDED _MSG_TIMED_OUT
        _NODE_UPDATE _NOENT _NOOP _NO_OFFSET _OUTDATED _PARTIAL _PARTITION_EOF
        _PREV_IN_PROGRESS _PURGE_INFLIGHT _PURGE_QUEUE _QUEUE_FULL _RESOLVE
        _RETRY _REVOKE_PARTITIONS _STATE _TIMED_OUT _TIMED_OUT_QUEUE _TRANSPORT
        _UNDERFLOW _UNKNOWN_BROKER _UNKNOWN_GROUP _WAIT_CACHE _WAIT_COORD
        """,
    Kind.MISSING: """
        INCONSISTENT_TOPIC_ID UNKNOWN_TOPIC_ID UNKNOWN_TOPIC_OR_PART
        _UNKNOWN_PARTITION _UNKNOWN_TOPIC
        """,
    Kind.TOPIC: """
        INVALID_CONFIG INVALID_PARTITIONS INVALID_REPLICATION_FACTOR
        INVALID_REPLICA_ASSIGNMENT POLICY_VIOLATION REASSIGNMENT_IN_PROGRESS
        TOPIC_ALREADY_EXISTS TOPIC_DELETION_DISABLED TOPIC_EXCEPTION
        """,
    Kind.SETTINGS: """
        CLUSTER_AUTHORIZATION_FAILED GROUP_AUTHORIZATION_FAILED
        ILLEGAL_SASL_STATE INCONSISTENT_GROUP_PROTOCOL INVALID_GROUP_ID
        INVALID_REGULAR_EXPRESSION INVALID_REQUEST INVALID_REQUIRED_ACKS
        INVALID_SESSION_TIMEOUT SASL_AUTHENTICATION_FAILED SECURITY_DISABLED
        TOPIC_AUTHORIZATION_FAILED UNSUPPORTED_ASSIGNOR
        UNSUPPORTED_SASL_MECHANISM UNSUPPORTED_VERSION
        _AUTHENTICATION _EXISTING_SUBSCRIPTION _INVALID_ARG _INVALID_TYPE
        _NOT_CONFIGURED _NOT_IMPLEMENTED _READ_ONLY _SSL _UNKNOWN_PROTOCOL
        _UNSUPPORTED_FEATURE
        """,
    Kind.RECORD: """
        INVALID_COMMIT_OFFSET_SIZE INVALID_MSG INVALID_MSG_SIZE INVALID_RECORD
        INVALID_TIMESTAMP MSG_SIZE_TOO_LARGE OFFSET_METADATA_TOO_LARGE
        RECORD_LIST_TOO_LARGE UNSUPPORTED_COMPRESSION_TYPE
        UNSUPPORTED_FOR_MESSAGE_FORMAT _BAD_COMPRESSION _BAD_MSG _INCONSISTENT
        _INVALID_DIFFERENT_RECORD
        """,
    Kind.UNUSED: """
        CONCURRENT_TRANSACTIONS DELEGATION_TOKEN_AUTHORIZATION_FAILED
        DELEGATION_TOKEN_AUTH_DISABLED DELEGATION_TOKEN_EXPIRED
        DELEGATION_TOKEN_NOT_FOUND DELEGATION_TOKEN_OWNER_MISMATCH
        DELEGATION_TOKEN_REQUEST_NOT_ALLOWED DUPLICATE_RESOURCE DUPLICATE_VOTER
        ELECTION_NOT_NEEDED FEATURE_UPDATE_FAILED FENCED_STATE_EPOCH
        INCONSISTENT_VOTER_SET INVALID_PRINCIPAL_TYPE INVALID_RECORD_STATE
        INVALID_REGISTRATION INVALID_SHARE_SESSION_EPOCH
        INVALID_TRANSACTION_TIMEOUT INVALID_TXN_STATE INVALID_UPDATE_VERSION
        INVALID_VOTER_KEY LOG_DIR_NOT_FOUND MISMATCHED_ENDPOINT_TYPE
        NO_REASSIGNMENT_IN_PROGRESS PRINCIPAL_DESERIALIZATION_FAILURE
        RESOURCE_NOT_FOUND SHARE_SESSION_LIMIT_REACHED SHARE_SESSION_NOT_FOUND
        STREAMS_INVALID_TOPOLOGY STREAMS_INVALID_TOPOLOGY_EPOCH
        STREAMS_TOPOLOGY_FENCED TELEMETRY_TOO_LARGE
        TRANSACTIONAL_ID_AUTHORIZATION_FAILED TRANSACTION_ABORTABLE
        TRANSACTION_COORDINATOR_FENCED UNACCEPTABLE_CREDENTIAL
        UNKNOWN_CONTROLLER_ID UNKNOWN_SUBSCRIPTION_ID UNSUPPORTED_ENDPOINT_TYPE
        VOTER_NOT_FOUND _KEY_DESERIALIZATION _KEY_SERIALIZATION
        _VALUE_DESERIALIZATION _VALUE_SERIALIZATION
        """,
    Kind.NONE: "NO_ERROR",
}
KINDS = {name: kind for kind, names in _ROWS.items() for name in names.split()}


def kind_of(error: KafkaError) -> Kind:
    """What helps against `error`; what no row names is worth another try."""
    return KINDS.get(error.name(), Kind.TIME)


def is_fatal(error: KafkaError) -> bool:
    """Whether the client that reports `error` is of no further use."""
    return error.fatal() or error.name() == "_FATAL"


def lacks_kip_848(error: KafkaError) -> bool:
    """Whether the brokers do not speak the consumer group protocol of KIP-848."""
    unsupported = error.name() in {"_UNSUPPORTED_FEATURE", "UNSUPPORTED_VERSION"}
    return unsupported or (is_fatal(error) and "ConsumerGroupHeartbeat" in error.str())


def application_error(error: Exception) -> KafkaError:
    """What is wrong here, said as librdkafka says it."""
    return KafkaError(KafkaError._APPLICATION, repr(error))  # noqa: SLF001 - librdkafka's own codes begin so


def translate(error: KafkaError, doing: str) -> OrderbusError:
    """Say in our errors that Kafka refused while `doing` something."""
    why = f"{doing}: {error.str()} ({error.name()})"
    match kind_of(error):
        case Kind.SETTINGS:
            return ConfigurationError(why)
        case Kind.TOPIC | Kind.MISSING | Kind.RECORD:
            return TopicError(why)
        case Kind.TIME | Kind.UNUSED | Kind.NONE:
            return BrokerUnavailableError(why)


def not_published(topic: str, error: KafkaError) -> PublishError:
    """Say that a record was not acknowledged, and what may help."""
    why = f"{error.str()} ({error.name()})"
    heals = _HEALS.get(kind_of(error), Heals.TIME)
    return PublishError(topic, why, heals=heals, code=error.name())


_HEALS = {
    Kind.MISSING: Heals.HAND,
    Kind.TOPIC: Heals.HAND,
    Kind.SETTINGS: Heals.HAND,
    Kind.RECORD: Heals.NOTHING,
}
