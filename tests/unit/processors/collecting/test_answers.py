"""An order that came by a file and was answered: its 855 lies in the folder, once."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bus.client.channels import channels_folder
from bus.intake.parked.decisions import Decision, Kind
from bus.intake.parked.item import Item, Stage
from bus.intake.parked.records import decision_message, parked_message
from bus.intake.raw import place_text
from bus.intake.submission import Place
from processors.collecting.watching import FolderWatch
from tests.support.collecting import AT, Files

SAMPLES = channels_folder() / "x12/samples"
LOOK_S = 5


class Partner:
    """A partner whose folder is watched."""

    def __init__(self, files: Files, root: Path, **settings: str) -> None:
        self.files = files
        self.folder = root / "edi"
        self.folder.mkdir()
        files.add("edi", "x12", settings={"currency": "USD", **settings})
        self.root = root
        self.watch: FolderWatch = files.watch(root)

    async def sends(self, name: str = "01-plain") -> str:
        """Put a sample into the folder; where its submission stands."""
        (self.folder / "850.edi").write_bytes(
            (SAMPLES / name / "body.edi").read_bytes()
        )
        await self.watch.round()
        topic = self.files.worlds.topology.raw_topic("edi")
        last = self.files.worlds.records(topic)[-1]
        return place_text(Place(last.topic, last.partition, last.offset))

    async def gets(self, watch: FolderWatch | None = None) -> list[str]:
        """The 855s in `out/`, after a look; they are taken away."""
        await self.files.worlds.clock.advance(LOOK_S)
        await (watch or self.watch).round()
        found: list[str] = []
        for path in sorted((self.folder / "out").glob("*.855.edi")):
            found.append(path.read_text())
            path.unlink()
        return found


@pytest.fixture
def partner(files: Files, tmp_path: Path) -> Partner:
    """A partner who is to be answered."""
    return Partner(files, tmp_path, answer_orders="yes")


async def test_what_the_oms_answers_is_laid_out_once(partner: Partner) -> None:
    """Not before it does, not again for what follows, not by another process."""
    place = await partner.sends()
    assert await partner.gets() == []
    await partner.files.oms_answers("accepted", place)
    (made,) = await partner.gets()
    assert "BAK*00*AD*4500017734*20261102****SO-1*20261102~" in made
    assert made.count("ACK*IA*") == 2
    await partner.files.oms_answers("completed", place)
    assert await partner.gets() == []
    assert await partner.gets(partner.files.watch(partner.root)) == []
    assert len(partner.files.noted("order_answered")) == 1


async def test_lines_are_answered_each_for_itself(partner: Partner) -> None:
    """With the quantity and the day that are promised."""
    place = await partner.sends()
    lines = [
        {"line_id": "1", "answer": "changed", "quantity": Decimal(20)},
        {"line_id": "2", "answer": "backordered", "ship_at": AT + timedelta(days=9)},
    ]
    await partner.files.oms_answers("accepted", place, lines=lines)
    (made,) = await partner.gets()
    assert "BAK*00*AC*" in made
    assert "ACK*IC*20*CA~" in made
    assert "ACK*IB*100*EA*068*20261111~" in made


async def test_a_refusal_says_why(partner: Partner) -> None:
    """Without separators of its own, whatever the OMS wrote."""
    place = await partner.sends()
    said = {"reason_code": "credit", "reason": "No more~than *5* open\norders"}
    await partner.files.oms_answers("refused", place, **said)
    (made,) = await partner.gets()
    assert "BAK*00*RJ*" in made
    assert "N9*L1*credit~\nMSG*No more than 5 open orders~" in made
    assert "PO1" not in made


async def test_what_a_person_rejects_is_answered_without_their_words(
    partner: Partner,
) -> None:
    """A decision that does not fit what is rejects nothing."""
    topic, partition, offset = (await partner.sends()).split("/")
    item = Item(
        id="3f0e8c1a-5a2b-5c3d-8e4f-0a1b2c3d4e5f",
        source="edi",
        channel="x12",
        at=AT,
        stage=Stage.RULE,
        event_type="intake.order_received",
        native_id="4500017734",
        place=Place(topic, int(partition), int(offset)),
        payload={},
    )
    parked = partner.files.worlds.topology.parked
    append = partner.files.worlds.broker.append
    append(parked_message(parked, item))
    stale = Decision(id=item.id, kind=Kind.REJECTED, who="k", at=AT, why="x", on=7)
    append(decision_message(parked, stale))
    assert await partner.gets() == []
    decision = Decision(
        id=item.id, kind=Kind.REJECTED, who="k", at=AT, why="They never pay", on=1
    )
    append(decision_message(parked, decision))
    (made,) = await partner.gets()
    assert "BAK*00*RJ*4500017734*" in made
    assert "pay" not in made


async def test_an_answer_to_what_is_not_there_is_said_and_over(
    partner: Partner,
) -> None:
    """Another order, or a place of another source."""
    place = await partner.sends()
    await partner.files.oms_answers("accepted", place, request_id="another")
    own = partner.files.worlds.topology.raw_topic("own")
    await partner.files.oms_answers("accepted", f"{own}/0/0")
    await partner.files.oms_answers("accepted", "nowhere")
    assert await partner.gets() == []
    assert await partner.gets() == []
    assert len(partner.files.noted("order_unanswerable")) == 1


async def test_who_does_not_ask_for_it_gets_none(files: Files, tmp_path: Path) -> None:
    """Many let their translator answer."""
    partner = Partner(files, tmp_path)
    place = await partner.sends()
    await files.oms_answers("accepted", place)
    assert await partner.gets() == []


async def test_orders_of_a_file_are_answered_one_by_one(partner: Partner) -> None:
    """Each in an interchange of its own, under the names that the file has."""
    place = await partner.sends("03-many-orders-in-a-test-file")
    body = (SAMPLES / "03-many-orders-in-a-test-file/body.edi").read_text()
    names = [line.split("*")[3] for line in body.splitlines() if "BEG*" in line]
    for name in names:
        await partner.files.oms_answers("accepted", place, request_id=name)
    made = await partner.gets()
    assert len(made) == len(set(names)) > 1
    assert {text.split("BAK*00*AD*")[1].split("*")[0] for text in made} == set(names)
