"""aiohttp's resolver of names, with the guard's judgement of what they stand for."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

from bus.adapters.http.aiohttp_connection import TRY
from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names


class GuardedResolver(AbstractResolver):
    """Gives aiohttp only addresses that the guard admits."""

    def __init__(self, guard: Guard, names: Names) -> None:
        self._guard = guard
        self._names = names

    @override
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,
    ) -> list[ResolveResult]:
        addresses = await self._names.resolve(host)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._guard.admit(addresses, plain=TRY.get().plain)
        ]

    @override
    async def close(self) -> None:
        await self._names.close()
