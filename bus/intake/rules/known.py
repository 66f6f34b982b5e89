"""What checks know beside the order: lookup tables, and what has come before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Protocol, TypeAlias

from bus.intake.findings import Finding as Noticed
from bus.intake.rules.order import Order
from bus.intake.rules.reading import plain, record, records, text
from bus.intake.rules.scopes import Scope

Row: TypeAlias = Mapping[str, str]
SAME, PURCHASE, BUYER, ACCOUNT, ADDRESS = (
    "content",
    "purchase_order",
    "buyer",
    "account",
    "address",
)
MARKS = (SAME, PURCHASE, BUYER, ACCOUNT, ADDRESS)
_BETWEEN = "\x1f"
_DIGITS = 24


class Known(Protocol):
    """What judging may ask; answered at once, from memory.

    A mark stands for what orders have in common, `marks_of` makes them.
    """

    def has_table(self, table: str) -> bool:
        """Whether there is a lookup table of this name with anything in it."""
        ...

    def row(self, table: str, key: str) -> Row | None:
        """A row of a lookup table."""
        ...

    def earlier(self, mark: str, since: datetime, until: datetime) -> Sequence[str]:
        """Ids of orders with this mark that came in that time, oldest first."""
        ...


class Nothing:
    """Knows nothing: no table, no order before this one."""

    def has_table(self, table: str) -> bool:  # noqa: ARG002 - fulfils `Known`
        """There is none."""
        return False

    def row(self, table: str, key: str) -> Row | None:  # noqa: ARG002 - likewise
        """There is none."""
        return None

    def earlier(self, mark: str, since: datetime, until: datetime) -> Sequence[str]:  # noqa: ARG002 - likewise
        """There are none."""
        return ()


NOTHING: Known = Nothing()


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of an order's coming.

    Attributes:
        event_type: For example intake.order_received.
        channel, source, account: Whose it is; the account is the seller's.
        observed_at: When it reached us.
        test: Whether it is marked as a test, by the event or by its source.
        known: Tables, and what came before.
        noticed: What the conversion has found; those in the event count as well.
    """

    event_type: str
    channel: str
    source: str
    account: str
    observed_at: datetime
    test: bool = False
    known: Known = NOTHING
    noticed: Sequence[Noticed] = field(default=())

    @property
    def scope(self) -> Scope:
        """The scope of the order itself."""
        return Scope(self.channel, self.source, self.account)


def account_of(event: Mapping[str, object], otherwise: str = "") -> str:
    """The seller's account that an event names, else that of its source."""
    return text(record(event.get("source")).get("account")) or otherwise


def buyer_of(order: Order) -> str:
    """Who buys, as well as it can be told; empty if it cannot."""
    if account := text(order.data.get("account_id")):
        return f"account {account}"
    for role in ("buyer", "bill_to", "ship_to"):
        for _, party in order.parties:
            if party.get("role") == role and (found := _named(party)):
                return found
    return ""


def _named(party: Mapping[str, object]) -> str:
    for one in records(party.get("ids")):
        if value := text(one.get("value")):
            return f"{text(one.get('scheme'))} {value}"
    if email := text(party.get("email")).lower():
        return f"e-mail {email}"
    if phone := text(party.get("phone")):
        return f"phone {phone}"
    name, address = text(party.get("name")), record(party.get("address"))
    code = text(address.get("postal_code"))
    return f"name {name.casefold()} {code}" if name and code else ""


def marks_of(order: Order, about: Context) -> Mapping[str, str]:
    """What an order has in common with others, by kind; without what it lacks."""
    if order.marks is None:
        order.marks = {
            kind: f"{kind}:{_hashed(parts)}"
            for kind, parts in _plain_marks(order, about)
        }
    return order.marks


def _hashed(parts: Sequence[str]) -> str:
    text = _BETWEEN.join(parts).encode(errors="replace")
    return sha256(text).hexdigest()[:_DIGITS]


def _plain_marks(order: Order, about: Context) -> Iterator[tuple[str, list[str]]]:
    """The parts of each mark. A person's data goes into a hash only."""
    account = [about.source, about.account]
    yield ACCOUNT, account
    if to := _delivered_to(order):
        yield ADDRESS, [*account, *to]
    buyer = buyer_of(order)
    if not buyer:
        return
    yield BUYER, [*account, buyer]
    purchase = text(record(order.data.get("order")).get("purchase_order"))
    if purchase:
        yield PURCHASE, [*account, buyer, purchase]
    if order.lines:
        yield SAME, [*account, buyer, *sorted(_contents(order))]


def _contents(order: Order) -> Iterator[str]:
    for line in order.lines:
        ids = records(line.data.get("identifiers"))
        article = text(ids[0].get("value")) if ids else text(line.data.get("name"))
        quantity = "" if line.quantity is None else plain(line.quantity)
        yield f"{article} {quantity}"
    total = order.total("grand_total")
    yield f"total {'' if total is None else plain(total)} {order.currency}"


def _delivered_to(order: Order) -> list[str]:
    for _, party in order.parties:
        address = record(party.get("address"))
        if party.get("role") == "ship_to" and address:
            names = ("line1", "postal_code", "country")
            parts = [text(address.get(name)).casefold() for name in names]
            return parts if all(parts) else []
    return []
