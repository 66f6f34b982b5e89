"""A door for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.door import Knocker, opened
from tests.support.worlds import Worlds


@pytest.fixture
async def knock(worlds: Worlds, tmp_path: Path) -> AsyncIterator[Knocker]:
    """A door on loopback."""
    async with opened(worlds, tmp_path) as knocker:
        yield knocker
