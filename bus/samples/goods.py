"""What events of shipments, stock and risk say about a made-up order."""

from datetime import timedelta
from decimal import Decimal
from typing import cast

from bus.samples.order import (
    SYSTEM,
    Builder,
    Fields,
    Generator,
    Order,
    day_after,
    money,
)

_WAREHOUSE: Fields = {"id": "WH-01", "kind": "warehouse", "name": "Central warehouse"}


def _shipment(order: Order) -> Fields:
    number = f"JD{int(order.correlation, 16) % 10**12:012d}"
    return {
        "shipment_id": f"SHP-{order.tag}",
        "tracking": {
            "carrier": "DHL",
            "service": "standard",
            "tracking_number": number,
            "tracking_url": f"https://track.example.com/{number}",
        },
    }


def _stock(order: Order, sku: str, reserved: int) -> Fields:
    on_hand = order.stock[sku]
    return {
        "sku": sku,
        "location": _WAREHOUSE,
        "on_hand": on_hand,
        "reserved": reserved,
        "available": on_hand - reserved,
    }


def _shipment_dispatched(order: Order, rng: Generator) -> Fields:
    parcel = {
        "parcel_id": "1",
        "items": order.items(),
        "weight_grams": rng.randint(300, 9000),
    }
    return _shipment(order) | {
        "ship_from": _WAREHOUSE,
        "ship_to": order.address,
        "parcels": [parcel],
        "estimated_delivery": day_after(order, 2),
        "shipping_cost": money(Decimal("3.79")),
        "customer": order.customer,
    }


def _shipment_delivered(order: Order, _: Generator) -> Fields:
    return _shipment(order) | {
        "items": order.items(),
        "received_by": order.customer["name"],
        "drop_point": "door",
        "proof_url": f"https://track.example.com/proof/{order.tag}",
        "customer": order.customer,
    }


def _inventory_reserved(order: Order, _: Generator) -> Fields:
    items = [
        {
            "line_id": item["line_id"],
            "sku": item["sku"],
            "requested": item["quantity"],
            "reserved": item["quantity"],
            "stock": _stock(order, str(item["sku"]), _units(item)),
        }
        for item in order.items()
    ]
    return {
        "reservation_id": f"RES-{order.tag}",
        "items": items,
        "complete": True,
        "expires_at": order.now + timedelta(days=2),
    }


# Why stock moves and which way, by the status the order has then.
_MOVES = {"shipped": ("shipment", -1), "returned": ("return", 1)}


def _inventory_adjusted(order: Order, rng: Generator) -> Fields:
    reason, sign = _MOVES.get(order.status, ("release", 0))
    movements = []
    for item in order.items():
        sku, delta = str(item["sku"]), sign * _units(item)
        order.stock[sku] += delta
        movements.append(
            {
                "line_id": item["line_id"],
                "delta": delta,
                "stock": _stock(order, sku, 0),
                "unit_cost": money(Decimal(rng.randint(200, 9000)) / 100),
            }
        )
    return {
        "adjustment_id": f"ADJ-{order.tag}-{order.version}",
        "reason_code": reason,
        "movements": movements,
        "actor": SYSTEM,
        "document_number": f"4900{int(order.correlation, 16) % 10**6:06d}",
    }


def _units(item: Fields) -> int:
    return cast("int", item["quantity"])


def _risk_flagged(order: Order, rng: Generator) -> Fields:
    velocity, mismatch = rng.randint(30, 45), rng.randint(20, 30)
    return {
        "assessment_id": f"RSK-{order.tag}",
        "score": velocity + mismatch,
        "level": "high",
        "reasons": [
            {
                "code": "velocity",
                "description": "Five orders from one device within an hour",
                "weight": velocity,
            },
            {
                "code": "ip_country_mismatch",
                "description": "Address and connection are in different countries",
                "weight": mismatch,
            },
        ],
        "recommendation": "hold",
        "engine": "fraud-rules",
        "engine_version": "2026.1",
        "amount": money(order.total),
        "client": order.client,
        "ip_country": "RO",
        "review_until": order.now + timedelta(hours=4),
    }


GOODS_BUILDERS: dict[str, Builder] = {
    "shipment.dispatched": _shipment_dispatched,
    "shipment.delivered": _shipment_delivered,
    "inventory.reserved": _inventory_reserved,
    "inventory.adjusted": _inventory_adjusted,
    "risk.flagged": _risk_flagged,
}
