"""The ACLs that `docs/producers.md` lists for each role suffice, on a real Kafka."""

import asyncio
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from bus import Consumer, Producer
from bus.errors import PublishError
from bus.samples.lifecycles import sample
from processors.receiver import Behaviour
from tests.support.bus import ROOT, Bus, running_bus, wait_until
from tests.support.library import STARTED, take
from tests.support.pace import patience
from tests.support.secure import Secure, secure_kafka

pytestmark = [pytest.mark.kafka, pytest.mark.long]
PAGE = Path(__file__).parents[2] / "docs" / "producers.md"
EVENT = sample("order.created", 1, STARTED)
_DEADLINE_S = 30


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    """A broker whose secure listener lets nobody do what no ACL allows."""
    folder = tmp_path_factory.mktemp("access")
    with secure_kafka(folder, authorized=True) as made:
        yield made


def rows(role: str) -> Iterator[tuple[str, str, list[str]]]:
    """Kind, name and operations of a role, as the page says them."""
    table = PAGE.read_text().partition("| role |")[2].partition("\n\n")[0]
    for line in table.splitlines()[2:]:
        named, resource, operations = line.strip("| ").split(" | ")
        if named.partition(" (")[0] == role:
            kind = resource.partition(" ")[0]
            for name in re.findall(r"`([^`]+)`", resource) or ["its own"]:
                yield kind, name, re.findall(r"`([A-Z_]+)`", operations)


def _named(bus: Bus, kind: str, name: str, group: str) -> str:
    """The resource as this test's bus calls it."""
    if name == "its own":
        return group
    if name == "<group>.dlq":
        return f"{group}.dlq"
    if kind == "group":
        return name.replace("bus.", f"{bus.name}.")
    return f"{bus.name}.{name}"


def bindings(bus: Bus, role: str, group: str) -> Iterator[AclBinding]:
    """What lets alice do what the page says of a role."""
    for kind, name, operations in rows(role):
        full = _named(bus, kind, name, group)
        pattern = ResourcePatternType.LITERAL
        if full.endswith("*"):
            full, pattern = full.rstrip("*"), ResourcePatternType.PREFIXED
        own_group = kind == "group" or name == "its own"
        of = ResourceType.GROUP if own_group else ResourceType.TOPIC
        for operation in operations:
            yield _binding(of, full, AclOperation[operation], pattern)
        if kind == "group":
            yield _binding(of, "bus.reader", AclOperation.READ)


def _binding(
    of: ResourceType,
    name: str,
    operation: AclOperation,
    pattern: ResourcePatternType = ResourcePatternType.LITERAL,
) -> AclBinding:
    allow = AclPermissionType.ALLOW
    return AclBinding(of, name, pattern, "User:alice", "*", operation, allow)


@contextmanager
def allowed(secure: Secure, bus: Bus, role: str, group: str = "") -> Iterator[None]:
    """Give alice the role, and take away all she has."""
    admin = AdminClient({"bootstrap.servers": secure.plain.bootstrap_servers})
    given = list(bindings(bus, role, group))
    assert given
    for made in admin.create_acls(given).values():
        made.result(_DEADLINE_S)
    try:
        yield
    finally:
        everything = AclBindingFilter(
            ResourceType.ANY,
            None,  # type: ignore[arg-type]
            ResourcePatternType.ANY,
            "User:alice",
            None,  # type: ignore[arg-type]
            AclOperation.ANY,
            AclPermissionType.ANY,
        )
        for gone in admin.delete_acls([everything]).values():
            gone.result(_DEADLINE_S)


def producer(secure: Secure, bus: Bus) -> Producer:
    """A producer over the secure listener."""
    return Producer(
        secure.servers,
        bus.registry_url,
        kafka={**secure.client, "delivery.timeout.ms": "5000"},
        topic_prefix=f"{bus.name}.oms.",
    )


