"""The page about AMQP 1.0 says what is so, and its consumer takes what it should."""

import importlib.util
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from standardwebhooks import Webhook

from bus.adapters.amqp1.codes import CONDITIONS, OUTCOMES, SIGNING_IN, Sense
from bus.adapters.amqp1.envelope import read, written
from bus.delivery.delivery import Accepted, Unreachable
from tests.contract.sinks.parcels import SECRET, parcel

PAGE = (Path(__file__).parents[3] / "docs" / "sinks" / "amqp1.md").read_text()
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

    def accept(self, _: object) -> None:
        """It is taken."""
        self.said.append("accepted")

    def reject(self, _: object) -> None:
        """It is not, and is not to come again."""
        self.said.append("rejected")


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The consumer of the page."""
    handlers, reactor = ModuleType("proton.handlers"), ModuleType("proton.reactor")
    vars(handlers)["MessagingHandler"] = MessagingHandler
    vars(reactor)["Container"] = None
    for module in (ModuleType("proton"), handlers, reactor):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    text = PAGE.partition("```python\n")[2].partition("```")[0]
    (tmp_path / "amqp1_sample.py").write_text(text)
    spec = importlib.util.spec_from_file_location(
        "amqp1_sample", tmp_path / "amqp1_sample.py"
    )
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_its_consumer(sample: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """It takes what is signed once, passes a challenge over, and rejects a forgery."""
    now_s = datetime.now(UTC).timestamp()
    body = json.dumps({"type": "order.updated", "order_id": "SO-1"}).encode()
    orders = sample.Orders("amqp://a/orders", Webhook(SECRET))

    def take(event_type: str, shown: bytes) -> None:
        sent = parcel("amqp1://a/q", body, now_s=now_s, event_type=event_type)
        message = read(written(sent))
        arrived = SimpleNamespace(
            body=memoryview(shown),
            properties=message.texts,
            subject=message.kind,
            id=message.texts["webhook-id"],
        )
        orders.on_message(SimpleNamespace(message=arrived, delivery=None))

    take("order.updated", body)
    take("order.updated", body)
    take("orderbus.verification", body)
    take("order.updated", b"{}")
    assert orders.said == ["accepted", "accepted", "accepted", "rejected"]
    assert capsys.readouterr().out == "order.updated SO-1\n"
