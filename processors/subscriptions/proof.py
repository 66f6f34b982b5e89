"""Whether an endpoint wants events: what it is asked, what counts as a yes. Pure.

A webhook sender that posts wherever it is told can be made to flood somebody. So an
endpoint says first that it wants events, in one of two ways: the handshake of
CloudEvents HTTP 1.1 Web Hooks (section 4), which needs no secret, or a signed
challenge, which it answers with the challenge alone. An echo is no answer: whatever
repeats what it is sent would say yes for somebody else. A queue can answer nothing:
that its broker let us in and took the challenge has to do.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bus.contracts.jsontext import read_json
from bus.delivery.delivery import Accepted, Outcome, Unreachable
from bus.delivery.subscription import Subscription
from bus.errors import DecodeError
from bus.event import Event
from bus.ports import Answer, NoAnswer, Reply
from bus.probing import Exchanged
from bus.times import rfc3339
from bus.webhook.document import Document

CHALLENGE_TYPE = "orderbus.verification"
_SOURCE, _SUBJECT = "/orderbus/verification", "orderbus-verification"
_PER_MINUTE = 60.0
_RATE = re.compile(r"0{0,9}[1-9][0-9]{0,8}", re.ASCII)
_SUCCESS = range(200, 300)


class How(StrEnum):
    """How an endpoint proved that it wants events, or why it need not."""

    TRUSTED = "trusted by an operator"
    OPENED = "in a network that the operator has opened"
    HANDSHAKE = "by the CloudEvents handshake"
    CHALLENGE = "by answering a signed challenge"
    TAKEN = "by taking a signed challenge into its queue"
    DIALS = "by dialling the bus itself, with a key"


@dataclass(frozen=True, slots=True)
class Proof:
    """It wants them; `rate` is how many a second at most, None where it did not say."""

    how: How
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Unproven:
    """It did not say that it wants them; `why` is what it said instead."""

    why: str


def proven(subscription: Subscription, proof: Proof | Unproven) -> Subscription:
    """The subscription after its endpoint was asked."""
    wants = isinstance(proof, Proof)
    rate = proof.rate if isinstance(proof, Proof) else subscription.allowed_rate
    return subscription.model_copy(update={"unproven": not wants, "allowed_rate": rate})


# --- the handshake


def handshake_headers(
    subscription: Subscription, origin: str
) -> Sequence[tuple[str, str]]:
    """What the `OPTIONS` request carries, the subscription's own headers included."""
    asked = [("webhook-request-origin", origin), *subscription.headers.items()]
    if subscription.rate is not None:
        rate = max(1, round(subscription.rate * _PER_MINUTE))
        asked.append(("webhook-request-rate", str(rate)))
    return asked


def read_handshake(seen: Exchanged, origin: str) -> Proof | Unproven:
    """What an answer to it says. The allowed rate counts requests a minute."""
    if seen.failure is not None:
        return Unproven(f"OPTIONS: {seen.failure.detail}")
    allowed = seen.headers.get("webhook-allowed-origin", "").strip()
    if seen.status not in _SUCCESS or allowed.lower() not in {"*", origin.lower()}:
        return Unproven(f"OPTIONS: answered {seen.status}, and did not allow {origin}")
    rate = seen.headers.get("webhook-allowed-rate", "").strip()
    if _RATE.fullmatch(rate):
        return Proof(How.HANDSHAKE, int(rate) / _PER_MINUTE)
    return Proof(How.HANDSHAKE)


# --- the challenge


def challenge_document(event_id: str, challenge: str, now_s: float) -> Document:
    """The event that carries a challenge."""
    return {
        "id": event_id,
        "type": CHALLENGE_TYPE,
        "timestamp": rfc3339(datetime.fromtimestamp(now_s, UTC)),
        "order_id": _SUBJECT,
        "status": "verification",
        "data": {"challenge": challenge},
        "metadata": {},
        "bus": {"source": _SOURCE, "test": True},
    }


def challenge_event(event_id: str, challenge: str, now_s: float) -> Event:
    """The same as an event, for kinds of endpoints that get its attributes."""
    return Event(
        id=event_id,
        type=CHALLENGE_TYPE,
        source=_SOURCE,
        subject=_SUBJECT,
        time=datetime.fromtimestamp(now_s, UTC),
        data={"challenge": challenge},
    )


def read_challenge(reply: Reply, challenge: str) -> Proof | Unproven:
    """What an answer to it says: 2xx with the challenge, and nothing else, is a yes."""
    match reply:
        case NoAnswer(detail=detail):
            return Unproven(f"challenge: {detail}")
        case Answer(status=status) if status not in _SUCCESS:
            return Unproven(f"challenge: answered {status}")
        case Answer(status=status, excerpt=excerpt):
            if _said(excerpt.strip()) == challenge:
                return Proof(How.CHALLENGE)
            return Unproven(
                f"challenge: answered {status} without the challenge as its body"
            )


def read_outcome(outcome: Outcome, challenge: str) -> Proof | Unproven:
    """What came of one that was no webhook: accepted with the challenge is a yes."""
    match outcome:
        case Accepted(said=said) if said.strip() == challenge:
            return Proof(How.CHALLENGE)
        case Accepted():
            return Unproven("challenge: accepted, without the challenge as its detail")
        case Unreachable(detail=detail):
            return Unproven(f"challenge: {detail}")
        case _:
            return Unproven(f"challenge: {outcome.name}, {outcome.detail}")


def _said(body: str) -> str:
    """The text itself, or the one field of a JSON object."""
    try:
        fields = read_json(body.encode())
    except DecodeError:
        return body
    if isinstance(fields, dict) and set(fields) == {"challenge"}:
        return str(fields["challenge"])
    return fields if isinstance(fields, str) else body


def read_taken(outcome: Outcome) -> Proof | Unproven:
    """What came of one for a queue: that it was taken is a yes."""
    if isinstance(outcome, Accepted):
        return Proof(How.TAKEN)
    return Unproven(f"challenge: {outcome.detail or outcome.name}")
