"""The page about gRPC says what is so, and its receiver receives."""

import importlib
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import grpc
import orjson
import pytest

from bus.adapters.grpc.codes import MEANINGS, Sense
from bus.adapters.grpc.sink import GrpcSink
from bus.adapters.http.guard import Guard
from bus.adapters.http.places import GuardedPlaces
from bus.delivery.delivery import Accepted, Refused
from tests.contract.sinks.parcels import SECRET, parcel
from tests.contract.sinks.worlds import LOOPBACK

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "sinks" / "grpc.md").read_text()
WORDS = {
    Sense.ACCEPTED: "accepted",
    Sense.REFUSED: "refused",
    Sense.THROTTLED: "throttled",
    Sense.FAILED: "failed",
    Sense.UNREACHABLE: "unreachable",
}
MADE = ("cloudevents_pb2", "event_receiver_pb2", "event_receiver_pb2_grpc")


def test_the_table_of_statuses_is_true() -> None:
    """Every code stands in it, with its meaning and its status."""
    table = PAGE.partition("| status | means |")[2].partition("\n\n")[0]
    found: dict[grpc.StatusCode, tuple[str, str]] = {}
    for codes, means, status in re.findall(
        r"^\| (`.+`) \| (.+?) \| (\d*) ?\|$", table, re.MULTILINE
    ):
        for name in re.findall(r"`(\w+)`", codes):
            found[grpc.StatusCode[name]] = (means, status)
    assert set(found) == set(MEANINGS)
    for code, (means, status) in found.items():
        sense, number = MEANINGS[code]
        assert means.startswith(WORDS[sense]), code
        assert status == ("" if sense is Sense.UNREACHABLE else str(number)), code


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The receiver of the page, with what protoc makes of the contract."""
    from grpc_tools import protoc  # noqa: PLC0415 - needed here only

    own = files("grpc_tools") / "_proto"  # as `python -m grpc_tools.protoc` has it
    flags = [f"-I{ROOT / 'schemas'}", f"-I{own}", f"--grpc_python_out={tmp_path}"]
    assert not protoc.main(["protoc", *flags, "event_receiver.proto"])
    code = PAGE.partition("```python\n")[2].partition("```")[0]
    (tmp_path / "grpc_sample.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    ours = "bus.adapters.grpc.generated"
    for name in MADE[:2]:  # the same messages, and a process has them once
        monkeypatch.setitem(
            sys.modules, name, importlib.import_module(f"{ours}.{name}")
        )
    yield importlib.import_module("grpc_sample")
    for name in ("grpc_sample", MADE[2]):
        sys.modules.pop(name, None)


async def test_its_receiver(sample: ModuleType) -> None:
    """It takes what is signed, answers a challenge, and refuses a forgery."""
    server, port = await sample.serve(SECRET, "127.0.0.1:0")
    sink = GrpcSink(GuardedPlaces(Guard(allow=LOOPBACK), "grpc"))
    url, now_s = f"grpc://127.0.0.1:{port}", datetime.now(UTC).timestamp()
    try:
        good = parcel(url, now_s=now_s)
        assert await sink.send(good) == Accepted(200)
        assert await sink.send(good) == Accepted(200)
        assert {good.event.webhook_id} == sample.SEEN
        asked = orjson.dumps({"data": {"challenge": "c0"}})
        event_type = "orderbus.verification"
        outcome = await sink.send(
            parcel(url, asked, event_type=event_type, now_s=now_s)
        )
        assert outcome == Accepted(200, "c0")
        forged = parcel(url, now_s=now_s)
        forged.body = b"{}"
        refused = await sink.send(forged)
        assert isinstance(refused, Refused)
        assert refused.status == 401
    finally:
        await sink.close()
        await server.stop(None)
