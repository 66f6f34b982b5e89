"""The page about pulling says what is so, and its partner takes what it should."""

import asyncio
import importlib
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import grpc.aio
import pytest
from standardwebhooks import Webhook

from bus.delivery.delivery import Accepted, Refused
from tests.contract.sinks.parcels import SECRET, parcel
from tests.contract.sinks.pull_worlds import KEY, URL, pulling
from tests.support.bus import wait_until
from tests.support.pace import patience

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "sinks" / "pull.md").read_text()
MADE = ("cloudevents_pb2", "event_receiver_pb2", "event_receiver_pb2_grpc")


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The partner of the page, with what protoc makes of the contract."""
    from grpc_tools import protoc  # noqa: PLC0415 - needed here only

    own = files("grpc_tools") / "_proto"
    flags = [f"-I{ROOT / 'schemas'}", f"-I{own}", f"--grpc_python_out={tmp_path}"]
    assert not protoc.main(["protoc", *flags, "event_receiver.proto"])
    code = PAGE.partition("```python\n")[2].partition("```")[0]
    (tmp_path / "pull_sample.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    ours = "bus.adapters.grpc.generated"
    for name in MADE[:2]:  # the same messages, and a process has them once
        monkeypatch.setitem(
            sys.modules, name, importlib.import_module(f"{ours}.{name}")
        )
    yield importlib.import_module("pull_sample")
    for name in ("pull_sample", MADE[2]):
        sys.modules.pop(name, None)


async def test_its_partner(sample: ModuleType) -> None:
    """It takes what is signed, once, and refuses a forgery."""
    now_s = datetime.now(UTC).timestamp()
    good = parcel(URL, now_s=now_s, timeout_s=patience(5))
    forged = parcel(URL, now_s=now_s, timeout_s=patience(5))
    forged.body = b"{}"
    async with pulling() as world:
        target = world.url.removeprefix("grpc://")
        options = [("grpc.enable_http_proxy", 0)]
        async with grpc.aio.insecure_channel(target, options) as channel:
            pull = sample.pull(channel, KEY, "acme", Webhook(SECRET))
            pulled = asyncio.ensure_future(pull)

            async def taken() -> bool:
                return await world.sink.send(good) == Accepted(200)

            await wait_until(taken, 10, "it is subscribed")
            assert await world.sink.send(good) == Accepted(200)
            assert {good.event.webhook_id} == sample.SEEN
            assert isinstance(await world.sink.send(forged), Refused)
            pulled.cancel()
            with suppress(asyncio.CancelledError):
                await pulled
