"""Every command of every page, run against a real `bus dev`."""

import asyncio
import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.core import TyperGroup

from bus.adapters.kafka import Connection, KafkaPublisher
from bus.record import Message
from processors.cli.lazy import command_of
from tests.support.bus import wait_until
from tests.support.documented import Shown, shown
from tests.support.kafka import KafkaUnderTest
from tests.support.terminals import Terminals, terminals
from tests.support.warm import WarmBus, warm_bus

NOT_RUN = {
    "bus alerts test on-call": "asks a receiver of one's own file",
    "bus dev": "all others run on it; test_readme.py starts it as the README says",
    "bus demo": "starts a Kafka of its own and takes a minute",
    "bus run": "`bus dev` runs it; test_crash.py and others start it",
    "bus outbox status": "asks the OMS's own database; test_outbox.py has one",
    "bus outbox retry": "likewise, for a row that was refused",
    "bus outbox discard": "likewise",
    "bus channels": "files of the reader's own; test_channels.py has some",
    "bus jobs": "asks a gateway, which has them; test_jobs.py asks one",
    "bus subscriptions add shop-queue": "would call AWS; tests/contract/sinks has moto",
    "bus subscriptions add shop-topic": "likewise",
    "bus subscriptions add shop-bus": "likewise",
    "bus subscriptions add try-queue": "on moto; test_aws_page.py does the whole page",
    "bus subscriptions add try-topic": "likewise",
    "bus subscriptions add try-bus": "likewise",
    "bus subscriptions add cloud": "would call Google; contract/sinks has its emulator",
    "bus intake": "what a reader's sources sent; test_parked.py decides about some",
    "bus sources": "senders of the reader's own; test_sources.py has some",
    "bus migrate": "in tests/unit/docs/test_migration_page.py, on a bus in memory",
    "bus registry serve": "runs until it is stopped; test_registry.py serves one",
    "bus registry user": "asks for a password",
    "bus status --watch": "runs until it is stopped",
    "bus tail": "runs until it is stopped; test_tail.py of the commands ends one",
    "bus listen": "runs until it is stopped; test_readme.py runs the README's",
    "make": "what is tested; its targets are looked up by tests/unit/docs",
    "python": "a benchmark of somebody else's service, or the README's receiver",
    "pip": "changes the machine; test_packaging.py installs the wheel",
    "docker": "there is none on test machines",
    "openssl": "not our program",
    "curl": "asks a port of the reader's; test_readme.py asks the README's",
    "export": "the reader's own brokers",
}
"""Commands, by how they begin, that are not run here, and why."""

OWN = "0d9bdc22-6c1f-4f5e-9d0a-5b1f6a2f7c10"
"""An id that an old sender gave: as a webhook-id it stays as it is."""

ASKS = (
    "bus dlq discard",
    "bus log prune",
    "bus log rebuild",
    "bus replay",
    "bus subscriptions remove",
    "bus quarantine",
)
"""They ask before they act, and nobody is there to answer."""

LAST = (
    "bus keys revoke",
    "bus subscriptions remove",
    "bus dlq discard",
    "bus lookups remove",
    "bus acks",
)
ENDS = {
    "bus rules apply --proposal": 1,
    "bus diagnose": 1,
    "bus health": 1,
    "bus events search": 1,
}
"""Those that do not end with 0: the receiver here takes wrong signatures, what all
these commands do leaves dead letters, no event has the text of a page's example, and
without decisions nothing is proposed.
"""


def reason(one: Shown) -> str | None:
    """Why a command is not run, None if it is."""
    for start, why in NOT_RUN.items():
        if f"{one.text} ".startswith(f"{start} "):
            return why
    return None


def order(text: str) -> tuple[int, str]:
    """What adds comes first, what takes things away last."""
    if text.startswith("bus subscriptions add"):
        return (-2, text)
    if "--edited" in text:  # while what is edited is pending
        return (-1, text)
    late = [at for at, start in enumerate(reversed(LAST), 1) if text.startswith(start)]
    return (late[0] if late else 0, text)


def is_mention(one: Shown) -> bool:
    """Whether only a name is said: a group, or a command without what it needs."""
    if one.words[0] != "bus":
        return False
    _, name, *rest = one.words
    command = command_of("processors.cli", name)
    while isinstance(command, TyperGroup) and rest and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]  # type: ignore[assignment]
    needed = [
        p for p in command.params if p.required and p.param_type_name == "argument"
    ]
    given = [word for word in rest if not word.startswith("-")]
    return isinstance(command, TyperGroup) or len(given) < len(needed)


def commands() -> list[str]:
    """What is run, each once."""
    found = {s.text for s in shown() if reason(s) is None and not is_mention(s)}
    return sorted(found, key=order)


def filled(text: str, known: dict[str, str]) -> str:
    """A command with what it leaves open filled in."""
    for name, value in known.items():
        text = re.sub(rf"(?<![\w/-]){re.escape(name)}(?![\w-])", value, text)
    words = text.split(" ")
    if text.startswith(ASKS) and "list" not in words and "show" not in words:
        text += " --yes"
    return text


