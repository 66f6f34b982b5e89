"""What the channels of the demo send: orders of a shop, thin notices, a file of EDI."""

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence

_PRICE, _SHIPPING = 1_490, 495


def shop_order(number: int, at: str, *, off_by: int = 0) -> Mapping[str, object]:
    """An order of a shop, as Shopify sends it; its total is `off_by` cents wrong."""
    count = 1 + number % 3
    goods = _PRICE * count
    total = goods + _SHIPPING + off_by
    address = {
        "name": f"Ines Moreau {number}",
        "address1": f"{number} rue des Lilas",
        "city": "Nantes",
        "zip": "44000",
        "country_code": "FR",
    }
    return {
        "id": 7_310_447_392_000 + number,
        "name": f"#{2000 + number}",
        "created_at": at,
        "updated_at": at,
        "currency": "EUR",
        "taxes_included": True,
        "test": False,
        "financial_status": "paid",
        "email": f"ines.{number}@example.com",
        "customer": {"id": 812_000 + number, "first_name": "Ines", "last_name": "M."},
        "shipping_address": address,
        "billing_address": address,
        "line_items": [
            {
                "id": 15_100 + number,
                "sku": "MUG-BLUE",
                "title": "Mug, blue",
                "quantity": count,
                "price": _euros(_PRICE),
                "requires_shipping": True,
            }
        ],
        "shipping_lines": [{"title": "Colissimo", "price": _euros(_SHIPPING)}],
        "total_line_items_price": _euros(goods),
        "total_discounts": "0.00",
        "total_price": _euros(total),
    }


def shop_headers(number: int, body: bytes, secret: str) -> Mapping[str, str]:
    """What stands above it: its kind, its id, its signature."""
    digest = hmac.digest(secret.encode(), body, "sha256")
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Webhook-Id": f"demo-{number}",
        "X-Shopify-Hmac-SHA256": b64encode(digest).decode(),
    }


def notice(number: int, at_s: int) -> bytes:
    """A thin notice, as BigCommerce sends it: an id, and nothing to fulfil."""
    said = {
        "scope": "store/order/created",
        "store_id": "1025646",
        "data": {"type": "order", "id": number},
        "hash": f"demo-{number}",
        "created_at": at_s,
        "producer": "stores/demo",
    }
    return json.dumps(said).encode()


def notice_headers(number: int, at_s: int, body: bytes, secret: str) -> dict[str, str]:
    """What stands above it, by the rules of Standard Webhooks."""
    signed = f"demo-{number}.{at_s}.".encode() + body
    digest = b64encode(hmac.digest(secret.encode(), signed, "sha256")).decode()
    return {
        "Content-Type": "application/json",
        "webhook-id": f"demo-{number}",
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1,{digest}",
    }


def noticed_order(number: int, at: str) -> bytes:
    """The order that a notice is about, as the shop's API gives it."""
    address = {
        "first_name": "Ada",
        "last_name": f"Byron {number}",
        "street_1": f"Am Römerturm {number}",
        "city": "Köln",
        "zip": "50667",
        "country_iso2": "DE",
        "email": f"ada.{number}@example.com",
    }
    order = {
        "id": number,
        "customer_id": 11 + number,
        "date_created": at,
        "date_modified": at,
        "status_id": 11,
        "status": "Awaiting Fulfillment",
        "subtotal_ex_tax": "25.0000",
        "subtotal_inc_tax": "29.7500",
        "subtotal_tax": "4.7500",
        "total_ex_tax": "25.0000",
        "total_inc_tax": "29.7500",
        "total_tax": "4.7500",
        "discount_amount": "0.0000",
        "payment_method": "Credit Card",
        "payment_status": "captured",
        "currency_code": "EUR",
        "billing_address": address,
        "consignments": {
            "shipping": [{**address, "id": 7, "line_items": [_teapot(number)]}]
        },
    }
    return json.dumps(order).encode()


def _teapot(number: int) -> Mapping[str, object]:
    """What is ordered."""
    return {
        "id": 900 + number,
        "name": "Teapot",
        "sku": "POT-1",
        "quantity": 1,
        "base_price": "29.7500",
        "total_ex_tax": "25.0000",
        "total_inc_tax": "29.7500",
        "total_tax": "4.7500",
    }


def edi_file(quantities: Sequence[int], day: str, ship_by: str) -> bytes:
    """An interchange of X12 with a purchase order (850) for each of these quantities.

    Days are eight digits.
    """
    orders = [
        _edi_order(number, quantity, (day, ship_by))
        for number, quantity in enumerate(quantities, 1)
    ]
    parties = "*ZZ*ACMERETAIL     *ZZ*BREWBEAN       "
    segments = [
        f"ISA*00*{'':10}*00*{'':10}{parties}*{day[2:]}*0830*U*00401*000000417*0*P*>",
        f"GS*PO*ACMERETAIL*BREWBEAN*{day}*0830*417*X*004010",
        *(segment for order in orders for segment in order),
        f"GE*{len(orders)}*417",
        "IEA*1*000000417",
    ]
    return "".join(f"{segment}~\n" for segment in segments).encode()


def _edi_order(number: int, quantity: int, days: tuple[str, str]) -> list[str]:
    day, ship_by = days
    inside = [
        f"ST*850*{number:04}",
        f"BEG*00*SA*45000177{number:02}**{day}",
        "CUR*BY*USD",
        f"DTM*010*{ship_by}",
        "N1*BY*Acme Retail*92*0001",
        f"N1*ST*Acme DC {number}*92*01{number:02}",
        f"N3*12{number:02} Depot Rd",
        "N4*Joliet*IL*60433*US",
        f"PO1*1*{quantity}*EA*1.125*PE*VP*FIL-0042",
        "PID*F****Paper filters",
        "CTT*1",
    ]
    return [*inside, f"SE*{len(inside) + 1}*{number:04}"]


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
