"""Findings about what a sink made of a test event: queues, topics, streams, calls."""

from collections.abc import Iterator, Mapping

from bus.delivery.delivery import (
    Accepted,
    Failed,
    Outcome,
    Refused,
    Throttled,
    Unreachable,
)
from bus.delivery.endpoint import Kind
from processors.diagnose.facts import Facts, Sent
from processors.diagnose.findings import Finding, Severity
from processors.diagnose.wording import ms, took

_BY_STATUS: Mapping[int, str] = {
    401: "sent.unauthorized",
    403: "sent.unauthorized",
    404: "sent.not-found",
    413: "sent.too-large",
}
_SIGN_IN = "Is the login right (--username, --password-file), and may it write there?"
_AWS = (
    "Is the access key right and active, and does its policy, or that of the role that"
    " is assumed, allow it there?"
)
_NOTHING = "Its own log should say why; bus trace shows what became of each event."
_ADVICE: Mapping[Kind, Mapping[str, str]] = {
    Kind.GRPC: {
        "sent.unauthorized": "Does it verify with this subscription's newest secret,"
        " over binary_data as it came? Does a proxy ask for metadata (--header)?",
        "sent.not-found": "Does it serve orderbus.v1.EventReceiver at this port?",
        "sent.refused": "501 says that it does not serve orderbus.v1.EventReceiver;"
        " else its detail says what it dislikes.",
        "sent.too-large": "Let its server take messages of 4 MiB.",
    },
    Kind.PULL: {
        "sent.unreachable": "Its partner has to dial a gateway with a key of its"
        " account and name this subscription: docs/sinks/pull.md.",
        "sent.unauthorized": "Does it verify with this subscription's newest secret?",
    },
    Kind.KAFKA: {
        "sent.unauthorized": _SIGN_IN,
        "sent.not-found": "Is the topic there? The bus makes none.",
        "sent.too-large": "Raise max.message.bytes of the topic.",
        "sent.unreachable": "The brokers that the cluster names (advertised.listeners)"
        " have to be reached from here as well as the one in the URL.",
    },
    Kind.AMQP: {
        "sent.unauthorized": f"{_SIGN_IN} rabbitmqctl list_permissions says so.",
        "sent.not-found": "Is the exchange or queue there, in this virtual host, and is"
        " a queue bound that takes this routing key?",
        "sent.throttled": "The queue is full, or the broker is short of memory or disk:"
        " is anybody consuming?",
    },
    Kind.AMQP1: {
        "sent.unauthorized": f"{_SIGN_IN} Without a login a client certificate signs in"
        " (EXTERNAL), else nobody (ANONYMOUS).",
        "sent.not-found": "Is the address there? All after HOST/ is it, byte for byte:"
        " RabbitMQ's begin with another slash.",
        "sent.throttled": "The receiver gives no credit, or the queue is full: is"
        " anybody consuming?",
        "sent.too-large": "Raise max-message-size of its link.",
    },
    Kind.NATS: {
        "sent.unauthorized": f"{_SIGN_IN} It needs to publish there, and to subscribe"
        " to _INBOX.>.",
        "sent.not-found": "Make a stream of JetStream that takes this subject.",
        "sent.too-large": "Raise max_payload of the server or max_msg_size.",
        "sent.throttled": "The stream is full: raise its limits, or discard old.",
    },
    Kind.REDIS: {
        "sent.unauthorized": f"{_SIGN_IN} It needs +xadd on the key of the stream.",
        "sent.refused": "409 says that the key is something else than a stream, 421"
        " that the server is a cluster's.",
        "sent.throttled": "Its memory is used up: give the URL ?maxlen=, or trim.",
    },
    Kind.PUBSUB: {
        "sent.unauthorized": "Is the service account's key still active, and has it"
        " roles/pubsub.publisher on the topic?",
        "sent.not-found": "Is the topic there, in this project?",
    },
    Kind.SQS: {
        "sent.unauthorized": _AWS,
        "sent.not-found": "Is the queue there, in this region and account?",
    },
    Kind.SNS: {
        "sent.unauthorized": _AWS,
        "sent.not-found": "Is the topic there, in this region and account?",
    },
    Kind.EVENTBRIDGE: {
        "sent.unauthorized": _AWS,
        "sent.not-found": "Is the event bus there, in this region and account?",
    },
}
"""By kind, what to do about a finding; the others are `_GENERAL`."""
_GENERAL: Mapping[str, str] = {
    "sent.unauthorized": _SIGN_IN,
    "sent.not-found": "Is what the URL names there?",
    "sent.too-large": "Raise its limit, or make events smaller by a transform.",
    "sent.refused": f"Events that it refuses become dead letters at once. {_NOTHING}",
    "sent.throttled": "Give the subscription a --rate that it can take.",
    "sent.fails": f"Such events come again by the retry topics. {_NOTHING}",
    "sent.unreachable": "Is it running, and does it speak what the URL's scheme says?",
}


def judge_sent(facts: Facts) -> Iterator[Finding]:
    """What became of a signed event, and what to do about it."""
    if facts.missing:
        yield Finding(
            code="sent.missing",
            severity=Severity.ERROR,
            says=f"Nothing was sent: {facts.missing}.",
            do="Set that up where deliveries run; until then they wait, and none is"
            " lost.",
            at_s=facts.began_s,
        )
    if facts.unsent:
        yield Finding(
            code="sent.nothing",
            severity=Severity.INFO,
            says=f"Nothing was sent: {facts.unsent}.",
            at_s=facts.began_s,
        )
    if facts.sent is not None:
        yield _finding(facts.subscription.kind, facts.sent)


def _finding(kind: Kind, sent: Sent) -> Finding:
    code = _code(sent.outcome)
    evidence = {
        "sent": sent.event_type,
        "webhook_id": sent.webhook_id,
        "took_ms": ms(sent.took_s),
        "outcome": sent.outcome.name,
    }
    if isinstance(sent.outcome, Accepted):
        return Finding(
            code=code,
            severity=Severity.OK,
            says=f"It took a signed event in {took(sent.took_s)}.",
            at_s=sent.at_s,
            evidence={**evidence, "status": sent.outcome.status},
        )
    return Finding(
        code=code,
        severity=Severity.ERROR,
        says=f"It did not take a signed event: {_said(sent.outcome)}.",
        do=_ADVICE.get(kind, {}).get(code) or _GENERAL[code],
        at_s=sent.at_s,
        evidence={**evidence, "detail": sent.outcome.detail},
    )


def _code(outcome: Outcome) -> str:
    match outcome:
        case Accepted():
            return "sent.ok"
        case Refused(status=status):
            return _BY_STATUS.get(status, "sent.refused")
        case Throttled():
            return "sent.throttled"
        case Failed(status=status):
            # Credentials that have expired, or are not allowed here for now.
            return "sent.unauthorized" if status == 401 else "sent.fails"  # noqa: PLR2004 - HTTP's
        case Unreachable():
            return "sent.unreachable"


def _said(outcome: Refused | Throttled | Failed | Unreachable) -> str:
    if isinstance(outcome, Unreachable):
        return outcome.detail or outcome.kind
    return f"{outcome.status} {outcome.detail}".strip()
