"""An 850 is answered by an 855 on a real Kafka: the OMS decides, or a person does.

The file comes in a watched folder, is told on `oms.intake`; what the OMS answers on
`oms.action` lies in `out/` once, whoever is killed meanwhile.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest

from bus.event import Event
from bus.intake.parked.decisions import Kind
from bus.intake.parked.item import Item
from bus.intake.parked.records import read_parked
from bus.intake.sources import Source
from processors.parked.asking import row_of
from processors.parked.deciding import Wish, decide
from processors.parked.world import EVERYBODY
from processors.wiring.parked import open_parked
from tests.support.bus import Bus, Worker, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.stored import Intake, Told, shipped

pytestmark = pytest.mark.kafka

_WITHIN_S = 60.0
REASON = "They never pay"


@dataclass
class Partner:
    """Who sends files and fetches what it is owed."""

    folder: Path

    def sends(self, order: str, control: int, sample: str = "01-plain") -> None:
        """A file of one order, renamed when it is whole."""
        _, samples = shipped("x12")
        text = next(one.body for one in samples if one.name == sample).decode()
        for old in ("000000417", "000000423"):
            text = text.replace(old, f"{control:09}")
        text = text.replace("*417", f"*{control}").replace("4500017734", order)
        half = self.folder / f".{order}.part"
        half.write_text(text)
        half.rename(self.folder / f"{order}.edi")

    def has(self, kind: str, order: str = "") -> list[str]:
        """What lies there of a kind (997, 855), for an order or all."""
        found = (self.folder / "out").glob(f"{order}*.{kind}.edi")
        return [path.read_text() for path in sorted(found)]

    async def gets(self, order: str, count: int = 1) -> str:
        """The newest 855 of an order, once there are so many."""
        await wait_until(
            lambda: len(self.has("855", order)) == count,
            _WITHIN_S,
            f"{count} of {order}; {self.has('855')}",
        )
        (made,) = [text for text in self.has("855", order) if text not in self.known]
        self.known.add(made)
        return made

    def __post_init__(self) -> None:
        """Nothing is known yet."""
        self.known: set[str] = set()


@dataclass
class Oms:
    """Reads what came in, and answers it."""

    bus: Bus
    intake: Intake
    source: Source

    async def order(self, name: str) -> Told:
        """The order of this name, once it is told."""
        found: list[Told] = []

        async def there() -> bool:
            told = await self.intake.told(self.source)
            found[:] = [one for one in told if one.order_id.endswith(f".{name}")]
            return bool(found)

        await wait_until(there, _WITHIN_S, f"{name} is told")
        return found[0]

    async def answers(self, told: Told, answer: str, **data: object) -> None:
        """Say what becomes of it, of what the event itself says."""
        raw = cast("Mapping[str, object]", told.data["raw"])
        order = cast("Mapping[str, str]", told.data["order"])
        at = datetime.now(UTC)
        said = {
            "order_id": f"SO-{order['id']}",
            "status": "confirmed",
            "occurred_at": at,
            "order_version": 1,
            "channel": "edi",
            "account_id": "A-1",
            "request_id": order["id"],
            "source": self.source.id,
            "action": "order",
            "answer": answer,
            "place": f"{raw['topic']}/{raw['partition']}/{raw['offset']}",
            **data,
        }
        name, subject = str(uuid4()), f"SO-{order['id']}"
        event = Event(
            id=name,
            type="action.answered",
            source="/oms",
            subject=subject,
            time=at,
            data=said,
        )
        await self.bus.produce([event])


async def door(bus: Bus, root: Path) -> Worker:
    """A door that watches the folders in `root`."""
    worker = await bus.run(
        "intake",
        intake_folder=root,
        intake_folder_look_s=0.1,
        intake_folder_settle_s=0,
        intake_port=0,
        data_dir=bus.folder / "data",
    )
    await worker.ready()
    return worker


async def rejects(bus: Bus, source: Source) -> None:
    """A person rejects the one order of a source that is parked."""
    found: list[Item] = []

    async def is_parked() -> bool:
        records = await bus.records(bus.world.topology.parked)
        entries = [read_parked(record) for record in records]
        found[:] = [one for one in entries if isinstance(one, Item)]
        return bool(found)

    await wait_until(is_parked, _WITHIN_S, "it is parked")
    assert [one.source for one in found] == [source.id]
    async with open_parked(bus.settings, lambda *_: None) as world:
        row = row_of(world, EVERYBODY, found[0].id)
        await decide(world, row, Wish(kind=Kind.REJECTED, why=REASON))


@asynccontextmanager
async def opened(
    kafka: KafkaUnderTest, tmp_path: Path
) -> AsyncIterator[tuple[Partner, Oms]]:
    """A partner with a folder in `tmp_path/in`, a convert, and the OMS; no door yet."""
    async with running_bus(kafka, tmp_path, f"e{uuid4().hex[:6]}") as bus:
        intake = Intake(bus)
        await intake.open()
        zone, currency = "America/Chicago", "USD"
        settings = {"currency": currency, "zone": zone, "answer_orders": "yes"}
        source = await intake.add("x12", settings=settings)
        folder = tmp_path / "in" / source.id
        folder.mkdir(parents=True)
        converts = await intake.run()
        yield Partner(folder), Oms(bus, intake, source)
        assert await converts.stop() == 0


async def decided(partner: Partner, oms: Oms, first: Told, second: Told) -> None:
    """One is accepted with changes, the other refused."""
    lines = [{"line_id": "2", "answer": "backordered"}]
    await oms.answers(first, "accepted", lines=lines)
    made = await partner.gets("4500020001")
    assert "BAK*00*AC*4500020001*20261102****SO-4500020001*" in made
    assert made.count("ACK*IA*") == made.count("ACK*IB*") == 1
    await oms.answers(second, "refused", reason_code="credit", reason="Over limit")
    made = await partner.gets("4500020002")
    assert "BAK*00*RJ*4500020002*" in made
    assert "N9*L1*credit~\nMSG*Over limit~" in made


@pytest.mark.timeout(240)
async def test_from_850_to_855(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """Not before somebody decides; then once, though the door is killed meanwhile."""
    async with opened(kafka, tmp_path) as (partner, oms):
        watches = await door(oms.bus, tmp_path / "in")
        partner.sends("4500020001", 501)
        partner.sends("4500020002", 502)
        partner.sends("4500020003", 503, "07-a-segment-lost")
        first, second = await oms.order("4500020001"), await oms.order("4500020002")
        await wait_until(lambda: len(partner.has("997")) == 3, _WITHIN_S, "997s")
        assert partner.has("855") == []
        await decided(partner, oms, first, second)

        await watches.kill()
        await oms.answers(first, "completed")
        await rejects(oms.bus, oms.source)
        watches = await door(oms.bus, tmp_path / "in")
        made = await partner.gets("4500020003")
        assert "BAK*00*RJ*4500020003*" in made
        assert REASON not in made

        # The OMS thinks better of it: that is another word, and another file.
        await oms.answers(second, "accepted")
        assert "BAK*00*AD*4500020002*" in await partner.gets("4500020002", 2)
        assert len(partner.has("855")) == 4  # nothing for what was completed
        assert await watches.stop() == 0
