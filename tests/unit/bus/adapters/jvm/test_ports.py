"""A broker that was killed finds its ports again when it is started anew."""

import asyncio
import socket

import pytest

from bus.adapters.jvm.layout import HOST, Member, let_go, require_free
from bus.errors import EmbeddedBrokerError
from tests.support.turns import turn


async def test_ports_are_waited_for_until_they_are_let_go() -> None:
    """What was killed on a busy machine has them for a while; others keep them."""
    with socket.create_server((HOST, 0)) as holder:
        port = holder.getsockname()[1]
        member = Member(1, port, port, port)
        await let_go(member, 0.0)
        with pytest.raises(EmbeddedBrokerError, match=f"port {port} .* is taken"):
            require_free(member)
        waiting = asyncio.create_task(let_go(member, 60))
        await turn()
        assert not waiting.done()
    await waiting
    require_free(member)