@pytest.mark.kafka
@pytest.mark.timeout(600)
async def test_every_command_of_every_page(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """Each ends as it should; what fails is told with its page's words.

    On the Kafka of all tests, which is warm; test_readme.py has `bus dev` start one.
    """
    port = kafka.bootstrap_servers.rpartition(":")[2]
    async with (
        terminals(tmp_path) as opened,
        warm_bus(tmp_path, opened.around()) as bus,
    ):
        desk = Desk(opened, bus)
        opened.ports["9092"] = int(port)
        known = await _lived_in(desk)
        wrong = [
            said
            for text in commands()
            if (said := await _run(desk, text, filled(text, known)))
        ]
    assert not wrong, "\n".join(wrong)


@dataclass(frozen=True)
class Desk:
    """Terminals in which the bus runs, and commands that ask it."""

    opened: Terminals
    bus: WarmBus

    async def asks(self, text: str) -> tuple[int, str]:
        """Run a line that begins with `bus`."""
        program, *words = shlex.split(self.opened.here(text))
        assert program == "bus", text
        return await self.bus(*words)

    async def __call__(self, text: str) -> str:
        """What it says to its good end."""
        code, said = await self.asks(text)
        assert code == 0, f"{text}: {code}\n{said}"
        return said

    def file(self, name: str) -> Path:
        """One in the folder of this test."""
        return self.opened.folder / name


async def _lived_in(desk: Desk) -> dict[str, str]:
    """A bus with a subscription, an event, and a dead letter of it."""
    opened = desk.opened
    start = "bus --bootstrap-servers 127.0.0.1:9092 dev --registry-port 8081"
    await opened.keep(start, "Ctrl-C stops")
    await opened.keep("python -m processors.receiver --port 8000", "port")
    url = opened.here("http://127.0.0.1:8000/hook?fail_orders=SO-1001&fail_status=400")
    await desk(f"bus subscriptions add acme '{url}' --type '*'")
    sent = json.loads(
        await desk(f"bus events send order.created --order SO-1001 --id {OWN} --json")
    )
    assert sent["id"] == OWN

    async def dead() -> bool:
        return bool(json.loads(await desk("bus dlq list acme --json")))

    await wait_until(dead, 60, "a dead letter")
    place = await _put_aside(desk)
    at = f"{sent['topic']}/{sent['partition']}/{sent['offset']}"
    made = json.loads(await desk("bus keys create --role operator --json"))
    file = desk.file("subscriptions.yaml")
    file.write_text(f"- {{id: acme, url: '{url}', types: ['*']}}\n")
    return {
        "SUBSCRIPTION": "acme",
        "ID URL --type PATTERN": f"other '{url}' --type 'order.*'",
        "EVENT_ID": str(sent["id"]),
        "ORDER_ID": "SO-1001",
        "ID": "acme",
        "PLACE": place,
        "TOPIC/PARTITION/OFFSET": at,
        **await _edited(desk, at),
        **await _ruled(desk),
        "KEY_ID": made["key"]["id"],
        "mfrggzdfmz": made["key"]["id"],
        "T": "1h",
        "FILE": str(file),
        "subscriptions.yaml": str(file),
        "ticket.json": str(desk.file("ticket.json")),
        "--to 1h": "--to now",
    }


async def _edited(desk: Desk, at: str) -> dict[str, str]:
    """Files with the data of an event, alone and with its type."""
    data = json.loads(await desk(f"bus events show {at} --as data"))
    whole = {"type": "order.created", "data": data}
    secrets = dict.fromkeys(("sasl.txt", "password.txt"), "s3cret")
    files = {"edited.json": data, "mended.json": whole, **secrets}
    for name, content in files.items():
        write = desk.file(name).write_text
        await asyncio.to_thread(write, json.dumps(content))
    return {name: str(desk.file(name)) for name in files}


async def _ruled(desk: Desk) -> dict[str, str]:
    """A document of rules, an order to try it on, and lookup tables."""
    files = {
        "rules.yaml": "rules: [{id: total-sum, parameters: {tolerance: 2}}]",
        "orders.jsonl": '{"order_id": "shop.1"}\n',
        "articles.csv": "sku\nMUG-1\n",
        "prices.csv": "sku,price\nMUG-1,9.90\n",
    }
    for name, content in files.items():
        await asyncio.to_thread((desk.file(name)).write_text, content)
    return {name: str(desk.file(name)) for name in files}


async def _put_aside(desk: Desk) -> str:
    """A record that nobody can decode; where it stands."""
    publisher = KafkaPublisher(
        Connection({"bootstrap.servers": desk.opened.here("127.0.0.1:9092")})
    )
    await publisher.publish(Message("oms.order", b"SO-1", b"no event"))
    await publisher.close()
    found: list[dict[str, str]] = []

    async def there() -> bool:
        found[:] = json.loads(await desk("bus quarantine list --json"))
        return bool(found)

    await wait_until(there, 60, "a record in quarantine")
    return found[0]["place"]


async def _answered(desk: Desk, command: str) -> tuple[int, str]:
    """How it ends; one that several pages have is meant anew each time."""
    ended: list[tuple[int, str]] = []

    async def meant() -> bool:
        ended.append(await desk.asks(command))
        return "was rotated just now" not in ended[-1][1]

    await wait_until(meant, 60, command)
    return ended[-1]


async def _run(desk: Desk, text: str, command: str) -> str:
    """Run a command; what is wrong with its end, or nothing."""
    if text == "bus subscriptions update ID":
        command += " --description 'as the page says'"
    code, said = await _answered(desk, command)
    expected = next((ENDS[start] for start in ENDS if text.startswith(start)), 0)
    if code == expected:
        return ""
    return f"{text} ({command}): ended with {code}, not {expected}\n{said}"
