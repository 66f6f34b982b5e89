"""What stands in front of the doors: a proxy that asks another where one is gone.

As nginx does with `proxy_next_upstream error non_idempotent`: what was sent to a door
that went before it answered is sent to the next one.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from tests.support.bus import CLOCK

_AVOIDED_S = 1.0
_TRIES = 3


class Heard(NamedTuple):
    """An answer; status 0: there was none."""

    status: int
    body: bytes
    took_s: float


@dataclass
class Balancer:
    """Takes turns; a door that failed is asked last for a second."""

    urls: dict[int, str] = field(default_factory=dict)
    passed_on: int = 0
    _failed_at: dict[int, float] = field(default_factory=dict)
    _turn: int = 0
    _session: ClientSession | None = None

    async def open(self) -> None:
        """Begin."""
        self._session = ClientSession(connector=TCPConnector(limit=0))

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()

    async def post(
        self, path: str, body: bytes, headers: Mapping[str, str], timeout_s: float
    ) -> Heard:
        """Send it to a door, or the next."""
        began = CLOCK.monotonic()
        for door in self._order()[:_TRIES]:
            timeout = ClientTimeout(total=timeout_s)
            assert self._session is not None
            try:
                async with self._session.post(
                    f"{self.urls[door]}{path}",
                    data=body,
                    headers=headers,
                    timeout=timeout,
                ) as got:
                    answer = await got.read()
                    return Heard(got.status, answer, CLOCK.monotonic() - began)
            except TimeoutError:
                break
            except ClientError:  # also one that went in the middle of its answer
                self._failed_at[door] = CLOCK.monotonic()
                self.passed_on += 1
        return Heard(0, b"", CLOCK.monotonic() - began)

    def _order(self) -> list[int]:
        self._turn += 1
        now, doors = CLOCK.monotonic(), sorted(self.urls)
        doors = doors[self._turn % len(doors) :] + doors[: self._turn % len(doors)]
        avoided = {d for d in doors if now - self._failed_at.get(d, -9) < _AVOIDED_S}
        well = [door for door in doors if door not in avoided]
        # All of them once more: one may be back by now.
        return [*well, *(door for door in doors if door in avoided), *doors]

    def back(self, door: int, url: str) -> None:
        """A door is there, at this address."""
        self.urls[door] = url
        with suppress(KeyError):
            del self._failed_at[door]
