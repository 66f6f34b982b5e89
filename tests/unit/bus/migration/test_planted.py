"""Fourteen defects planted in the new path, each named with the right class."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

import pytest

from bus.event import Event
from bus.migration.bodies import JSON_RULE
from bus.migration.comparing import compare
from bus.migration.comparison import Class, Comparison
from bus.migration.differing import FIELD_MAP
from bus.migration.naming import Kind
from bus.migration.recorded import Recorded, sent_of
from bus.migration.terms import Terms, parse_terms
from bus.webhook.document import document
from tests.support.old_sender import (
    NEW_SECRET,
    SECRETS,
    both,
    events,
    new_request,
    new_signed,
    old_request,
    terms_text,
)

EVENTS = events(20)
TERMS = parse_terms(terms_text())
Doc: TypeAlias = dict
Sends: TypeAlias = list[Recorded]
Found: TypeAlias = tuple[str, Kind, Class, str]


def compared(old: Sends, new: Sends, terms: Terms = TERMS) -> Comparison:
    """Compare what was recorded."""
    left = [sent_of(one, terms.old) for one in old]
    right = [sent_of(one, terms.new) for one in new]
    return compare(left, right, terms, SECRETS)


def changed(event_type: str, change: Callable[[Doc], None], count: int = 3) -> Sends:
    """What the new side sends, some documents of a type with a defect."""
    sends, left = [], count
    for event in EVENTS:
        doc = deepcopy(document(event))
        if event.type == event_type and left:
            before = json.dumps(doc)
            change(doc)
            left -= before != json.dumps(doc)
        sends.append(new_request(event, doc=doc))
    assert left == 0, "the defect was planted"
    return sends


def kinds(comparison: Comparison) -> set[Found]:
    """What was found: type of event, kind, class, place."""
    groups = comparison.groups.values()
    return {(one.type, one.kind, one.share, one.at) for one in groups}


def found(new: Sends) -> set[Found]:
    """What is found if the new side sends this."""
    return kinds(compared([old_request(event) for event in EVENTS], new))


def of_type(event_type: str) -> list[Event]:
    """All events of a type."""
    return [event for event in EVENTS if event.type == event_type]


def test_nothing_differs_without_a_defect() -> None:
    """Other names, another order of keys and spellings are equivalent, by rule."""
    comparison = compared(*both(EVENTS))
    assert kinds(comparison) == set()
    assert comparison.clean is True
    assert sum(one.pairs for one in comparison.types.values()) == len(EVENTS)
    for tally in comparison.types.values():
        assert tally.counts == {Class.EQUIVALENT: tally.pairs}
        assert tally.rules[FIELD_MAP] == tally.pairs


def test_dropped_type() -> None:
    """An event type that the new side never sends."""
    new = [new_request(one) for one in EVENTS if one.type != "payment.captured"]
    expected = "payment.captured", Kind.DROPPED_TYPE, Class.UNPAIRED, "type"
    assert found(new) == {expected}


def test_rounding() -> None:
    """An amount without its cents."""

    def change(doc: Doc) -> None:
        total = doc["data"]["totals"]["grand_total"]
        total["amount"] = str(Decimal(total["amount"]).quantize(Decimal(1)))

    new = changed("order.created", change)
    at = "data.totals.grand_total.amount"
    assert found(new) == {("order.created", Kind.ROUNDING, Class.DIFFERENT, at)}


def test_key_order() -> None:
    """Members in another order say the same: equivalent, by RFC 8785."""
    shuffled = [
        new_signed(one, json.dumps(dict(reversed(document(one).items()))).encode())
        for one in EVENTS
    ]
    comparison = compared([new_request(one) for one in EVENTS], shuffled, same_side())
    assert kinds(comparison) == set()
    for tally in comparison.types.values():
        assert tally.counts == {Class.EQUIVALENT: tally.pairs}
        assert set(tally.rules) == {JSON_RULE}
    assert found(shuffled) == set(), "nor is it a difference to the old side"


def same_side() -> Terms:
    """Terms by which both sides are the bus."""
    old = TERMS.new.model_copy(update={"signing": None})
    return TERMS.model_copy(update={"old": old, "map": (), "rules": ()})


def test_lost_header() -> None:
    """A header that the partner relies on."""
    new = [
        replace(one, headers={k: v for k, v in one.headers.items() if k != "x-shop"})
        if event.type == "order.completed"
        else one
        for event, one in zip(EVENTS, both(EVENTS)[1], strict=True)
    ]
    at = "header x-shop"
    assert found(new) == {("order.completed", Kind.HEADER_LOST, Class.DIFFERENT, at)}


@pytest.mark.parametrize("zone", ["+01:00", ""])
def test_zone(zone: str) -> None:
    """A time that is an hour off, or does not say its zone."""

    def planted(doc: Doc) -> None:
        doc["data"]["placed_at"] = doc["data"]["placed_at"].replace("Z", zone)

    new = changed("order.created", planted)
    at = "data.placed_at"
    assert found(new) == {("order.created", Kind.ZONE, Class.DIFFERENT, at)}


def test_swapped_order() -> None:
    """Two events of an order, the later one first."""
    first, then = of_order(0, "order.created", "order.confirmed")
    moved = {first.webhook_id: new_request(first, late_ms=60_000_000)}
    new = [moved.get(one.webhook_id) or new_request(one) for one in EVENTS]
    comparison = compared([old_request(one) for one in EVENTS], new)
    group = comparison.groups[then.type, Kind.ORDER, "order"]
    assert group.examples[0].case.order == first.subject
    assert (
        group.examples[0].case.differences[0].new
        == "order.confirmed 2, then order.created 1"
    )


def of_order(number: int, *types: str) -> list[Event]:
    """Events of one order."""
    subject = of_type("order.created")[number].subject
    return [
        next(one for one in EVENTS if (one.subject, one.type) == (subject, name))
        for name in types
    ]


def test_duplicate() -> None:
    """A request that was accepted, and was sent once more."""
    once = of_type("order.completed")[:2]
    new = [new_request(one) for one in EVENTS]
    new += [new_request(one, late_ms=900) for one in once]
    expected = "order.completed", Kind.DUPLICATE, Class.UNPAIRED, "request"
    assert found(new) == {expected}


def test_a_retry_is_no_duplicate() -> None:
    """What was refused is sent again with the same id: one request, told twice."""
    refused = replace(new_request(EVENTS[5]), outcome="http 503")
    new = [refused, *(new_request(one, late_ms=350) for one in EVENTS)]
    assert found(new) == set()


def test_wrong_secret() -> None:
    """A signature under another secret than the partner's."""
    other = NEW_SECRET[:-4] + "AAA="
    new = [
        new_signed(one, new_request(one).body, secret=other)
        if one.type == "shipment.dispatched"
        else new_request(one)
        for one in EVENTS
    ]
    expected = "shipment.dispatched", Kind.SIGNATURE, Class.DIFFERENT, "signature"
    assert found(new) == {expected}


