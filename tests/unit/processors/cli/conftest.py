"""Fixtures of the tests of the commands."""

from pathlib import Path

import pytest

from tests.support.checkout import Checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A git checkout without commits."""
    return Checkout(tmp_path)