async def test_a_producer_and_a_consumer(secure: Secure, tmp_path: Path) -> None:
    """Each with its own rows; with those of the other it is refused."""
    async with running_bus(secure.plain, tmp_path, "roles") as bus:
        group = f"{bus.name}.service"
        with allowed(secure, bus, "consumer", group):
            async with producer(secure, bus) as oms:
                with pytest.raises(PublishError):
                    await oms.send_event(EVENT)
        with allowed(secure, bus, "producer"):
            async with producer(secure, bus) as oms:
                await oms.send_event(EVENT)
        with allowed(secure, bus, "consumer", group):
            async with Consumer(
                secure.servers,
                bus.registry_url,
                group=group,
                topics=[f"{bus.name}.oms.order"],
                kafka=secure.client,
            ) as service:
                (received,) = await take(service, 1)
                await received.reject("not wanted")
    assert received.event.id == EVENT.id


async def test_processors(secure: Secure, tmp_path: Path) -> None:
    """A first attempt that fails, a retry that fails, a dead letter; and quarantine."""
    tiers = {"quick": "300ms"}
    async with running_bus(secure.plain, tmp_path, "procs", tiers=tiers) as bus:
        bus.receiver.behave("/late", Behaviour(fail_first=1))
        bus.receiver.behave("/never", Behaviour(status=500))
        await bus.subscribe("late", retry=["quick"])
        await bus.subscribe("never", retry=["quick"])
        await bus.subscribe("order-ly", ordering="key", retry=["quick"])
        with allowed(secure, bus, "processors"):
            worker = await bus.run("all", share=1, **secure.settings)  # type: ignore[arg-type]
            await worker.ready()
            await bus.produce([EVENT])
            await wait_until(lambda: bus.accepted("/late"), 30, "the retry")
            await wait_until(lambda: bus.accepted("/order-ly"), 30, "the ordered one")
            letters = bus.world.topology.dlq_topic("never")

            async def dead() -> bool:
                return bool(await bus.records(letters))

            await wait_until(dead, 30, "the dead letter")
            assert await worker.stop() == 0
        denied = [line for line in worker.lines() if "AUTHORIZATION" in str(line)]
        assert not denied


COMMANDS = """
subscriptions add erp {url} --type order.*
subscriptions list
subscriptions show erp
subscriptions update erp --description changed
subscriptions pause erp
subscriptions resume erp
subscriptions rotate-secret erp
dlq list never
dlq show {event}
dlq replay never
trace {event}
replay erp --from 1h --yes
quarantine list
acks add erp {event}
status
subscriptions remove erp --yes
"""


async def test_commands(secure: Secure, tmp_path: Path) -> None:
    """Subscriptions come and go; dead letters, traces and replays are seen and done."""
    tiers = {"quick": "300ms"}
    async with running_bus(secure.plain, tmp_path, "commands", tiers=tiers) as bus:
        bus.receiver.behave("/never", Behaviour(status=500))
        await bus.subscribe("never", retry=["quick"])
        worker = await bus.run("all", share=1)
        await worker.ready()
        await bus.produce([EVENT])
        letters = bus.world.topology.dlq_topic("never")

        async def dead() -> bool:
            return bool(await bus.records(letters))

        await wait_until(dead, 30, "the dead letter")
        names = {"url": bus.receiver.url("/erp"), "event": EVENT.webhook_id}
        with allowed(secure, bus, "commands"):
            for line in COMMANDS.strip().splitlines():
                await command(bus, secure, line.format_map(names).split())
            with allowed(secure, bus, "topics"):
                await command(bus, secure, ["topics", "plan"])


async def command(bus: Bus, secure: Secure, arguments: list[str]) -> None:
    """Run `bus` over the secure listener; it succeeds, and was denied nothing."""
    given = {
        **secure.settings,
        "registry_url": bus.registry_url,
        "topics_file": bus.settings.topics_file,
        "group_prefix": bus.settings.group_prefix,
        "encryption_key_file": bus.settings.encryption_key_file,
        "allow_networks": "127.0.0.0/8",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "processors.cli", *arguments),
        cwd=ROOT,
        env={f"ORDERBUS_{k.upper()}": str(v) for k, v in given.items()},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(patience(60)):
        said = (await process.communicate())[0].decode()
    assert process.returncode == 0, f"{arguments}: {said}"
    assert "uthoriz" not in said, f"{arguments}: {said}"
