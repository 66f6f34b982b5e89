"""What a made-up channel said about a made-up order: one builder a type of event.

The channel is a web shop that tells whole orders; amounts contain tax.
"""

from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

from bus.samples.order import Builder, Fields, Generator, Order, amount_of, day_after

_CURRENCY = "EUR"
_RATE = Decimal("0.19")


def _amount(value: Decimal) -> Fields:
    return {"amount": value.quantize(Decimal("0.01")), "currency": _CURRENCY}


def _common(order: Order, native_type: str) -> Fields:
    """What every event of intake says first."""
    native = str(int(order.correlation, 16))
    return {
        "order_id": f"webshop.shop-de.{native}",
        "status": "created",
        "occurred_at": order.now,
        "channel": "webshop",
        "account_id": order.account,
        "metadata": {"correlation_id": order.correlation},
        "source": {
            "channel": "webshop",
            "instance": "shop-de",
            "native_type": native_type,
            "native_event_id": f"msg_{order.tag}",
            "api_version": "2026-07",
            "account": "shop-de.example.com",
        },
        "order": {"id": native, "number": f"#{int(order.tag[:6]):d}"},
        "source_version": str(order.version),
        "source_updated_at": order.now,
        "observed_at": order.now + timedelta(milliseconds=180),
        "via": "webhook",
        "raw": {
            "topic": "intake.raw.shop-de",
            "partition": 0,
            "offset": int(order.correlation[:4], 16),
            "sha256": sha256(order.correlation.encode()).hexdigest(),
        },
        "mapping_version": "5f0c3a9be1d2",
        "completeness": "full",
    }


def _line(line: Fields) -> Fields:
    gross = amount_of(line["total"])
    net = (gross / (1 + _RATE)).quantize(Decimal("0.01"))
    discount = amount_of(line["discount"])
    off = [{"title": "Ten percent", "kind": "promotion", "amount": _amount(discount)}]
    return {
        "line_id": line["line_id"],
        "name": line["name"],
        "identifiers": [{"scheme": "sku", "value": line["sku"]}],
        "quantity": Decimal(str(line["quantity"])),
        "unit": line["unit"],
        "unit_price": _amount(amount_of(line["unit_price"])),
        "net": _amount(net),
        "tax": _amount(gross - net),
        "gross": _amount(gross),
        "taxes": [{"kind": "vat", "rate": _RATE, "amount": _amount(gross - net)}],
        "discounts": off if discount else [],
        "requires_shipping": True,
        "attributes": line["attributes"],
    }


def _party(order: Order, role: str) -> Fields:
    return {
        "role": role,
        "ids": [{"scheme": "seller", "value": order.account}],
        "name": order.customer["name"],
        "email": order.customer["email"],
        "phone": order.customer["phone"],
        "locale": order.customer["locale"],
        "address": order.address,
    }


def _payment(order: Order, state: str) -> Fields:
    return {
        "payment_id": f"PAY-{order.tag}",
        "kind": order.payment["kind"],
        "method": order.payment,
        "amount": _amount(order.total),
        "state": state,
        "provider": "northpay",
        "reference": f"np_{order.correlation}",
    }


def _body(order: Order) -> Fields:
    totals = order.totals
    shipping = amount_of(totals["shipping"])
    names = ("subtotal", "discount", "shipping", "tax", "grand_total")
    return {
        "placed_at": order.placed_at,
        "currency": _CURRENCY,
        "price_basis": "gross",
        "parties": [_party(order, role) for role in ("buyer", "ship_to", "bill_to")],
        "lines": [_line(line) for line in order.lines],
        "charges": [
            {"kind": "shipping", "amount": _amount(shipping), "basis": "gross"}
        ],
        "payments": [_payment(order, "authorized")],
        "payment_state": "authorized",
        "totals": {"currency": _CURRENCY}
        | {name: _amount(amount_of(totals[name])) for name in names},
        "ship_by": order.now + timedelta(days=1),
        "deliver_by": order.now + timedelta(days=4),
        "client": order.client,
    }


def _received(order: Order, _: Generator) -> Fields:
    return _common(order, "orders/create") | _body(order)


