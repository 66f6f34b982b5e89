"""Move orders as a company does: `python -m tests.moving --orders 20000`."""

import argparse
import asyncio
import tempfile
from pathlib import Path

from bus.adapters.jvm import EmbeddedKafka
from tests.moving.play import Moved, move
from tests.support.kafka import KafkaUnderTest, cache_dir


def main() -> None:
    """Move them, and say what came of it; a broken promise is an error."""
    parser = argparse.ArgumentParser(prog="python -m tests.moving", description=__doc__)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1, help="of the kills")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="orderbus-moving-"))
    _say(f"logs in {folder}")
    moved = asyncio.run(_move(folder, options.orders, options.seed))
    _say(moved.text())
    moved.check()


async def _move(folder: Path, orders: int, seed: int) -> Moved:
    async with EmbeddedKafka(folder / "kafka", cache_dir()) as kafka:
        under_test = KafkaUnderTest(kafka.bootstrap_servers)
        return await move(under_test, folder, orders, seed, _say)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
