"""The page about NATS says what is so, and its consumer takes what it should."""

import importlib.util
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from standardwebhooks import Webhook

from bus.adapters.nats.codes import ERRORS, Sense
from bus.adapters.nats.envelope import headers
from tests.contract.sinks.parcels import SECRET, parcel

PAGE = (Path(__file__).parents[3] / "docs" / "sinks" / "nats.md").read_text()
WORDS = {
    Sense.REFUSED: "refused",
    Sense.THROTTLED: "throttled",
    Sense.FAILED: "failed",
}


def test_the_table_of_answers_is_true() -> None:
    """Every number of JetStream's that we know stands in it, with its meaning."""
    table = PAGE.partition("| from the server |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (.+) \| (.+?) \| (\d*) ?\|$", table, re.MULTILINE)
    for number, meaning in ERRORS.items():
        (row,) = [one for one in rows if str(number) in one[0]]
        assert row[1].startswith(WORDS[meaning.sense]), number
        assert row[2] == str(meaning.status), number


class Message:
    """What nats-py's messages have, as far as the page's consumer asks."""

    def __init__(self, data: bytes, headers: dict[str, str]) -> None:
        self.data = data
        self.headers = headers
        self.end = ""

    async def ack(self) -> None:
        """It is done."""
        self.end = "ack"

    async def term(self) -> None:
        """It is not to come again."""
        self.end = "term"


@pytest.fixture
def sample(tmp_path: Path) -> ModuleType:
    """The consumer of the page."""
    where = tmp_path / "nats_sample.py"
    where.write_text(PAGE.partition("```python\n")[2].partition("```")[0])
    spec = importlib.util.spec_from_file_location("nats_sample", where)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


async def test_its_consumer(
    sample: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """It takes what is signed once, passes a challenge over, and ends a forgery."""
    now_s = datetime.now(UTC).timestamp()
    webhook = Webhook(SECRET)

    async def take(event_type: str, *, forged: bool = False) -> str:
        body = json.dumps({"type": event_type, "order_id": "SO-1"}).encode()
        made = headers(parcel("nats://n/q", body, now_s=now_s))
        message = Message(b"{}" if forged else body, dict(made))
        await sample.take(message, webhook)
        return message.end

    assert await take("orderbus.verification") == "ack"
    assert await take("order.updated") == "ack"
    assert await take("order.updated") == "ack"
    assert await take("order.updated", forged=True) == "term"
    assert capsys.readouterr().out == "order.updated SO-1\n"
