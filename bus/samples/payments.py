"""What events of payments say about a made-up order, beyond the usual course."""

from datetime import timedelta

from bus.samples.order import Builder, Fields, Generator, Order, money


def paid(order: Order) -> Fields:
    """What every event of a payment says."""
    return {
        "payment_id": f"PAY-{order.tag}",
        "provider": "northpay",
        "provider_reference": f"np_{order.correlation}",
    }


def _pending(order: Order, _: Generator) -> Fields:
    return paid(order) | {
        "amount": money(order.total),
        "method": order.payment,
        "reason_code": "bank_transfer",
        "expires_at": order.now + timedelta(days=7),
        "reference": order.id,
        "customer": order.customer,
    }


def _expired(order: Order, _: Generator) -> Fields:
    return paid(order) | {
        "amount": money(order.total),
        "authorized_at": order.now - timedelta(days=7),
        "captured_total": money(order.captured),
        "method": order.payment,
        "customer": order.customer,
    }


def _cancelled(order: Order, _: Generator) -> Fields:
    return paid(order) | {
        "amount": money(order.total),
        "reason_code": "order_cancelled",
        "reason": "The customer changed their mind",
    }


def _disputed(order: Order, rng: Generator) -> Fields:
    return paid(order) | {
        "amount": money(order.total),
        "dispute_id": f"DSP-{order.tag}",
        "stage": "chargeback",
        "reason_code": f"13.{rng.randint(1, 7)}",
        "reason": "Goods not received",
        "answer_by": order.now + timedelta(days=14),
    }


PAYMENT_BUILDERS: dict[str, Builder] = {
    "payment.pending": _pending,
    "payment.authorization_expired": _expired,
    "payment.authorization_cancelled": _cancelled,
    "payment.disputed": _disputed,
}
