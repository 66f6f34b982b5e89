"""A sink that others wrote is found by its entry point, and keeps the laws of ours."""

import asyncio
import json
import ssl
import tomllib
from base64 import b64decode
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from bus.adapters.grpc.inlet import GrpcInlet
from bus.adapters.grpc.sink import GrpcSink
from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.http.trust import SettledTrust
from bus.delivery.delivery import Outcome, Unreachable
from bus.delivery.subscription import Tls
from bus.laws import (
    LAWS,
    Law,
    LawBrokenError,
    goes_only_where_it_may,
    is_reached_again,
    keeps_order,
    looks_up_no_name,
    parcel,
    strangers,
    trusts_no_stranger,
)
from bus.plugged import GROUP, Kit
from bus.receiving import Arrival, Reaction
from bus.sending import Parcel, Places, Sink
from processors.sinks import Sinks
from processors.wiring.plugged import plug_in, plugged_in
from processors.wiring.sinks import make_sinks, missing
from tests.contract.sinks.worlds import LOOPBACK, nobody
from tests.support.pace import patience

EXAMPLE = Path(__file__).parents[2] / "example_sink"
_OK = Reaction(200)


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The example as pip would have it: on the path, with its entry points."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    info = tmp_path / f"orderbus_lines-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {project['name']}\nVersion: 1\n")
    points = project["entry-points"][GROUP].items()
    lines = [f"[{GROUP}]", *(f"{name} = {what}" for name, what in points)]
    broken = ["x-broken = orderbus_lines:nothing", "grpc = orderbus_lines:LineSink"]
    (info / "entry_points.txt").write_text("\n".join([*lines, *broken]) + "\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.syspath_prepend(EXAMPLE)
    plugged_in.cache_clear()
    yield
    plugged_in.cache_clear()


@pytest.fixture
async def sinks() -> AsyncIterator[Sinks]:
    """Those that a worker has."""
    guard = Guard(allow=LOOPBACK)
    sender = LeanSender(guard)
    made = make_sinks(sender, guard)
    yield made
    await made.close()
    await sender.close()


class Partner:
    """A world for the laws: what came, and what is said of the next one."""

    def __init__(self, sink: Sink, plain: str, secure: str, port: int) -> None:
        self.sink = sink
        self.url = ""
        self.nobody = f"{plain}://127.0.0.1:{port}"
        self.secure = f"{secure}://127.0.0.1:{port}"
        self._came: list[Arrival] = []
        self._next: deque[Reaction] = deque()

    async def received(self) -> Sequence[Arrival]:
        """See `World`."""
        return self._came

    def then(self, reaction: Reaction) -> bool:
        """See `World`."""
        self._next.append(reaction)
        return True

    def made(self, places: Places) -> Sink:
        """See `World`."""
        if self.url.startswith("grpc:"):
            return GrpcSink(places)
        return plug_in("x-lines", Kit(places, SettledTrust(), "laws"))

    async def take(self, arrival: Arrival) -> Reaction:
        """Take one."""
        self._came.append(arrival)
        return self._next.popleft() if self._next else _OK

    async def serve_line(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer a line with a line."""
        if line := await reader.readline():
            said = json.loads(line)
            headers = {n.encode(): v.encode() for n, v in said["headers"].items()}
            arrival = Arrival("/", headers, b64decode(said["body"]))
            reaction = await self.take(arrival)
            if reaction.status:
                writer.write(f"{reaction.status} {reaction.detail}\n".encode())
            else:
                await reader.read()
        writer.close()


def sink_of(sinks: Sinks, way: str) -> Sink:
    """The sink of a kind or a plug-in."""
    found = sinks.of(way)
    assert not isinstance(found, str), found
    return found


@pytest.fixture
async def lines(sinks: Sinks) -> AsyncIterator[Partner]:
    """The example with its server."""
    scheme, port = "x-lines+plain", await nobody()
    partner = Partner(sink_of(sinks, "x-lines"), scheme, "x-lines", port)
    server = await asyncio.start_server(
        partner.serve_line, "127.0.0.1", 0, limit=1_000_000
    )
    partner.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/shop"
    yield partner
    server.close()
    await server.wait_closed()


@pytest.fixture
async def grpc(sinks: Sinks) -> AsyncIterator[Partner]:
    """One of ours, with a server."""
    partner = Partner(sink_of(sinks, "grpc"), "grpc", "grpcs", await nobody())
    inlet = GrpcInlet("127.0.0.1", 0)
    partner.url = await inlet.open(partner.take)
    yield partner
    await inlet.close()


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
async def test_the_example_keeps(law: Law, lines: Partner) -> None:
    """Every law."""
    await law(lines)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
async def test_one_of_ours_keeps(law: Law, grpc: Partner) -> None:
    """The same laws."""
    await law(grpc)


async def test_a_law_can_be_broken(lines: Partner) -> None:
    """And says what was expected."""
    await lines.sink.send(parcel(lines.url, b"before"))
    with pytest.raises(LawBrokenError, match=r"expected .*not .*before"):
        await keeps_order(lines)


class _Trusting:
    """A `Trust` that trusts everybody."""

    def context(self, tls: Tls | None) -> ssl.SSLContext:
        """See `Trust`."""
        del tls
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


class _Sulking:
    """A sink that never tries again where it once failed."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._was: Outcome | None = None

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        if isinstance(self._was, Unreachable):
            return self._was
        self._was = await self._sink.send(parcel)
        return self._was

    async def close(self) -> None:
        """See `Sink`."""
        await self._sink.close()


async def test_laws_of_places_and_trust_can_be_broken(
    lines: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By who asks nobody, looks names up, trusts everybody, or gives up for ever."""
    own = GuardedPlaces(Guard(allow=LOOPBACK), "x-lines+plain")
    asks_others = plug_in("x-lines", Kit(own, _Trusting(), "laws"))
    monkeypatch.setattr(lines, "made", lambda _: asks_others)
    with pytest.raises(LawBrokenError, match="Unreachable, not Accepted"):
        await goes_only_where_it_may(lines)
    with pytest.raises(LawBrokenError, match="Accepted, not Unreachable"):
        await looks_up_no_name(lines)
    monkeypatch.setattr(lines, "sink", asks_others)
    with pytest.raises(LawBrokenError, match="nothing to be said to it"):
        await trusts_no_stranger(lines)
    monkeypatch.setattr(lines, "sink", _Sulking(asks_others))
    monkeypatch.setattr(strangers, "_PATIENCE_S", patience(1))
    with pytest.raises(LawBrokenError, match="to end by its timeout"):
        await is_reached_again(lines)


async def test_the_guard_is_asked(lines: Partner) -> None:
    """Addresses that nobody opened are not for plug-ins either."""
    sender = LeanSender(guard := Guard())
    closed = make_sinks(sender, guard)
    outcome = await sink_of(closed, "x-lines").send(parcel(lines.url))
    assert outcome.name == "unreachable"
    assert not await lines.received()
    await closed.close()
    await sender.close()


async def test_what_is_not_there(sinks: Sinks) -> None:
    """Is said with the entry point that is missing; so is one that is broken."""
    assert missing("x-lines") is None
    assert "entry point of that name" in (missing("x-other") or "")
    assert sinks.of("x-other") == missing("x-other")
    assert "the sink of x-broken:// cannot be made" in str(sinks.of("x-broken"))


def test_no_name_of_ours_can_be_taken() -> None:
    """Names that do not begin with x- are passed over."""
    assert set(plugged_in()) == {"x-lines", "x-broken"}
