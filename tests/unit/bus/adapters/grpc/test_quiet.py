"""The library's core writes nothing among our lines, unless somebody asks it to."""

import os
import subprocess
import sys

import pytest

_SAYS = "import bus.adapters.grpc.codes, os; print(os.environ['GRPC_VERBOSITY'])"


@pytest.mark.parametrize(("given", "found"), [(None, "NONE"), ("DEBUG", "DEBUG")])
def test_how_much_its_core_says(given: str | None, found: str) -> None:
    """It reads that once, when it is imported."""
    others = {k: v for k, v in os.environ.items() if k != "GRPC_VERBOSITY"}
    env = others if given is None else {**others, "GRPC_VERBOSITY": given}
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", _SAYS], env=env, capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == found
