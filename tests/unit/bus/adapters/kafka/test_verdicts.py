"""What each error of a producer means to a delivery."""

import pytest

from bus.adapters.kafka.errors import KINDS
from bus.adapters.kafka.verdicts import graver, judge
from bus.delivery.delivery import Failed, Outcome, Refused, Throttled, Unreachable
from bus.ports import NoAnswerKind


@pytest.mark.parametrize(
    ("code", "trouble", "outcome"),
    [
        ("MSG_SIZE_TOO_LARGE", "", Refused(413, "MSG_SIZE_TOO_LARGE")),
        ("RECORD_LIST_TOO_LARGE", "", Refused(413, "RECORD_LIST_TOO_LARGE")),
        ("INVALID_RECORD", "", Refused(400, "INVALID_RECORD")),
        ("UNKNOWN_TOPIC_OR_PART", "", Refused(404, "UNKNOWN_TOPIC_OR_PART")),
        ("_UNKNOWN_TOPIC", "", Refused(404, "_UNKNOWN_TOPIC")),
        ("TOPIC_AUTHORIZATION_FAILED", "", Refused(403, "TOPIC_AUTHORIZATION_FAILED")),
        ("SASL_AUTHENTICATION_FAILED", "", Refused(401, "SASL_AUTHENTICATION_FAILED")),
        ("_MSG_TIMED_OUT", "_AUTHENTICATION", Refused(401, "_AUTHENTICATION")),
        (
            "THROTTLING_QUOTA_EXCEEDED",
            "",
            Throttled(429, None, "THROTTLING_QUOTA_EXCEEDED"),
        ),
        ("NOT_ENOUGH_REPLICAS", "", Failed(503, None, "NOT_ENOUGH_REPLICAS")),
        ("POLICY_VIOLATION", "", Refused(400, "POLICY_VIOLATION")),
    ],
)
def test_answers(code: str, trouble: str, outcome: Outcome) -> None:
    """A status that HTTP has for the same, and Kafka's own name."""
    assert judge(code, trouble) == outcome


@pytest.mark.parametrize(
    ("code", "trouble", "kind"),
    [
        ("_MSG_TIMED_OUT", "", NoAnswerKind.TIMEOUT),
        ("_MSG_TIMED_OUT", "_TRANSPORT", NoAnswerKind.CONNECT),
        ("_MSG_TIMED_OUT", "_ALL_BROKERS_DOWN", NoAnswerKind.CONNECT),
        ("_MSG_TIMED_OUT", "_RESOLVE", NoAnswerKind.DNS),
        ("_MSG_TIMED_OUT", "_SSL", NoAnswerKind.TLS),
        ("_SSL", "", NoAnswerKind.TLS),
        ("_DESTROY", "", NoAnswerKind.RESET),
        ("_PURGE_INFLIGHT", "_TRANSPORT", NoAnswerKind.RESET),
    ],
)
def test_nobody_reached(code: str, trouble: str, kind: NoAnswerKind) -> None:
    """Why, by what the client complained of last."""
    outcome = judge(code, trouble)
    assert isinstance(outcome, Unreachable)
    assert outcome.kind == kind


@pytest.mark.parametrize("code", sorted({*KINDS, "", "NEVER_HEARD_OF"}))
def test_every_error_is_judged(code: str) -> None:
    """Those of a newer librdkafka, too; none is taken for an acknowledgement."""
    assert isinstance(judge(code, ""), Refused | Throttled | Failed | Unreachable)


def test_troubles() -> None:
    """Only what explains that deliveries time out is remembered."""
    assert graver("", "_SSL") == "_SSL"
    assert graver("_SSL", "_QUEUE_FULL") == "_SSL"
    assert not graver("", "_QUEUE_FULL")


def test_the_graver_trouble_stays() -> None:
    """A login that is not accepted is told, whatever else follows from it."""
    assert graver("", "_TRANSPORT") == "_TRANSPORT"
    assert graver("_TRANSPORT", "_AUTHENTICATION") == "_AUTHENTICATION"
    assert graver("_AUTHENTICATION", "_ALL_BROKERS_DOWN") == "_AUTHENTICATION"
    assert graver("_SSL", "") == "_SSL"
