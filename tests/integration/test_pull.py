"""A partner pulls through a gateway, on a real Kafka; both are killed."""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import trustme

from bus.access.roles import Role
from bus.event import Event
from processors.access.writer import Wish
from processors.wiring.access import open_keys
from processors.wiring.listening import free_port
from tests.integration.test_sinks import by_order, events, firsts
from tests.support.bus import ROOT, Bus, Worker, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.pace import patience
from tests.support.puller import Puller

pytestmark = [pytest.mark.kafka, pytest.mark.long]


async def test_nothing_is_lost(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """Though puller and gateway are killed: all comes, each order in its order."""
    async with running_bus(kafka, tmp_path, "pull") as bus:
        port = free_port("127.0.0.1")
        url = f"grpc://127.0.0.1:{port}"
        gateway = await _gateway(bus, port)
        made = await bus.subscribe(
            "depot", url="pull://grpc", owner="acme", ordering="key"
        )
        assert not made.unproven
        worker = await bus.run(
            pull_relays=url, breaker_open_s=0.5, breaker_open_max_s=1
        )
        await worker.ready()
        puller = Puller(url, "depot", await _key(bus, tmp_path), tmp_path / "had")
        sent = events(range(12))
        await _produce(bus, sent[:18])  # while nobody is there
        async with puller.dialling():
            await wait_until(lambda: len(puller.had()) > 3, 30, "it has some")
        await _produce(bus, sent[18:36])
        async with puller.dialling():
            await wait_until(lambda: len(puller.had()) > 20, 30, "it has more")
            await gateway.kill()
            await _produce(bus, sent[36:])
            again = await _gateway(bus, port)
            wanted = {event.webhook_id for event in sent}
            await wait_until(lambda: set(puller.had()) == wanted, 60, "it has all")
        assert by_order(firsts(puller.had()), sent) == by_order(
            [event.webhook_id for event in sent], sent
        )
        for process in (worker, again):
            assert await process.stop() == 0
            assert not process.lines("bug")


async def test_bus_listen_over_tls(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """By the command, with the API's certificate; who does not know it gets nothing."""
    authority = trustme.CA()
    trusted, own, key, other = (tmp_path / n for n in ("ca", "own", "own.key", "other"))
    authority.cert_pem.write_to_path(str(trusted))
    trustme.CA().cert_pem.write_to_path(str(other))
    leaf = authority.issue_cert("127.0.0.1")
    leaf.cert_chain_pems[0].write_to_path(str(own))
    leaf.private_key_pem.write_to_path(str(key))
    async with running_bus(kafka, tmp_path, "pull-tls") as bus:
        port = free_port("127.0.0.1")
        url = f"grpcs://127.0.0.1:{port}"
        gateway = await bus.run(
            "gateway",
            api_port=0,
            pull_port=port,
            api_certificate_file=own,
            api_key_file=key,
        )
        await gateway.ready()
        made = await bus.subscribe("depot", url="pull://grpc", owner="acme")
        worker = await bus.run(pull_relays=url, trusted=trusted)
        await worker.ready()
        sent = events(range(2))[:3]
        await _produce(bus, sent)
        secret = tmp_path / "secret"
        secret.write_text(made.secrets[0].value)
        ask = [
            *("--pull", url, "--subscription", "depot", "--count", str(len(sent))),
            *("--key-file", str(await _key(bus, tmp_path))),
            *("--secret-file", str(secret), "--json"),
        ]
        ended, said = await _listen(*ask, trusted=other)
        assert (ended, "certificate is not trusted" in said) == (2, True), said
        ended, said = await _listen(*ask, trusted=trusted)
        assert ended == 0, said
        had = [one for one in map(json.loads, said.splitlines()) if "id" in one]
        assert {one["id"]: one["verified"] for one in had} == {
            event.webhook_id: True for event in sent
        }


async def _listen(*words: str, trusted: Path) -> tuple[int | None, str]:
    """`bus listen` where these authorities are trusted: how it ended, its words."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "processors.cli", "listen", *words),
        cwd=ROOT,
        env={"SSL_CERT_FILE": str(trusted)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), patience(60))
    return process.returncode, said.decode()


async def _gateway(bus: Bus, port: int) -> Worker:
    worker = await bus.run("gateway", api_port=0, pull_port=port)
    await worker.ready()
    assert worker.lines("pull_serves")
    return worker


async def _key(bus: Bus, folder: Path) -> Path:
    """The file of a key of the partner's."""
    async with open_keys(bus.settings) as keys:
        await keys.table.ready()
        made = await keys.writer.create(Wish(Role.PARTNER, "acme", "depot"))
    file = folder / "key"
    await asyncio.to_thread(file.write_text, made.token)
    return file


async def _produce(bus: Bus, sent: Sequence[Event]) -> None:
    for event in sent:
        await bus.produce([event])
