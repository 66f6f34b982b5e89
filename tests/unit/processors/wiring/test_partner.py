"""The receiver of `bus dev`: there, on the usual port or another one."""

import socket
from urllib.parse import urlsplit

import pytest

from bus.errors import ConfigurationError
from processors.wiring.partner import open_partner


async def test_it_listens_whatever_port_is_taken() -> None:
    """Nobody chose one: two may run beside each other."""
    async with open_partner(None) as one, open_partner(None) as other:
        assert one != other
        assert {urlsplit(url).hostname for url in (one, other)} == {"127.0.0.1"}


async def test_a_port_that_was_chosen_is_had_or_refused() -> None:
    """By the name of its option."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match="--receiver-port"):
            async with open_partner(port):
                pass
