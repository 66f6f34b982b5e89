"""Both event loops, for every test in here; the senders that speak HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest
import uvloop

from bus.adapters.http.guard import Guard
from bus.ports import Sender
from tests.contract.sender.worlds import LOOPBACK, REAL, MakeSender
from tests.support.endpoint import Endpoint


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run each test on asyncio's loop and on uvloop's."""
    del config, item
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment must not matter; if it did, tests would fail."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


@pytest.fixture(params=list(REAL))
def make(request: pytest.FixtureRequest) -> MakeSender:
    """Each sender's constructor in turn."""
    return REAL[request.param]


@pytest.fixture
async def sender(make: MakeSender) -> AsyncIterator[Sender]:
    """A sender that may connect to loopback."""
    made = make(Guard(allow=LOOPBACK), None)
    yield made
    await made.close()


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    """An endpoint on loopback."""
    async with Endpoint() as opened:
        yield opened
