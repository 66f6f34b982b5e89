"""What a forecast costs in CPU, by kind of episode: python -m tests.bench.forecasts."""

from time import process_time

from bus.watch.forecasts.drain import time_to_drain
from tests.support.queues import KINDS

_TIMES = 50
_MOST_MS = 5.0


def main() -> None:
    """Measure and print; exit with 1 if a kind takes longer than promised."""
    slow = False
    for kind, play in KINDS.items():
        queues = [play(seed).seen() for seed in range(4)]
        begun = process_time()
        for _ in range(_TIMES):
            for queue in queues:
                time_to_drain(queue)
        each_ms = (process_time() - begun) * 1_000 / _TIMES / len(queues)
        slow |= each_ms >= _MOST_MS
        print(f"{kind:10} {each_ms:6.2f} ms a forecast")  # noqa: T201 - its output
    raise SystemExit(slow)


if __name__ == "__main__":
    main()