def _changed(order: Order, rng: Generator) -> Fields:
    before, after = order.address["line1"], f"Packstation {rng.randint(100, 199)}"
    order.address = order.address | {"line1": after}
    path = "parties[1].address.line1"
    return (
        _common(order, "orders/updated")
        | _body(order)
        | {"changes": [{"path": path, "before": before, "after": after}]}
    )


def _cancellation(order: Order, _: Generator) -> Fields:
    return _common(order, "orders/cancelled") | {
        "request_id": f"CXL-{order.tag}",
        "requested_by": "customer",
        "reason_code": "customer",
        "reason": "Ordered twice by mistake",
        "refund": _amount(order.total),
        "already_done": False,
        "answer_by": order.now + timedelta(hours=2),
        "client": order.client,
    }


def _paid(order: Order, _: Generator) -> Fields:
    return _common(order, "payment.captured") | {
        "operation": "capture",
        "succeeded": True,
        "payment": _payment(order, "captured"),
        "amount": _amount(order.total),
        "original_reference": f"np_{order.correlation}",
    }


def _quantities(order: Order) -> list[Fields]:
    return [
        {
            "line_id": item["line_id"],
            "identifiers": [{"scheme": "sku", "value": item["sku"]}],
            "quantity": Decimal(str(item["quantity"])),
            "unit": "EA",
        }
        for item in order.items()
    ]


def _shipped(order: Order, rng: Generator) -> Fields:
    number = f"JD{int(order.correlation, 16) % 10**12:012d}"
    return _common(order, "fulfillments/create") | {
        "shipment_id": f"SHP-{order.tag}",
        "state": "dispatched",
        "carrier": "DHL",
        "service": "standard",
        "tracking_numbers": [number],
        "tracking_url": f"https://track.example.com/{number}",
        "lines": _quantities(order),
        "dispatched_at": order.now,
        "estimated_delivery": order.now + timedelta(days=2),
        "weight_grams": Decimal(rng.randint(300, 9000)),
    }


def _stocked(order: Order, _: Generator) -> Fields:
    positions = [
        {
            "identifiers": [{"scheme": "sku", "value": sku}],
            "location": {"id": "WH-01", "kind": "warehouse", "name": None},
            "on_hand": Decimal(count),
            "available": Decimal(count),
            "unit": "EA",
            "as_of": order.now,
        }
        for sku, count in order.stock.items()
    ]
    common = _common(order, "inventory_levels/update")
    return common | {
        "order_id": "webshop.shop-de.WH-01",
        "status": "unknown",
        "account_id": None,
        "order": {},
        "report_id": f"STK-{order.tag}",
        "positions": positions,
    }


def _returned(order: Order, _: Generator) -> Fields:
    lines = [
        line | {"reason_code": "size", "condition": "opened", "restock": True}
        for line in _quantities(order)
    ]
    return _common(order, "returns/request") | {
        "return_id": f"RET-{order.tag}",
        "state": "requested",
        "requested_by": "customer",
        "lines": lines,
        "refund": _amount(order.total),
        "carrier": "DHL",
        "note": f"By {day_after(order, 14).isoformat()} at the latest",
    }


def _asked(order: Order, _: Generator) -> Fields:
    return _common(order, "requests") | {
        "request_id": f"REQ-{order.tag}",
        "action": "hold",
        "requested_by": "seller",
        "reason_code": "address_in_doubt",
        "reason": "The buyer has asked where it goes",
        "until": order.now + timedelta(hours=24),
        "answer_by": order.now + timedelta(hours=2),
    }


def answered(order: Order, _: Generator) -> Fields:
    """What the OMS says to who asked."""
    return {
        "request_id": f"REQ-{order.tag}",
        "source": "shop-de",
        "action": "hold",
        "answer": "refused",
        "reason_code": "too_late",
        "reason": "The goods have left the warehouse",
    }


INTAKE_BUILDERS: dict[str, Builder] = {
    "intake.order_received": _received,
    "intake.order_changed": _changed,
    "intake.cancellation_requested": _cancellation,
    "intake.payment_reported": _paid,
    "intake.shipment_reported": _shipped,
    "intake.stock_reported": _stocked,
    "intake.return_requested": _returned,
    "intake.action_requested": _asked,
}
