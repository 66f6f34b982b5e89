"""Gateways as processes of their own, and how they are asked."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from aiohttp import ClientSession, TCPConnector

from bus.access.roles import Role
from bus.adapters.kafka import Connection, KafkaTopics
from processors.access.writer import Wish
from processors.wiring.access import open_keys
from processors.wiring.adapters import read_topology
from tests.support.bus import Bus, Worker, running_bus
from tests.support.kafka import KafkaUnderTest


@dataclass
class Site:
    """A bus without deliveries, gateways that come and go, an operator's key."""

    bus: Bus
    token: str = ""
    lines: list[asyncio.StreamWriter] = field(default_factory=list)

    async def gateway(self, **settings: object) -> "Served":
        """Start one, and wait until it serves."""
        worker = await self.begin_gateway(**settings)
        await worker.ready()
        return self.served(worker)

    async def begin_gateway(self, **settings: object) -> Worker:
        """Start one, and do not wait."""
        given: dict[str, object] = {"api_port": 0}
        given |= {"api_body_s": 120, "api_deadline_s": 120}
        given |= settings
        return await self.bus.run("gateway", **given)  # type: ignore[arg-type]

    def served(self, worker: Worker) -> "Served":
        """How one is asked that has said that it serves."""
        (told,) = worker.lines("api_serves")
        return Served(worker, str(told["url"]), self.token, self.lines)


@dataclass(frozen=True)
class Served:
    """A gateway that serves, and how it is asked."""

    worker: Worker
    url: str
    token: str
    lines: list[asyncio.StreamWriter]
    tls: ssl.SSLContext | bool = True
    local: str = "127.0.0.1"

    @property
    def place(self) -> tuple[str, int]:
        """Its address and port."""
        host, port = self.url.rpartition("//")[2].rsplit(":", 1)
        return host, int(port)

    @property
    def bearer(self) -> Mapping[str, str]:
        """The header with the key."""
        return {"Authorization": f"Bearer {self.token}"}

    async def ask(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, dict[str, object], Mapping[str, str]]:
        """Ask once: status, document, headers."""
        connector = TCPConnector(ssl=self.tls, local_addr=(self.local, 0))
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with (
            ClientSession(self.url, connector=connector) as session,
            session.request(
                method, path, json=body, headers={**self.bearer, **named}
            ) as answer,
        ):
            text = await answer.read()
            return answer.status, json.loads(text) if text else {}, answer.headers

    async def example(self) -> dict[str, object]:
        """An event that can be published as it is."""
        status, found, _ = await self.ask(
            "GET", "/v1/event-types/order.created/example"
        )
        assert status == 200
        return found

    async def raw(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection that HTTP is spoken over by hand; closed in the end."""
        reader, writer = await asyncio.open_connection(*self.place, limit=2**16)
        self.lines.append(writer)
        return reader, writer

    def head(self, method: str, path: str, *more: str) -> bytes:
        """The head of a request."""
        lines = [f"{method} {path} HTTP/1.1", "Host: bus", *more]
        lines += [f"{name}: {value}" for name, value in self.bearer.items()]
        return "\r\n".join([*lines, "", ""]).encode()


@asynccontextmanager
async def open_site(
    kafka: KafkaUnderTest, folder: Path, name: str
) -> AsyncIterator[Site]:
    """A bus whose source topics are called as the OMS calls them."""
    async with running_bus(kafka, folder, name) as bus:
        text = bus.settings.topics_file.read_text()  # type: ignore[union-attr]
        topics_file = folder / "topics.yaml"
        topics_file.write_text(text.replace(f"{name}.oms.", "oms."))
        settings = bus.settings.model_copy(update={"topics_file": topics_file})
        topics = KafkaTopics(Connection(settings.librdkafka()))
        topology = await read_topology(settings, topics)
        await topics.create(topology.fixed())
        async with open_keys(settings) as keys:
            await keys.table.ready()
            made = await keys.writer.create(Wish(Role.OPERATOR, "", "test"))
        world = replace(bus.world, topology=topology)
        site = Site(replace(bus, settings=settings, world=world), made.token)
        try:
            yield site
        finally:
            for line in site.lines:
                line.close()


def refuses(served: Served) -> bool:
    """Whether nobody new gets in."""
    try:
        socket.create_connection(served.place, timeout=1).close()
    except OSError:
        return True
    return False
