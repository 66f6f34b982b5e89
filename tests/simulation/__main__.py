"""`make simulate SEEDS=1000000` runs many; `make simulate SEED=123` replays one."""

import argparse
import gc
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from itertools import islice

from tests.simulation.drawing import make_plan
from tests.simulation.plan import Plan
from tests.simulation.shrinking import shrink
from tests.simulation.simulation import Verdict, simulate

_CHUNK = 200
_ENOUGH = 10


def main() -> int:
    """Run what was asked for; 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seed", type=int, help="replay this one, with its history")
    parser.add_argument("--seeds", type=int, default=20_000, help="how many to run")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    if asked.seed is not None:
        return _replay(asked.seed)
    return _many(range(asked.first, asked.first + asked.seeds), asked.processes)


def _many(seeds: range, processes: int) -> int:
    began, done, repeated = time.monotonic(), 0, 0
    failed: list[Verdict] = []
    chunks = (seeds[i : i + _CHUNK] for i in range(0, len(seeds), _CHUNK))
    with ProcessPoolExecutor(processes) as pool:
        for count, again, bad in _results(pool, chunks, 2 * processes):
            done += count
            repeated += again
            for verdict in bad:
                _print("".join(_broken(verdict)))
            failed += bad
            minute = 60 * done / (time.monotonic() - began)
            _print(
                f"\r{done:,} of {len(seeds):,} seeds, {minute:,.0f} a minute,"
                f" {len(failed)} broken, {repeated:,} deliveries repeated"
            )
            if len(failed) >= _ENOUGH:
                _print("\nenough is broken; stopping\n")
                pool.shutdown(cancel_futures=True)
                break
    _print("\n")
    return 1 if failed else 0


def _results(
    pool: ProcessPoolExecutor, chunks: Iterator[range], ahead: int
) -> Iterator[tuple[int, int, list[Verdict]]]:
    """What chunks come to, with only a few of them handed out ahead."""
    running = {pool.submit(run, chunk) for chunk in islice(chunks, ahead)}
    while running:
        ready = next(as_completed(running))
        running.remove(ready)
        yield ready.result()
        running.update(pool.submit(run, chunk) for chunk in islice(chunks, 1))


def run(seeds: range) -> tuple[int, int, list[Verdict]]:
    """Simulate some: how many, how many deliveries were repeated, what failed."""
    failed, repeated = [], 0
    for seed in seeds:
        verdict = simulate(make_plan(seed))
        repeated += verdict.repeated
        if verdict.violations:
            failed.append(verdict)
    gc.collect()
    return len(seeds), repeated, failed


def _replay(seed: int) -> int:
    verdict = simulate(make_plan(seed), tracing=True)
    _print("".join(report(verdict)))
    if not verdict.violations:
        return 0
    _print("\nThe same in small:\n\n")
    small = shrink(verdict, partial(simulate, tracing=True))
    _print("".join(report(small)))
    return 1


def report(verdict: Verdict) -> Iterator[str]:
    """The plan, the history, and what was broken, line by line."""
    yield from _described(verdict.plan)
    yield from (f"{line}\n" for line in verdict.trace)
    yield from _broken(verdict)


def _described(plan: Plan) -> Iterator[str]:
    yield f"seed {plan.seed}\n{plan.options}\n"
    for part in (*plan.partners, *plan.troubles):
        yield f"{part}\n"


def _broken(verdict: Verdict) -> Iterator[str]:
    seed = verdict.plan.seed
    if not verdict.violations:
        yield f"seed {seed}: all promises kept\n"
    for violation in verdict.violations:
        yield f"\nseed {seed}: {violation[:400]}\n"
    if verdict.violations:
        yield f"replay it with: make simulate SEED={seed}\n"


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
