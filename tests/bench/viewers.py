"""A process of browsers that look at live pages: `URL COOKIE COUNT PATH…`.

Writes a line once all of them hear; answers each line it reads with how many messages
and bytes came since the last one.
"""

import asyncio
import json
import sys

from aiohttp import ClientSession, ClientTimeout, TCPConnector


class Viewers:
    """So many on each page."""

    def __init__(self) -> None:
        self.messages = 0
        self.bytes = 0

    async def look(self, session: ClientSession, path: str) -> None:
        """Hear a page until it ends."""
        async with session.get(path) as stream:
            stream.raise_for_status()
            async for chunk in stream.content.iter_any():
                self.messages += chunk.count(b"event: cells")
                self.bytes += len(chunk)

    def told(self) -> str:
        """What came, and begin anew."""
        line = json.dumps({"messages": self.messages, "bytes": self.bytes})
        self.messages = self.bytes = 0
        return line


async def main(url: str, cookie: str, count: int, paths: list[str]) -> None:
    """Look, until the standard input ends."""
    viewers = Viewers()
    async with ClientSession(
        url,
        headers={"Cookie": cookie},
        connector=TCPConnector(limit=0),
        timeout=ClientTimeout(total=None),
    ) as session:
        looking = [
            asyncio.create_task(viewers.look(session, path))
            for path in paths
            for _ in range(count)
        ]
        while line := await asyncio.to_thread(sys.stdin.readline):
            del line
            gone = sum(task.done() for task in looking)
            assert not gone, f"{gone} of {len(looking)} streams have ended"
            sys.stdout.write(f"{viewers.told()}\n")
            sys.stdout.flush()
        for task in looking:
            task.cancel()
        await asyncio.gather(*looking, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]))
