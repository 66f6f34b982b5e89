"""How many posts a second each sender makes on one core, side by side in one run.

    python tests/bench/sender.py [--seconds 3] [--in-flight 64] [--endpoints 64]

The receiver runs in a process of its own. What counts is the ratio of CPU time; the
machine decides the absolute figures.
"""

import argparse
import asyncio
import gc
import subprocess
import sys
import time
from pathlib import Path

import orjson
import uvloop

sys.path.insert(0, str(Path(__file__).parents[2]))

from bus.adapters.http.aiohttp_sender import AiohttpSender
from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from bus.ports import Answer, Post, Sender
from bus.sending import Head

BODY = orjson.dumps({"type": "order.created", "data": {"text": "x" * 1_100}})
HEADERS = (
    ("content-type", "application/json"),
    ("webhook-id", "evt-0190a6b2"),
    ("webhook-timestamp", "1790000000"),
    ("webhook-signature", f"v1,{'a' * 44}"),
    ("traceparent", f"00-{'0' * 32}-{'0' * 16}-01"),
)


async def posts(sender: Sender, urls: list[str], in_flight: int, count: int) -> float:
    """Make so many posts; return CPU seconds."""
    left = count
    wrong = 0
    heads = [Head(url, HEADERS[:1]) for url in urls]

    async def worker(number: int) -> None:
        nonlocal left, wrong
        head = heads[number % len(heads)]
        while left > 0:
            left -= 1
            reply = await sender.send(Post(head.url, HEADERS, BODY, 5, head=head))
            wrong += not isinstance(reply, Answer)

    began = time.process_time()
    await asyncio.gather(*(worker(number) for number in range(in_flight)))
    if wrong:
        raise SystemExit(f"{wrong} posts without an answer")
    return time.process_time() - began


async def measure(
    sender: Sender, urls: list[str], in_flight: int, seconds: float
) -> tuple[float, float]:
    """Posts a second, and CPU microseconds a post."""
    await posts(sender, urls, in_flight, in_flight * 2)
    done, cpu, began = 0, 0.0, time.perf_counter()
    while (took := time.perf_counter() - began) < seconds:
        cpu += await posts(sender, urls, in_flight, 2_000)
        done += 2_000
    await sender.close()
    return done / took, cpu / done * 1e6


def main() -> None:
    """Run both senders in turn, twice, and print the better run of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--endpoints", type=int, default=64)
    options = parser.parse_args()
    gc.set_threshold(50_000, 50, 100)
    guard = Guard(allow=["127.0.0.0/8"])
    command = [sys.executable, "-m", "processors.receiver", "--forget", "--until-eof"]
    with subprocess.Popen(  # noqa: S603 - our own program
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as receiver:
        assert receiver.stdout is not None
        root = orjson.loads(receiver.stdout.readline())["url"]
        urls = [f"{root}s/{number}" for number in range(options.endpoints)]
        best: dict[str, tuple[float, float]] = {}
        for make in (AiohttpSender, LeanSender) * 2:
            result = uvloop.run(
                measure(make(guard), urls, options.in_flight, options.seconds)
            )
            name = make.__name__
            best[name] = min(best.get(name, result), result, key=lambda r: r[1])
    for name, (rate, cpu) in best.items():
        sys.stdout.write(f"{name:14} {rate:8.0f} posts/s {cpu:8.1f} us CPU a post\n")
    slow, fast = best["AiohttpSender"], best["LeanSender"]
    sys.stdout.write(
        f"ratio          {fast[0] / slow[0]:8.1f} x       {slow[1] / fast[1]:8.1f} x\n"
    )


if __name__ == "__main__":
    main()
