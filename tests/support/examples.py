"""How many examples of a property a run looks at."""

import os
from collections.abc import Sequence

import pytest

_SHARE = 4


def examples(whole: int) -> int:
    """A quarter of them in `make test`, all in `make test-long`."""
    return (
        whole if os.environ.get("ORDERBUS_TEST_EXAMPLES") == "all" else whole // _SHARE
    )


def seeds(whole: int) -> Sequence[object]:
    """The first quarter of so many in `make test`, the others in `make test-long`."""
    few = whole // _SHARE
    return [
        pytest.param(seed, marks=[pytest.mark.long] if seed >= few else [])
        for seed in range(whole)
    ]
