"""Queues and subjects as endpoints: what the paths of their URLs say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, quote, unquote

_FIELD = re.compile(r"\{([^{}]*)\}")
_FIELDS = ("type", "order")
_ANY_BRACE = re.compile(r"[{}]")
DEFAULT_KEY = "{type}"
SHORT = 255
"""Bytes that AMQP has for a routing key or the name of a queue."""
_EXCHANGE = re.compile(r"[A-Za-z0-9_.:@#,/+ -]{1,127}")
_VHOST = 127
_ADDRESS = 1_024
_SUBJECT = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_EMPTY_TOKEN = re.compile(r"^\.|\.\.|\.$|^$")
_AMQP = (
    "expected {0}://HOST/exchanges/EXCHANGE/KEY or {0}://HOST/queues/QUEUE, with the"
    " virtual host before it unless it is the default one"
)


@dataclass(frozen=True, slots=True)
class Template:
    """A text that may have the event's type and its order id in it."""

    text: str

    def filled(self, values: Mapping[str, str]) -> str:
        """The text for one event; `values` has `type` and `order`."""
        return _FIELD.sub(lambda found: values[found[1]], self.text)


@dataclass(frozen=True, slots=True)
class AmqpEndpoint:
    """An exchange of an AMQP 0-9-1 broker and the routing key for it.

    The default exchange, whose name is empty, takes the name of a queue as its key.
    """

    host: str
    port: int
    plain: bool
    vhost: str
    exchange: str
    key: Template


def parse_amqp(
    host: str, port: int, parts: SplitResult, *, plain: bool
) -> AmqpEndpoint:
    """Read `/VHOST/exchanges/EXCHANGE/KEY` or `/VHOST/queues/QUEUE`.

    Raises:
        ValueError: it is neither; says what is wrong.
    """
    wrong = ValueError(_AMQP.format(parts.scheme))
    segments = [unquote(one) for one in parts.path.split("/")[1:]]
    if parts.query or not segments or not all(segments):
        raise wrong
    vhost = "/" if segments[0] in {"exchanges", "queues"} else segments.pop(0)
    if len(vhost) > _VHOST or any(len(one.encode()) > SHORT for one in segments):
        raise ValueError(f"expected names of at most {SHORT} bytes")
    match segments:
        case ["exchanges", exchange, *key] if len(key) <= 1:
            if not _EXCHANGE.fullmatch(exchange):
                raise ValueError("an exchange has letters, digits, spaces, _.:@#,/+-")
            found = exchange, template(*key or [DEFAULT_KEY])
        case ["queues", queue] if not _ANY_BRACE.search(queue):
            found = "", Template(queue)
        case _:
            raise wrong
    return AmqpEndpoint(host, port, plain, vhost, *found)


@dataclass(frozen=True, slots=True)
class Amqp1Endpoint:
    """An address of an AMQP 1.0 broker; `hostname` is whom we say that we mean."""

    host: str
    port: int
    plain: bool
    address: str
    hostname: str


def parse_amqp1(
    host: str, port: int, parts: SplitResult, *, plain: bool
) -> Amqp1Endpoint:
    """Read `/ADDRESS?hostname=NAME`.

    Raises:
        ValueError: it is none; says what is wrong.
    """
    address = unquote(parts.path[1:])
    options = parse_qsl(parts.query, keep_blank_values=True)
    if not address or len(address.encode()) > _ADDRESS:
        raise ValueError(
            f"expected {parts.scheme}://HOST/ADDRESS, and at most ?hostname=NAME;"
            f" an address has up to {_ADDRESS} bytes"
        )
    if _ANY_BRACE.search(address):
        raise ValueError(
            "an address is the same for all events; the type is each message's subject,"
            " the order id its group-id"
        )
    match options:
        case []:
            name = host
        case [("hostname", name)] if 0 < len(name) <= SHORT and name.isprintable():
            pass
        case _:
            raise ValueError("expected at most ?hostname=NAME, once")
    return Amqp1Endpoint(host, port, plain, address, name)


@dataclass(frozen=True, slots=True)
class NatsEndpoint:
    """A subject of NATS, which a stream of JetStream keeps."""

    host: str
    port: int
    plain: bool
    subject: Template


def parse_nats(
    host: str, port: int, parts: SplitResult, *, plain: bool
) -> NatsEndpoint:
    """Read `/SUBJECT`.

    Raises:
        ValueError: it is none that can be published to; says what is wrong.
    """
    subject = unquote(parts.path[1:])
    shape = template(subject).filled({"type": "type", "order": "order"})
    if parts.query or not _SUBJECT.fullmatch(shape):
        raise ValueError(
            f"expected {parts.scheme}://HOST/SUBJECT, of tokens of letters, digits,"
            " - and _ with dots between them"
        )
    if shape.startswith("_INBOX"):
        raise ValueError("subjects named _INBOX are for answers; choose another")
    return NatsEndpoint(host, port, plain, template(subject))


def wildcard(subject: Template) -> str:
    """What of NATS's subjects stands for all that a template may become."""
    before, field, _ = subject.text.partition("{")
    if not field:
        return subject.text
    whole, _, _ = before.rpartition(".")
    return f"{whole}.>" if whole else ">"


def token(text: str, *, dots: bool) -> str:
    """A text as a part of a subject: what means something there is percent-encoded.

    With `dots` those stay, as long as there is something between them.
    """
    keeps = dots and not _EMPTY_TOKEN.search(text)
    encoded = quote(text.encode("utf-8", "replace"), safe="!+,:=@&'()")
    return encoded if keeps else encoded.replace(".", "%2E")


def template(text: str) -> Template:
    """A text whose fields are those that there are.

    Raises:
        ValueError: it has others.
    """
    left = _FIELD.sub(lambda m: "" if m[1] in _FIELDS else m[0], text)
    if _ANY_BRACE.search(left):
        raise ValueError("in braces there may be {type} and {order}, and nothing else")
    return Template(text)
