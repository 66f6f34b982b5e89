"""A world for the gateway that the client asks."""

import pytest

from tests.support.worlds import Worlds


@pytest.fixture
def worlds() -> Worlds:
    """An empty bus in memory."""
    return Worlds()
