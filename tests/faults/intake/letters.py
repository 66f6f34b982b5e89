"""What each channel sends: shaped like the shipped samples, every order another one."""

import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from random import Random
from types import MappingProxyType
from typing import NamedTuple, TypeAlias, cast

from tests.support.stored import shipped

SECRET = "5d41402abc4b2a76b9719d911017c592"  # noqa: S105 - a test's; hex, for Adyen
_BEGAN = datetime(2026, 11, 2, tzinfo=UTC)
_IN_A_FILE = 3
_FIRST_ID = 7_000_000_000_000
Body: TypeAlias = dict[str, object]
RECEIVED, CHANGED = "intake.order_received", "intake.order_changed"
PAID = "intake.payment_reported"


class Mark(NamedTuple):
    """What an event on `oms.intake` is known by: which order, and what of it."""

    order_id: str
    type: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message of a channel, and what it has to end as."""

    source: str
    body: bytes
    owed: tuple[Mark, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    stamped: Callable[[bytes, float], Mapping[str, str]] | None = None

    def signed(self, now: float) -> Mapping[str, str]:
        """Its headers when it is sent at this moment."""
        if self.stamped is None:
            return self.headers
        return {**self.headers, **self.stamped(self.body, now)}


def source_id(channel: str) -> str:
    """The source of a channel: there is one of each."""
    return f"{channel}-eu"


def _mark(channel: str, order: object, kind: str) -> Mark:
    return Mark(f"{channel}.{source_id(channel)}.{order}", kind)


def _sample(channel: str, name: str) -> Body:
    _, samples = shipped(channel)
    (body,) = (one.body for one in samples if one.name == name)
    return cast("Body", json.loads(body))


def _hmac64(body: bytes) -> str:
    return b64encode(hmac.digest(SECRET.encode(), body, "sha256")).decode()


def _moment(number: int, later_s: int = 0) -> datetime:
    return _BEGAN + timedelta(seconds=2 * number + later_s)


def shopify(first: int) -> Iterator[Letter]:
    """Created, and every fourth one changed at once after it."""
    plain = _sample("shopify", "01-plain")
    for number in count(first):
        id_ = _FIRST_ID + number
        for topic, kind, later_s in (
            ("orders/create", RECEIVED, 0),
            ("orders/updated", CHANGED, 1),
        )[: 2 if number % 4 == 0 else 1]:
            at = _moment(number, later_s).isoformat()
            given = {"id": id_, "name": f"#{number}", "order_number": number}
            # Buyers differ: rules hold what one orders again and again.
            mail = {"email": f"b{number}@example.com", "updated_at": at}
            buyer = {"customer": {"id": id_}, **mail}
            body = json.dumps({**plain, **given, **buyer}).encode()
            headers = {
                "x-shopify-topic": topic,
                "x-shopify-webhook-id": f"w-{number}-{later_s}",
                "x-shopify-hmac-sha256": _hmac64(body),
            }
            owed = (_mark("shopify", id_, kind),)
            yield Letter(source_id("shopify"), body, owed, headers)


def woocommerce(first: int) -> Iterator[Letter]:
    """Created, and every fourth one changed."""
    plain = _sample("woocommerce", "01-plain-gross")
    billing = cast("Body", plain["billing"])
    for number in count(first):
        for topic, kind, later_s in (
            ("order.created", RECEIVED, 0),
            ("order.updated", CHANGED, 1),
        )[: 2 if number % 4 == 0 else 1]:
            at = _moment(number, later_s).strftime("%Y-%m-%dT%H:%M:%S")
            buyer = {**billing, "email": f"w{number}@example.com"}
            given = {"id": number, "number": str(number), "date_modified_gmt": at}
            given |= {"customer_id": number, "billing": buyer}
            body = json.dumps({**plain, **given}).encode()
            headers = {
                "x-wc-webhook-topic": topic,
                # A hash of the second: two orders within one share it.
                "x-wc-webhook-delivery-id": sha256(at.encode()).hexdigest()[:12],
                "x-wc-webhook-signature": _hmac64(body),
            }
            owed = (_mark("woocommerce", number, kind),)
            yield Letter(source_id("woocommerce"), body, owed, headers)


def bigcommerce(first: int) -> Iterator[Letter]:
    """An id: the order has to be fetched, so that two events are owed."""
    plain = _sample("bigcommerce", "01-created")
    for number in count(first):
        given = {"data": {"type": "order", "id": number}, "hash": f"h{number}"}
        body = json.dumps({**plain, **given}).encode()
        owed = tuple(_mark("bigcommerce", number, kind) for kind in (RECEIVED, CHANGED))
        yield Letter(
            source_id("bigcommerce"),
            body,
            owed,
            {"webhook-id": f"m-{number}"},
            lambda body, now, name=f"m-{number}": _stamped(body, now, name),  # type: ignore[misc]
        )


def _stamped(body: bytes, now: float, name: str) -> Mapping[str, str]:
    at = str(int(now))
    signed = _hmac64(f"{name}.{at}.".encode() + body)
    return {"webhook-timestamp": at, "webhook-signature": f"v1,{signed}"}


def adyen(first: int) -> Iterator[Letter]:
    """Notifications of one, two and three items, each with its own signature."""
    plain = _sample("adyen", "01-authorised")
    (wrapped,) = cast("list[Body]", plain["notificationItems"])
    item = cast("Body", wrapped["NotificationRequestItem"])
    numbers = count(first)
    for size in map(lambda n: n % 3 + 1, count()):  # noqa: C417 - an endless one
        orders = [f"SO-{next(numbers)}" for _ in range(size)]
        items = [{"NotificationRequestItem": _payment(item, one)} for one in orders]
        body = json.dumps({**plain, "notificationItems": items}).encode()
        owed = tuple(_mark("adyen", order, PAID) for order in orders)
        yield Letter(source_id("adyen"), body, owed)


def _payment(item: Body, order: str) -> Body:
    told = {**item, "merchantReference": order, "pspReference": f"P-{order}"}
    fields = (
        *(told["pspReference"], "", told["merchantAccountCode"], order),
        *("4999", "EUR", told["eventCode"], told["success"]),
    )
    text = ":".join(map(str, fields)).encode()
    digest = hmac.digest(bytes.fromhex(SECRET), text, "sha256")
    more = cast("Body", item["additionalData"])
    return {
        **told,
        "additionalData": {**more, "hmacSignature": b64encode(digest).decode()},
    }


def x12(first: int) -> Iterator[Letter]:
    """Files of three purchase orders."""
    _, samples = shipped("x12")
    plain = next(one.body for one in samples if one.name == "01-plain").decode()
    head, rest = plain.split("ST*850", 1)
    order, _ = rest.split("GE*1*", 1)
    numbers = count(first)
    for file in count(first):
        orders = [f"PO{next(numbers)}" for _ in range(_IN_A_FILE)]
        sets = "".join(_order_of(order, one, n) for n, one in enumerate(orders, 1))
        begin = head.replace("*000000417*", f"*{file:09}*").replace(
            "*417*", f"*{file}*"
        )
        end = f"GE*{_IN_A_FILE}*{file}~\nIEA*1*{file:09}~\n"
        owed = tuple(_mark("x12", one, RECEIVED) for one in orders)
        yield Letter(source_id("x12"), (begin + sets + end).encode(), owed)


def _order_of(order: str, name: str, place: int) -> str:
    """One of the sets of a file, of a buyer of its own."""
    buyer = order.replace("*92*0001~", f"*92*{name}~").replace("4500017734", name)
    return f"ST*850{buyer.replace('*0001~', f'*{place:04}~')}"


MAKERS: Mapping[str, Callable[[int], Iterator[Letter]]] = MappingProxyType(
    {
        "shopify": shopify,
        "woocommerce": woocommerce,
        "bigcommerce": bigcommerce,
        "adyen": adyen,
        "x12": x12,
    }
)
SHARES: Mapping[str, float] = MappingProxyType(
    {
        "shopify": 0.5,
        "woocommerce": 0.25,
        "bigcommerce": 0.1,
        "adyen": 0.1,
        "x12": 0.05,
    }
)
"""How much of all that is sent is of which channel.

Adyen's queue brings one after the other: of more it would never be through.
"""


class Post:
    """Everybody's letters, drawn by a seed."""

    def __init__(self, seed: int) -> None:
        self._rng = Random(f"{seed} letters")  # noqa: S311 - not a secret
        self._makers = {
            name: make(seed % 1_000 * 100_000) for name, make in MAKERS.items()
        }

    def channel(self) -> str:
        """Of which channel the next one is."""
        (name,) = self._rng.choices(list(SHARES), list(SHARES.values()))
        return name

    def letter(self, channel: str) -> Letter:
        """The next one of a channel."""
        return next(self._makers[channel])
