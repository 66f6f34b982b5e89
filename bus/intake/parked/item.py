"""A parked item: what was sent, how far it came, and why it went no further."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from uuid import UUID, uuid5

from bus.intake.findings import Finding, Severity
from bus.intake.submission import Place

_NAMESPACE = UUID("5b0c3a57-3c46-5f0e-9f0b-7a4c86d2e8b4")
_BETWEEN = "\x1f"
_HELD = frozenset({Severity.PARK, Severity.REJECT})
_FEW_FINDINGS = 5
_SHORT = 200


class Stage(StrEnum):
    """Where it went no further."""

    VERIFY = "verify"
    PARSE = "parse"
    MAP = "map"
    FETCH = "fetch"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount and its currency, by ISO 4217; empty: nobody said which."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something found in an item, by the conversion or by a rule.

    Attributes:
        code: What is wrong; never changes its meaning.
        rule: The rule that says so; empty: the conversion does.
        severity: What it calls for.
        observed: The rule only watches: it holds nothing.
        text: The same in a sentence.
        path: The field of the event; empty: the whole.
        source_path: Where the value stands in the payload; empty: nowhere.
        value: The value as it came, cut short.
        need: The parameter of the rule that would have let it pass; empty: none.
    """

    code: str
    rule: str = ""
    severity: Severity = Severity.PARK
    observed: bool = False
    text: str = ""
    path: str = ""
    source_path: str = ""
    value: str | None = None
    need: str = ""

    @property
    def holds(self) -> bool:
        """Whether it keeps what it was found in from going on."""
        return not self.observed and self.severity in _HELD

    @property
    def name(self) -> str:
        """What says so: the rule if one does, else the code."""
        return self.rule or self.code


def found_by_conversion(finding: Finding) -> Found:
    """A finding of the conversion, as an item holds it."""
    return Found(
        code=finding.code,
        severity=finding.severity,
        text=finding.text,
        path=finding.path,
        source_path=finding.source_path,
        value=finding.value,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One parked item.

    Attributes:
        id: Made of the source, the raw place and the part: `item_id`.
        source: The source that sent it; `channel` is its kind.
        owner: The tenant whose source that is; empty: the operators'.
        account: The customer's account, if one is named.
        tier: How dear the account is, as the source's labels say; empty: as all.
        event_type: What it would have become; empty: nobody can say.
        order_id, native_id, number: Names of the order; empty: unknown.
        place: Where the submission stands in Kafka; None: nowhere any more.
        part: Which part of the submission it is.
        payload: The event's data as far as it was made, as plain JSON.
        findings: What was found, by conversion and rules.
        stage: Where it went no further.
        value: What the order is worth; None: unknown.
        ship_by: By when it has to be sent; None: unknown.
        at: When it was parked.
        attempt: How many times it had been released before it was parked like this.
        test: It is a test order.
    """

    id: str
    source: str
    channel: str
    at: datetime
    stage: Stage
    owner: str = ""
    account: str = ""
    tier: str = ""
    event_type: str = ""
    order_id: str = ""
    native_id: str = ""
    number: str = ""
    place: Place | None = None
    part: int = 0
    payload: Mapping[str, object] | None = None
    findings: tuple[Found, ...] = field(default=())
    value: Money | None = None
    ship_by: datetime | None = None
    attempt: int = 0
    test: bool = False


def item_id(source: str, place: Place, part: int, section: str = "") -> str:
    """The id of what a part of a submission comes to: the same whenever it is parked.

    `section` tells apart what one part becomes several events of.
    """
    names = (source, place.topic, place.partition, place.offset, part)
    text = _BETWEEN.join(map(str, (*names, section) if section else names))
    return str(uuid5(_NAMESPACE, text))


def shortened(item: Item) -> Item:
    """What Kafka takes of an item of any size: no payload, its texts cut short.

    What was sent stands in its raw topic, whole.
    """
    few = tuple(map(_short, item.findings[:_FEW_FINDINGS]))
    return _short(replace(item, payload=None, findings=few))


def cut(text: str) -> str:
    """A text that may be shown in a list."""
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"


_Of = TypeVar("_Of", Item, Found)


def _short(thing: _Of) -> _Of:
    named = {one.name: getattr(thing, one.name) for one in fields(thing)}
    texts = {name: cut(text) for name, text in named.items() if type(text) is str}
    return replace(thing, **texts)  # type: ignore[arg-type]
