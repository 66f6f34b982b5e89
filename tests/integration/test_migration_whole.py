"""An old sender outside and the bus, both killed often: each event has an owner."""

from pathlib import Path

import pytest

from tests.moving.play import move
from tests.support.kafka import KafkaUnderTest

ORDERS = 500


@pytest.mark.kafka
@pytest.mark.long
@pytest.mark.timeout(900)  # three minutes, unless the machine is busy
async def test_every_event_has_an_owner(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """By one side, or by both with one id, in all phases and a step back in each."""
    moved = await move(kafka, tmp_path, ORDERS, seed=1, say=print)
    print(moved.text())  # noqa: T201 - shown when it fails
    moved.check()
    assert moved.back == 5
