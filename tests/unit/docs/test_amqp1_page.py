"""The page about AMQP 1.0 says what is so, and its consumer takes what it should."""

import importlib.util
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from bus.adapters.amqp1.codes import CONDITIONS, OUTCOMES, SIGNING_IN, Sense
from bus.adapters.amqp1.envelope import read, written
from bus.delivery.delivery import Accepted, Unreachable
from tests.contract.sinks.parcels import SECRET, parcel
from tests.support.bus import ROOT
from tests.support.consumer_samples import sample_of

PAGE = (ROOT / "docs" / "sinks" / "amqp1.md").read_text()
TABLE = PAGE.partition("| from the broker |")[2].partition("\n\n")[0]
ROWS = re.findall(r"^\| (.+?) \| (.+?) \| ([\d, ]*) ?\|$", TABLE, re.MULTILINE)
WORDS = {Sense.REFUSED: "refused", Sense.THROTTLED: "throttled", Sense.FAILED: "failed"}


def test_the_table_of_conditions_is_true() -> None:
    """Every condition stands in it, with its meaning and its status."""
    for name, one in CONDITIONS.items():
        fitting = [
            row
            for row in ROWS
            if f"`{name}`" in row[0]
            and row[1].startswith(WORDS[one.sense])
            and row[2].strip() == str(one.status)
        ]
        assert len(fitting) == 1, name


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("accepted", OUTCOMES[0x24]),
        ("rejected without", OUTCOMES[0x25]),
        ("released", OUTCOMES[0x26]),
        ("modified", OUTCOMES[0x27]),
        ("name or password", SIGNING_IN[1]),
        ("SASL: out of order", SIGNING_IN[2]),
    ],
)
def test_the_outcomes_are_true(word: str, outcome: object) -> None:
    """What a receiver says of a message, and of who signs in."""
    assert not isinstance(outcome, Accepted | Unreachable) or word == "accepted"
    found = next(row for row in ROWS if word in row[0])
    assert found[1].startswith(outcome.name)  # type: ignore[attr-defined]
    assert found[2].strip() == str(outcome.status)  # type: ignore[attr-defined]


class MessagingHandler:
    """What proton's has, as far as the page's consumer asks."""

    def __init__(self, *, auto_accept: bool) -> None:
        assert not auto_accept
        self.said: list[str] = []

    def accept(self, delivery: str) -> None:
        """It is taken."""
        self.said.append(f"accepted {delivery}")

    def release(self, delivery: str) -> None:
        """It is to come again."""
        self.said.append(f"released {delivery}")


class Sender:
    """Takes what is kept apart."""

    def __init__(self) -> None:
        self.sent: list[object] = []
        self.target = SimpleNamespace(address="orders.unverified")

    def send(self, message: object) -> object:
        """Send it, and say under which tag."""
        self.sent.append(message)
        return SimpleNamespace(tag=len(self.sent))


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The consumer of the page."""
    handlers, reactor = ModuleType("proton.handlers"), ModuleType("proton.reactor")
    vars(handlers)["MessagingHandler"] = MessagingHandler
    vars(reactor)["Container"] = None
    for module in (ModuleType("proton"), handlers, reactor):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.syspath_prepend(ROOT / "docs" / "verify" / "python")
    (tmp_path / "amqp1_sample.py").write_text(sample_of("amqp1"))
    spec = importlib.util.spec_from_file_location(
        "amqp1_sample", tmp_path / "amqp1_sample.py"
    )
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def _arrived(event_type: str, shown: bytes | None = None) -> SimpleNamespace:
    """A message that waited for ten minutes, as proton shows it."""
    body = json.dumps({"type": event_type, "order_id": "SO-1"}).encode()
    old_s = datetime.now(UTC).timestamp() - 600
    sent = parcel("amqp1://a/q", body, now_s=old_s, event_type=event_type)
    properties = read(written(sent)).texts
    return SimpleNamespace(body=memoryview(shown or body), properties=properties)


def test_its_consumer(sample: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """It takes what is signed once, passes a challenge over, keeps a forgery apart."""
    orders = sample.Orders("amqp://a", "orders", SECRET)
    orders.apart = Sender()

    def take(message: object, delivery: str) -> None:
        orders.on_message(SimpleNamespace(message=message, delivery=delivery))

    take(_arrived("order.updated"), "first")
    take(_arrived("order.updated"), "again")
    take(_arrived("orderbus.verification"), "challenge")
    assert orders.said == ["accepted first", "accepted again", "accepted challenge"]
    assert capsys.readouterr().out == "order.updated SO-1\n"

    orders.said.clear()
    forged = _arrived("order.updated", b"{}")
    take(forged, "forged")
    take(SimpleNamespace(body="text", properties=None), "strange")
    assert orders.apart.sent[0] is forged
    assert orders.said == []
    orders.on_accepted(_settled(1))
    orders.on_released(_settled(2))
    assert orders.said == ["accepted forged", "released strange"]


def _settled(tag: int) -> object:
    return SimpleNamespace(delivery=SimpleNamespace(tag=tag))
