"""Several events in a call: what goes into it, and what its answer says of each."""

from collections.abc import Sequence

from bus.adapters.grpc.envelope import cloud_event, metadata
from bus.adapters.grpc.generated.event_receiver_pb2 import (
    DeliverBatchRequest,
    Delivery,
)
from bus.delivery.delivery import Accepted, Outcome, Refused
from bus.sending import Parcel

_FIXED = 512
"""More than the names and lengths in a message come to."""
_A_FIELD = 16


def batch_of(parcels: Sequence[Parcel]) -> DeliverBatchRequest:
    """The message of a call."""
    return DeliverBatchRequest(
        deliveries=(
            Delivery(event=cloud_event(one), metadata=dict(metadata(one)))
            for one in parcels
        )
    )


def size_of(parcel: Parcel) -> int:
    """What one takes of a message, at most."""
    event = parcel.event
    fields = (*parcel.headers, *event.extensions)
    texts = [event.id, event.source, event.type, event.subject]
    texts += [text for field in fields for text in field]
    length = sum(len(text.encode("utf-8", "replace")) for text in texts)
    return len(parcel.body) + length + _A_FIELD * len(fields) + _FIXED


def counts_for_all(outcome: Outcome) -> bool:
    """Whether what a call ended with may be said of every event in it.

    A refusal may be for one of them, or for their size together; and what one server
    has already, another one has not.
    """
    return not isinstance(outcome, Refused | Accepted)


def in_turn(parcels: Sequence[Parcel]) -> Sequence[Sequence[int]]:
    """Which go one after the other, by their places: those of one order."""
    found: dict[str, list[int]] = {}
    for at, one in enumerate(parcels):
        found.setdefault(one.event.subject, []).append(at)
    return list(found.values())
