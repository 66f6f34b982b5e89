"""A broker in memory with hubs over it."""

import pytest

from tests.support.streaming import LiveBus


@pytest.fixture
def bus() -> LiveBus:
    """A broker with events and attempts."""
    return LiveBus()
