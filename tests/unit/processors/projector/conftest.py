"""A bus for each test."""

import pytest

from tests.support.projecting import ProjectedBus


@pytest.fixture
async def bus() -> ProjectedBus:
    """A bus with nothing on it."""
    return ProjectedBus()
