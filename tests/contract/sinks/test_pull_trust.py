"""Who pulls over TLS is told what stays wrong there, and waits for what may come."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import trustme

from bus.adapters.grpc.lanes import system_roots
from bus.adapters.grpc.relay import Relay
from bus.adapters.grpc.trusting import distrusted
from bus.delivery.delivery import Accepted
from bus.errors import ConfigurationError
from bus.ports import NoAnswerKind
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.pull_worlds import (
    TOKEN,
    URL,
    Gate,
    Partner,
    pull_sink,
    subscribed,
)
from tests.contract.sinks.worlds import nobody, nobody_reached
from tests.support.relay import stranger

HERE = "127.0.0.1"
OURS, OTHERS = trustme.CA(), trustme.CA()


@pytest.fixture(autouse=True)
def _trusts_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    OURS.cert_pem.write_to_path(str(tmp_path / "ca"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca"))
    system_roots.cache_clear()
    yield
    system_roots.cache_clear()


@asynccontextmanager
async def gateway(of: trustme.CA | None) -> AsyncIterator[int]:
    """The port of one whose certificate is by somebody; None: without TLS."""
    shown = None
    if of is not None:
        leaf = of.issue_cert(HERE)
        chain = b"".join(one.bytes() for one in leaf.cert_chain_pems)
        shown = leaf.private_key_pem.bytes(), chain
    relay = Relay(HERE, 0, Gate(), lambda told: told == TOKEN, shown)
    url = await relay.start()
    try:
        yield int(url.rpartition(":")[2])
    finally:
        await relay.stop()


@asynccontextmanager
async def web(of: trustme.CA) -> AsyncIterator[int]:
    """The port of a server of HTTP/1.1 over TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    of.issue_cert(HERE).configure_cert(context)
    context.set_alpn_protocols(["http/1.1"])
    async with stranger(context=context) as port:
        yield port


@pytest.mark.parametrize(
    ("there", "why"),
    [
        (lambda: gateway(OTHERS), "its certificate is not trusted: "),
        (lambda: gateway(None), "no TLS is spoken there"),
        (lambda: web(OURS), "no gRPC is spoken there"),
    ],
    ids=["whom nobody trusts", "without TLS", "a web server"],
)
async def test_what_stays_wrong(
    there: Callable[[], AbstractAsyncContextManager[int]], why: str
) -> None:
    """Is said at once, in place of dialling for ever."""
    async with there() as port:
        with pytest.raises(ConfigurationError, match=f"{HERE}:{port}: {why}"):
            async with subscribed(f"grpcs://{HERE}:{port}", Partner()):
                pass


async def test_what_is_trusted() -> None:
    """Nothing is wrong with it, and events could come."""
    async with gateway(OURS) as port:
        assert not await distrusted(HERE, port)
        async with subscribed(f"grpcs://{HERE}:{port}", Partner()):
            pass


async def test_a_worker() -> None:
    """It hands over at a gateway that it trusts; to another one it tells nothing."""
    async with gateway(OURS) as port, gateway(OTHERS) as other:
        ours, others = (pull_sink(f"grpcs://{HERE}:{one}") for one in (port, other))
        async with subscribed(f"grpcs://{HERE}:{port}", partner := Partner()):
            assert await ours.send(parcel(URL)) == Accepted(200)
            outcome = await others.send(parcel(URL, number=2))
        await ours.close()
        await others.close()
    assert nobody_reached(outcome) == NoAnswerKind.TLS
    assert len(partner.had) == 1


async def _hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_what_may_come() -> None:
    """Nobody yet, or somebody who stops just now."""
    assert not await distrusted(HERE, await nobody())
    async with stranger(_hang_up) as port:
        assert not await distrusted(HERE, port)
