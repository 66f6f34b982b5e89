"""How many examples of a property a run looks at."""

import os

_SHARE = 4


def examples(whole: int) -> int:
    """A quarter of them in `make test`, all in `make test-long`."""
    return (
        whole if os.environ.get("ORDERBUS_TEST_EXAMPLES") == "all" else whole // _SHARE
    )
