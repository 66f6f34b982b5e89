"""The real programs keep their promises whatever a seed does to them."""

import gc
import hashlib
import os
import subprocess
import sys
from functools import partial

import pytest

from tests.simulation.__main__ import report
from tests.simulation.drawing import make_plan
from tests.simulation.shrinking import shrink
from tests.simulation.simulation import Verdict, simulate

SEEDS = 2_000
CHUNK = 250
ALWAYS = 250
"""So many of the seeds belong to every run of the tests; `make simulate` has no end."""


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(first, marks=[] if first < ALWAYS else [pytest.mark.long])
        for first in range(0, SEEDS, CHUNK)
    ],
)
def test_every_promise_is_kept(first: int) -> None:
    """Nothing lost, in order, never ahead, few duplicates, on time, isolated."""
    for seed in range(first, first + CHUNK):
        verdict = simulate(make_plan(seed))
        assert not verdict.violations, "".join(report(_small(verdict)))
    gc.collect()


def test_a_seed_is_always_the_same() -> None:
    """Run again, even in a process that hashes differently, it comes out the same."""
    digests = {_digest_elsewhere(hash_seed) for hash_seed in ("1", "2")}
    assert digests == {digest(range(20))}


def digest(seeds: range) -> str:
    """What the histories of seeds amount to."""
    found = hashlib.sha256()
    for seed in seeds:
        verdict = simulate(make_plan(seed), tracing=True)
        found.update("\n".join((*verdict.trace, *verdict.violations)).encode())
    return found.hexdigest()


def _digest_elsewhere(hash_seed: str) -> str:
    program = (
        "from tests.simulation.test_simulation import digest; print(digest(range(20)))"
    )
    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def _small(verdict: Verdict) -> Verdict:
    return shrink(verdict, partial(simulate, tracing=True))
