"""A partner of gRPC that takes all, until its standard input ends.

It says on its first line where it is.
"""

import asyncio
import json
import sys

import uvloop

from bus.adapters.grpc.inlet import GrpcInlet
from bus.receiving import Arrival, Reaction

_OK = Reaction(200)


async def _take(arrival: Arrival) -> Reaction:
    del arrival
    return _OK


async def _serve() -> None:
    inlet = GrpcInlet("127.0.0.1", 0)
    url = await inlet.open(_take)
    sys.stdout.write(json.dumps({"url": url}) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await inlet.close()


if __name__ == "__main__":
    uvloop.run(_serve())
