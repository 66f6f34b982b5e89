"""What a kind of endpoint cannot do that a subscription asks of it."""

import re
from collections.abc import Callable, Iterator, Mapping

from bus.delivery.endpoint import (
    AWS,
    SCHEMES,
    KafkaEndpoint,
    Kind,
    parse_endpoint,
)
from bus.delivery.queues import SHORT
from bus.delivery.subscription import DEFAULT_TRANSIENT, Subscription, Tls
from bus.errors import InvalidSubscriptionError
from bus.webhook.rendering import Representation, negotiate

_OURS = ("bus.", "oms.", "intake.")
_ATTRIBUTE = re.compile(r"(?!aws\.|amazon\.)[0-9a-z_-]+(\.[0-9a-z_-]+)*")
_MOST_ATTRIBUTES = 3
_ATTRIBUTE_NAME, _ATTRIBUTE_VALUE = 256, 1_024
_METADATA_NAME = re.compile(r"[0-9a-z_.-]+")


def fitting(subscription: Subscription) -> Iterator[tuple[str, str]]:
    """Each field that does not fit, and why."""
    yield from _CHECKS[subscription.kind](subscription)


def _http(subscription: Subscription) -> Iterator[tuple[str, str]]:
    yield from _no_login(subscription, "an Authorization header")


def _plugged(subscription: Subscription) -> Iterator[tuple[str, str]]:
    """What it cannot do only its author knows."""
    del subscription
    return iter(())


def _no_login(subscription: Subscription, instead: str) -> Iterator[tuple[str, str]]:
    if subscription.login is not None:
        yield "login", f"{subscription.kind} has none; send {instead}"


def _signed_in(
    subscription: Subscription, *mechanisms: str
) -> Iterator[tuple[str, str]]:
    login = subscription.login
    if login is not None and login.mechanism not in mechanisms:
        there = ", ".join(mechanisms)
        yield "login.mechanism", f"{subscription.kind} endpoints have {there}"


def _nats(subscription: Subscription) -> Iterator[tuple[str, str]]:
    yield from _signed_in(subscription, "plain", "token", "nkey")
    if subscription.transient_statuses != DEFAULT_TRANSIENT:
        yield "transient_statuses", "a stream answers with no statuses"
    for name in subscription.headers:
        if name.lower().startswith("nats-"):
            yield f"headers.{name}", "NATS keeps Nats-… for itself"


def _redis(subscription: Subscription) -> Iterator[tuple[str, str]]:
    yield from _signed_in(subscription, "plain")
    if subscription.transient_statuses != DEFAULT_TRANSIENT:
        yield "transient_statuses", "a stream answers with no statuses"
    for name in subscription.headers:
        if name.lower() == "data":
            yield f"headers.{name}", "the field data of an entry is the body"


def _pubsub(subscription: Subscription) -> Iterator[tuple[str, str]]:
    yield from _signed_in(subscription, "plain")
    plain = SCHEMES[subscription.url.partition(":")[0]].plain
    if subscription.login is None and not plain:
        yield "login", "expected a service account: its client_email and private_key"
    if subscription.login is not None and plain:
        yield "login", "an emulator has none; what signs in is not sent in plain text"
    if subscription.transient_statuses != DEFAULT_TRANSIENT:
        yield "transient_statuses", "a topic answers with no statuses of yours"
    for name, value in subscription.headers.items():
        if len(name) > _ATTRIBUTE_NAME or len(value) > _ATTRIBUTE_VALUE:
            text = f"a name has {_ATTRIBUTE_NAME} bytes, a value {_ATTRIBUTE_VALUE}"
            yield f"headers.{name[:20]}", text
        elif name.lower().startswith("goog"):
            yield f"headers.{name}", "Google keeps goog… for itself"


def _kafka(subscription: Subscription) -> Iterator[tuple[str, str]]:
    yield from _signed_in(subscription, "plain", "scram-sha-256", "scram-sha-512")
    if subscription.transient_statuses != DEFAULT_TRANSIENT:
        yield "transient_statuses", "a topic answers with no statuses"
    endpoint = parse_endpoint(subscription.url)
    if not isinstance(endpoint, KafkaEndpoint):
        return
    if endpoint.avro and subscription.transform is not None:
        yield (
            "transform",
            "Avro values are passed on as they came; take value=avro away",
        )
    if endpoint.topic.startswith(_OURS):
        yield "url", "topics named bus.… and oms.… are the bus's own; choose another"


