"""Run a receiver until it is told to stop, or until its standard input ends."""

import argparse
import asyncio
import signal
import sys

import orjson
import uvloop

from processors.clock import SystemClock
from processors.receiver.behaviour import Behaviour
from processors.receiver.log import Received
from processors.receiver.server import Receiver


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m processors.receiver", description=__doc__
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--forget", action="store_true", help="counts, but no log")
    parser.add_argument(
        "--measure", action="store_true", help="count the time since `timestamp`"
    )
    parser.add_argument(
        "--secret",
        metavar="whsec_…",
        help="verify signatures: 401 to others; say so of each request on stderr",
    )
    parser.add_argument(
        "--until-eof", action="store_true", help="stop when standard input ends"
    )
    return parser.parse_args(arguments)


async def _run(options: argparse.Namespace) -> None:
    receiver = Receiver(
        SystemClock(),
        default=Behaviour(latency_ms=options.latency_ms, secret=options.secret),
        remember=not options.forget,
        measure=options.measure,
        on_received=None if options.secret is None else _tell,
    )
    await receiver.start(options.host, options.port)
    told = {"port": receiver.port, "url": receiver.url()}
    sys.stdout.write(orjson.dumps(told).decode() + "\n")
    sys.stdout.flush()
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_, stop.set)
    if options.until_eof:
        loop.add_reader(sys.stdin, lambda: stop.set() if not sys.stdin.read(1) else 0)
    await stop.wait()
    await receiver.close()


def _tell(received: Received) -> None:
    """Say of a webhook whether its signature is good."""
    verdict = "verified" if received.signed else "NOT signed with this secret"
    about = f"{received.type} {received.order_id} {received.webhook_id}"
    line = f"{verdict}: {about}, answered {received.status}"
    sys.stderr.write(line.encode("ascii", "backslashreplace").decode() + "\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns its exit code."""
    try:
        uvloop.run(_run(_arguments(sys.argv[1:] if arguments is None else arguments)))
    except OSError as error:
        sys.stderr.write(f"cannot listen: {error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
