"""Fixtures of the tests of the programs."""

import pytest

from tests.support.worlds import Worlds


@pytest.fixture
def worlds() -> Worlds:
    """Worlds over one broker in memory."""
    return Worlds()
