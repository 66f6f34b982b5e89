"""Files of a source that anybody may send to."""

import pytest

from tests.support.collecting import Files
from tests.support.worlds import Worlds


@pytest.fixture
def files(worlds: Worlds) -> Files:
    """With a source `own`, of generic-json."""
    worlds.broker.up()
    made = Files(worlds)
    made.add("own", "generic-json")
    return made