def _amqp(subscription: Subscription) -> Iterator[tuple[str, str]]:
    if subscription.transient_statuses != DEFAULT_TRANSIENT:
        yield "transient_statuses", "a queue answers with no statuses"
    yield from _signed_in(subscription, "plain")
    for name in subscription.headers:
        if len(name) > SHORT:
            yield f"headers.{name[:20]}…", f"AMQP has {SHORT} bytes for a name"


def _amqp1(subscription: Subscription) -> Iterator[tuple[str, str]]:
    if subscription.transient_statuses != DEFAULT_TRANSIENT:
        yield "transient_statuses", "a queue answers with no statuses"
    yield from _signed_in(subscription, "plain")
    for name in subscription.headers:
        if name.lower().startswith("cloudevents"):
            text = "properties named cloudEvents… are the event's own"
            yield f"headers.{name[:20]}", text


def _aws(subscription: Subscription) -> Iterator[tuple[str, str]]:
    login, kind = subscription.login, subscription.kind
    if login is not None and login.mechanism != "plain":
        yield "login.mechanism", "AWS has none; a name is an access key's id"
    if subscription.transient_statuses != DEFAULT_TRANSIENT:
        yield "transient_statuses", f"{kind} answers with no statuses"
    if kind is not Kind.EVENTBRIDGE:
        yield from _attributes(subscription.headers)
    elif _wants_xml(subscription.accept):
        yield "accept", "EventBridge takes JSON only"


def _attributes(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if len(headers) > _MOST_ATTRIBUTES:
        text = f"at most {_MOST_ATTRIBUTES}: a message has ten attributes, seven ours"
        yield "headers", text
    for name, value in headers.items():
        if not _ATTRIBUTE.fullmatch(name.lower()):
            text = "expected letters, digits, - _ . as AWS's attributes have them"
            yield f"headers.{name}", text
        elif not value:
            yield f"headers.{name}", "an attribute cannot be empty"


def _wants_xml(accept: str) -> bool:
    try:
        return negotiate(accept) is Representation.XML
    except InvalidSubscriptionError:
        return False  # which is said elsewhere


def _grpc(subscription: Subscription) -> Iterator[tuple[str, str]]:
    yield from _no_login(subscription, "metadata, by a header")
    if not subscription.tls.verify:
        yield "tls.verify", "gRPC always checks certificates; give the CA's instead"
    if subscription.transient_statuses != DEFAULT_TRANSIENT:
        yield "transient_statuses", "a gRPC receiver says so itself, in its receipt"
    for name in subscription.headers:
        lower = name.lower()
        if not _METADATA_NAME.fullmatch(lower):
            yield f"headers.{name}", "expected letters, digits, - _ . as gRPC has them"
        elif lower.startswith("grpc-") or lower.endswith("-bin"):
            yield f"headers.{name}", "gRPC keeps grpc-… and …-bin for itself"


def _pulled(subscription: Subscription) -> Iterator[tuple[str, str]]:
    yield from _grpc(subscription)
    for name in subscription.headers:
        if name.lower().startswith("orderbus-"):
            yield f"headers.{name}", "the bus keeps orderbus-… for itself"
    if subscription.tls != Tls():
        yield "tls", "nobody is called: who subscribes dials the bus"


_CHECKS: Mapping[Kind, Callable[[Subscription], Iterator[tuple[str, str]]]] = {
    Kind.HTTP: _http,
    Kind.GRPC: _grpc,
    Kind.PULL: _pulled,
    Kind.PLUGGED: _plugged,
    Kind.KAFKA: _kafka,
    Kind.AMQP: _amqp,
    Kind.AMQP1: _amqp1,
    Kind.NATS: _nats,
    Kind.REDIS: _redis,
    Kind.PUBSUB: _pubsub,
    **dict.fromkeys(AWS, _aws),
}
