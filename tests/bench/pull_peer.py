"""A gateway's relay, and a partner that has dialled it and takes all.

It says on its first line where the relay is, and ends with its standard input.
"""

import asyncio
import json
import sys

import uvloop

from bus.adapters.grpc.puller import PullInlet
from bus.adapters.grpc.relay import Relay
from bus.receiving import Arrival, Reaction

TOKEN, WHOSE = "bench", "acme"
_OK = Reaction(200)


async def _take(arrival: Arrival) -> Reaction:
    del arrival
    return _OK


def _admit(token: str, subscription: str) -> None:
    del token, subscription


async def _serve() -> None:
    relay = Relay("127.0.0.1", 0, _admit, lambda shown: shown == TOKEN)
    url = await relay.start()
    partner = PullInlet(url, WHOSE, TOKEN)
    await partner.open(_take)
    sys.stdout.write(json.dumps({"url": url}) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await partner.close()
    await relay.stop()


if __name__ == "__main__":
    uvloop.run(_serve())
