"""Which test holds which promise for which kind of endpoint; and why one need not.

The two suites hold most of them for most kinds at once. What a transport has in its
own way is held beside it, on its own server.
"""

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from bus.delivery.endpoint import Kind
from tests.contract.sinks.conftest import REAL, SCRIPTED

ROOT = Path(__file__).parents[3]
HERE = "tests/contract/sinks"
LAWS = f"{HERE}/test_laws.py"
REPLIES = f"{HERE}/test_replies.py"
SUITES: Mapping[str, str] = {
    "accepted": f"{LAWS}::test_accepted",
    "refused": f"{REPLIES}::test_refused",
    "throttled": f"{REPLIES}::test_throttled",
    "failed": f"{REPLIES}::test_failed",
    "unreachable": f"{LAWS}::test_nobody_listens",
    "order of one order id": f"{LAWS}::test_order",
    "the same id again": f"{LAWS}::test_the_same_again",
    "too large": "",
    "wrong credentials": f"{REPLIES}::test_wrong_credentials",
    "TLS": "",
    "address guard": f"{LAWS}::test_guard",
    "cancel": f"{REPLIES}::test_given_up",
    "reconnect": f"{REPLIES}::test_restart",
    "close": f"{REPLIES}::test_close",
}
"""By promise the test of a suite, which holds it for every kind in there."""
CERTIFICATES = f"{HERE}/test_certificates.py::test_ours_is_shown"
AWS = {"too large": f"{HERE}/test_aws.py::test_too_large", "TLS": CERTIFICATES}
KEPT = f"{HERE}/test_laws_of_ours.py::test_it_keeps"
VERDICTS = "tests/unit/bus/adapters/kafka/test_verdicts.py"
OWN: Mapping[Kind, Mapping[str, str]] = {
    Kind.HTTP: {
        "too large": "-: only the receiver limits a body; its 413 is an answer",
        "TLS": "tests/contract/sender/test_tls.py::test_client_certificate",
    },
    Kind.GRPC: {
        "too large": f"{HERE}/test_grpc.py::test_too_large_for_grpc",
        "TLS": f"{HERE}/test_grpc_tls.py::test_client_certificate",
    },
    Kind.AMQP: {
        "too large": f"{HERE}/test_rabbitmq.py::test_too_large",
        "TLS": f"{HERE}/test_rabbitmq.py::test_own_authority",
    },
    Kind.AMQP1: {
        "too large": f"{HERE}/test_rabbitmq1.py::test_too_large",
        "TLS": f"{HERE}/test_artemis.py::test_tls",
    },
    Kind.NATS: {
        "too large": f"{HERE}/test_nats.py::test_limits",
        "TLS": f"{HERE}/test_nats_tls.py::test_own_authority",
    },
    Kind.SQS: AWS,
    Kind.SNS: AWS,
    Kind.EVENTBRIDGE: AWS,
    Kind.PUBSUB: {
        "too large": f"{HERE}/test_pubsub.py::test_too_large",
        "TLS": CERTIFICATES,
    },
    Kind.REDIS: {
        "refused": f"{HERE}/test_redis.py::test_no_stream",
        "throttled": "-: Redis has no word for it",
        "failed": f"{HERE}/test_redis.py::test_no_memory_left",
        "too large": "-: a field may have 512 MiB, and no event is so large",
        "wrong credentials": f"{HERE}/test_redis.py::test_logins",
        "TLS": f"{HERE}/test_redis.py::test_certificates",
        "cancel": KEPT,
        "reconnect": f"{HERE}/test_redis.py::test_a_server_that_dies",
        "close": KEPT,
    },
    Kind.KAFKA: {
        "refused": f"{HERE}/test_kafka_replies.py::test_not_authorised",
        "throttled": VERDICTS,
        "failed": VERDICTS,
        "too large": f"{HERE}/test_kafka.py::test_too_large",
        "wrong credentials": f"{HERE}/test_kafka.py::test_login",
        "TLS": f"{HERE}/test_certificates.py::test_kafka",
        "cancel": f"{HERE}/test_kafka_away.py::test_it_says_nothing",
        "reconnect": f"{HERE}/test_kafka_away.py::test_it_dies_and_comes_back",
        "close": f"{HERE}/test_kafka_away.py::test_it_says_nothing",
    },
    Kind.PULL: {
        "too large": f"{HERE}/test_pull.py::test_too_large",
        "wrong credentials": f"{HERE}/test_pull.py::test_who_may",
        "TLS": f"{HERE}/test_pull_trust.py::test_what_stays_wrong",
    },
}
"""What a kind has beside the suites, or for want of them."""
_AS_TOLD = {Kind(name) for name in SCRIPTED}
_ALSO_REAL = {one for one in Kind if f"'{one}'" in str(REAL)}
_IN_LAWS = _AS_TOLD | _ALSO_REAL


@pytest.mark.parametrize("promise", SUITES)
@pytest.mark.parametrize("kind", OWN)
def test_every_promise_has_a_test(kind: Kind, promise: str) -> None:
    """Or a reason why there is nothing to hold."""
    suite = SUITES[promise]
    has_suite = kind in (_IN_LAWS if suite.startswith(LAWS) else _AS_TOLD)
    held = OWN[kind].get(promise) or (suite if has_suite else "")
    assert held, f"nothing holds it: {kind}, {promise}"
    if not held.startswith("-: "):
        file, _, name = held.partition("::")
        tree = ast.parse((ROOT / file).read_text())
        functions = ast.FunctionDef | ast.AsyncFunctionDef
        tests = {one.name for one in tree.body if isinstance(one, functions)}
        assert not name or name in tests, held


def test_every_kind_is_in_the_table() -> None:
    """But those that others write, which have laws of their own (`bus.laws`)."""
    assert set(OWN) == set(Kind) - {Kind.PLUGGED}
    assert {Kind.REDIS, Kind.KAFKA} <= _ALSO_REAL
