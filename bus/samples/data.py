"""What each type of event says about a made-up order: one builder a type.

Builders advance the order where the event does (captured, refunded, stock), so
that later events agree with earlier ones. Those of shipments, stock and risk are
in `bus.samples.goods`, of payments that go astray in `bus.samples.payments`, of what
channels say in `bus.samples.intake`. Optional fields may be left out.
"""

from datetime import timedelta
from decimal import Decimal

from bus.samples.goods import GOODS_BUILDERS
from bus.samples.intake import INTAKE_BUILDERS, answered
from bus.samples.order import (
    SYSTEM,
    Builder,
    Fields,
    Generator,
    Order,
    day_after,
    money,
)
from bus.samples.payments import PAYMENT_BUILDERS, paid


def data_of(event_type: str, order: Order, rng: Generator) -> Fields:
    """Return the data of an event of a type, as the order now stands."""
    if event_type in INTAKE_BUILDERS:
        return INTAKE_BUILDERS[event_type](order, rng)
    return _common(order) | _BUILDERS[event_type](order, rng)


def _common(order: Order) -> Fields:
    return {
        "order_id": order.id,
        "status": order.status,
        "occurred_at": order.now,
        "order_version": order.version,
        "channel": order.channel,
        "account_id": order.account,
        "metadata": {
            "correlation_id": order.correlation,
            "source_system": "oms-core",
            "user_id": "svc-oms",
        },
    }


_CUSTOMER_CARE: Fields = {"kind": "employee", "id": "emp-204", "name": "M. Brandt"}


def _order_created(order: Order, rng: Generator) -> Fields:
    return {
        "placed_at": order.placed_at,
        "external_id": f"{order.channel.upper()}-{rng.randint(10_000, 99_999)}",
        "customer": order.customer,
        "lines": order.lines,
        "totals": order.totals,
        "billing_address": order.address,
        "shipping_address": order.address,
        "shipping_method": "standard",
        "payment_method": order.payment,
        "coupons": ["WELCOME10"] if rng.randint(1, 10) == 1 else [],
        "requested_delivery": day_after(order, 4),
        "client": order.client,
        "price_basis": "gross",
        "payment_state": "pending",
    }


def _order_confirmed(order: Order, _: Generator) -> Fields:
    return {
        "customer": order.customer,
        "lines": order.lines,
        "totals": order.totals,
        "promised_delivery": day_after(order, 3),
        "payment_terms": "prepaid",
    }


def _order_updated(order: Order, rng: Generator) -> Fields:
    before, after = order.address["line1"], f"Packstation {rng.randint(100, 199)}"
    order.address = order.address | {"line1": after}
    change = {"path": "shipping_address.line1", "before": before, "after": after}
    return {
        "changes": [change],
        "reason": "Customer asked for another address",
        "actor": _CUSTOMER_CARE,
        "shipping_address": order.address,
    }


def _order_status_changed(order: Order, _: Generator) -> Fields:
    words = order.status.replace("_", " ")
    return {
        "previous_status": order.previous_status,
        "reason_code": order.status,
        "actor": SYSTEM,
        "customer": order.customer,
        "message": f"Your order {order.id} is now {words}.",
        "expected_at": order.now + timedelta(days=1),
    }


def _order_cancelled(order: Order, _: Generator) -> Fields:
    if order.previous_status == "on_hold":
        code, actor = "fraud", _CUSTOMER_CARE
    elif order.failures:
        code, actor = "payment_failed", SYSTEM
    else:
        code = "customer_request"
        actor = {"kind": "customer", "id": order.account, "name": None}
    return {
        "reason_code": code,
        "cancelled_by": actor,
        "items": order.items(),
        "refund": money(order.captured) if order.captured else None,
        "customer": order.customer,
    }


def _order_completed(order: Order, _: Generator) -> Fields:
    return {
        "totals": order.totals,
        "invoice_number": f"INV-{order.tag}",
        "captured": money(order.captured),
        "refunded": money(order.refunded),
        "shipments": [f"SHP-{order.tag}"],
        "return_until": day_after(order, 30),
        "loyalty_points": int(order.captured),
    }


def _payment_authorized(order: Order, rng: Generator) -> Fields:
    checked = {"version": "2.2.0", "authenticated": True, "liability_shift": True}
    is_card = order.payment["kind"] == "card"
    return paid(order) | {
        "amount": money(order.total),
        "method": order.payment,
        "authorization_code": f"{rng.randint(0, 999_999):06d}",
        "expires_at": order.now + timedelta(days=7),
        "three_ds": checked if is_card else None,
        "client": order.client,
    }


def _payment_captured(order: Order, _: Generator) -> Fields:
    order.captured = order.total
    return paid(order) | {
        "capture_id": f"CAP-{order.tag}",
        "amount": money(order.total),
        "captured_total": money(order.captured),
        "fee": money(order.total * Decimal("0.014") + Decimal("0.25")),
        "settlement_date": day_after(order, 2),
        "invoice_number": f"INV-{order.tag}",
        "ledger_account": "1360",
    }


def _payment_failed(order: Order, rng: Generator) -> Fields:
    order.failures += 1
    code = rng.choice(("insufficient_funds", "do_not_honor", "expired_card"))
    return paid(order) | {
        "operation": "authorize",
        "amount": money(order.total),
        "method": order.payment,
        "failure_code": code,
        "failure_message": code.replace("_", " ").capitalize(),
        "retriable": code != "expired_card",
        "attempt": order.failures,
        "customer": order.customer,
        "client": order.client,
    }


def _payment_refunded(order: Order, _: Generator) -> Fields:
    order.refunded = order.captured
    return paid(order) | {
        "refund_id": f"REF-{order.tag}",
        "amount": money(order.captured),
        "refunded_total": money(order.refunded),
        "reason_code": "return",
        "items": order.items(),
        "credit_note_number": f"CRN-{order.tag}",
        "expected_arrival": day_after(order, 3),
        "customer": order.customer,
    }


_BUILDERS: dict[str, Builder] = {
    "order.created": _order_created,
    "order.confirmed": _order_confirmed,
    "order.updated": _order_updated,
    "order.status_changed": _order_status_changed,
    "order.cancelled": _order_cancelled,
    "order.completed": _order_completed,
    "action.answered": answered,
    "payment.authorized": _payment_authorized,
    "payment.captured": _payment_captured,
    "payment.failed": _payment_failed,
    "payment.refunded": _payment_refunded,
    **GOODS_BUILDERS,
    **PAYMENT_BUILDERS,
}
