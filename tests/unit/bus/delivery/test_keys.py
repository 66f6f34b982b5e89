"""The Kafka keys of hops."""

import pytest

from bus.delivery.keys import hop_key, key_headers, original_key
from tests.support.facts import a_record, an_event


@pytest.mark.parametrize("key", [b"SO-1", b"", b"CUST-7", b"\xff", None])
def test_the_events_own_key_is_never_forgotten(key: bytes | None) -> None:
    """A hop goes by its order; what the producer wrote can be had over many hops."""
    event, record = an_event(), a_record(key=key)
    for _ in range(3):
        headers = key_headers(record, event)
        record = a_record(key=hop_key(event), headers=headers)
        assert original_key(record) == key
    assert hop_key(event) == b"SO-1"
    assert bool(headers) is (key != b"SO-1")