def test_truncated_text() -> None:
    """A name that was cut."""

    def change(doc: Doc) -> None:
        line = doc["data"]["lines"][0]
        line["name"] = line["name"][:8]

    new = changed("order.created", change)
    at = "data.lines[].name"
    assert found(new) == {("order.created", Kind.TRUNCATED, Class.DIFFERENT, at)}


def test_latency() -> None:
    """A type that comes much later than it did."""
    new = [
        new_request(one, late_ms=5_000 if one.type == "payment.authorized" else 300)
        for one in EVENTS
    ]
    found_ = {one for one in found(new) if one[1] is not Kind.ORDER}
    expected = "payment.authorized", Kind.LATENCY, Class.DIFFERENT, "latency"
    assert found_ == {expected}


def test_filter_off_by_one() -> None:
    """A filter with > where the old one has >=: all that have just that much."""
    quantity = "payload.positions[].quantity"
    kept = of_type("order.created")
    old = [old_request(one) for one in kept]
    new = [new_request(one) for one in kept if first_quantity(one) > 1]
    comparison = compared(old, new)
    expected = "order.created", Kind.FILTER, Class.UNPAIRED, quantity
    assert kinds(comparison) == {expected}


def first_quantity(event: Event) -> int:
    """Of the order's first line."""
    doc: Doc = document(event)
    return doc["data"]["lines"][0]["quantity"]


def test_encoding() -> None:
    """UTF-8 that was read as Latin-1; the same characters spelled otherwise are not."""

    def change(doc: Doc) -> None:
        name = doc["data"]["customer"]["name"]
        if not name.isascii():
            doc["data"]["customer"]["name"] = name.encode().decode("latin-1")

    new = changed("order.created", change)
    expected = Kind.ENCODING, Class.DIFFERENT, "data.customer.name"
    assert found(new) == {("order.created", *expected)}
    escaped = [new_signed(one, json.dumps(document(one)).encode()) for one in EVENTS]
    assert found(escaped) == set()


def test_null_against_missing() -> None:
    """A field that is null on one side and missing on the other; a rule may agree."""

    def change(doc: Doc) -> None:
        line = doc["data"]["lines"][0]
        if line["discount"] is None:
            del line["discount"]

    new = changed("order.created", change)
    at = "data.lines[].discount"
    assert found(new) == {("order.created", Kind.NULL, Class.DIFFERENT, at)}
    agreed = "\n  - {at: data.lines, how: null-is-missing, why: they read both alike}"
    terms = parse_terms(terms_text() + agreed)
    comparison = compared([old_request(one) for one in EVENTS], new, terms)
    assert kinds(comparison) == set()
    assert comparison.types["order.created"].rules["null-is-missing at data.lines"] == 3


def test_stale_version() -> None:
    """An event that tells of an older version of its order than the old one did."""

    def change(doc: Doc) -> None:
        doc["bus"]["sequence"] -= 1

    new = changed("order.confirmed", change)
    expected = "order.confirmed", Kind.STALE, Class.DIFFERENT, "version"
    assert found(new) == {expected}


def test_stale_version_without_an_id() -> None:
    """Where no id pairs them, it is what was sent in place of the newer one."""
    terms = TERMS.model_copy(
        update={"old": TERMS.old.model_copy(update={"id": "=", "signing": None})}
    )

    def change(doc: Doc) -> None:
        doc["bus"]["sequence"] -= 1

    new = changed("order.confirmed", change)
    comparison = compared([old_request(one) for one in EVENTS], new, terms)
    expected = "order.confirmed", Kind.STALE, Class.UNPAIRED, "version"
    assert kinds(comparison) == {expected}
