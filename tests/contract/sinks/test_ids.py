"""One id tells duplicates everywhere: the one that is signed."""

from collections.abc import Callable

import pytest

from bus.adapters.amqp.envelope import properties
from bus.adapters.amqp1.envelope import DUPLICATES, read, written
from bus.adapters.nats.envelope import DEDUPLICATION, headers
from bus.sending import Parcel
from tests.contract.sinks.parcels import parcel


def _in_amqp(one: Parcel) -> str | None:
    return properties(one).message_id


def _in_amqp1(one: Parcel) -> str | None:
    return read(written(one)).texts[DUPLICATES]


def _in_nats(one: Parcel) -> str | None:
    return headers(one)[DEDUPLICATION]


@pytest.mark.parametrize("told", [_in_amqp, _in_amqp1, _in_nats])
def test_the_id_is_that_which_is_signed(told: Callable[[Parcel], str | None]) -> None:
    """That of a trial or a challenge is no event's."""
    one = parcel("https://a.example/")
    assert told(one) == one.event.webhook_id
    one.headers = [(n, "test-7" if n == "webhook-id" else v) for n, v in one.headers]
    assert told(one) == one.id == "test-7"
