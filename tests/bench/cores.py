"""What more cores would do, reckoned from what a delivery costs on few.

python -m tests.bench.cores --worker-us 140 --broker-us 31 [--partitions 6] [--topics 5]

Each process works on one core at most. Which partitions it gets is drawn as Kafka's
cooperative-sticky assignor leaves them: as many each as can be. Events are hashed to
partitions by order, so no two partitions get the same: simulated with orders.
"""

import argparse
import random
from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

_CORES = (2, 4, 8, 16)
_ORDERS = 20_000
_SEED = 7


def shares(processes: int, topics: int, partitions: int) -> Sequence[float]:
    """Which share of all events each process gets."""
    source = random.Random(_SEED)  # noqa: S311 - no secret
    of = Counter(
        (source.randrange(topics), source.randrange(partitions)) for _ in range(_ORDERS)
    )
    places = [(t, p) for t in range(topics) for p in range(partitions)]
    got = [0] * processes
    for number, place in enumerate(places):
        got[number % processes] += of[place]
    return [one / _ORDERS for one in got]


def reached(
    cores: int, processes: int, costs_us: tuple[float, float], spread: tuple[int, int]
) -> tuple[float, str]:
    """Deliveries a second, and what bounds them; costs of worker and broker in us."""
    worker_us, broker_us = costs_us
    fullest = max(shares(processes, *spread))
    by_process = 1e6 / (worker_us * fullest)
    by_machine = cores * 1e6 / (worker_us + broker_us)
    if by_machine <= by_process:
        return by_machine, "cores"
    return by_process, "the fullest process"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.cores",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--worker-us", type=float, required=True)
    parser.add_argument("--broker-us", type=float, required=True)
    parser.add_argument("--partitions", type=int, default=6, help="of a topic")
    parser.add_argument("--topics", type=int, default=5, help="that have the events")
    options = parser.parse_args()
    spread = (options.topics, options.partitions)
    table = Table("cores", "processes", "deliveries/s", "bound by")
    for cores in _CORES:
        for processes in sorted({max(1, cores // 2), cores * 3 // 4, cores}):
            rate, bound = reached(
                cores, processes, (options.worker_us, options.broker_us), spread
            )
            table.add_row(str(cores), str(processes), f"{rate:,.0f}", bound)
    Console().print(table)


if __name__ == "__main__":
    main()
