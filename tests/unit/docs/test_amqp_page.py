"""The page about AMQP says what is so, and its consumer takes what it should."""

import importlib.util
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Self

import pytest
from standardwebhooks import Webhook

from bus.adapters.amqp.codes import MEANINGS, Sense
from bus.adapters.amqp.envelope import properties
from tests.contract.sinks.parcels import SECRET, parcel

PAGE = (Path(__file__).parents[3] / "docs" / "sinks" / "amqp.md").read_text()
WORDS = {
    Sense.REFUSED: "refused",
    Sense.THROTTLED: "throttled",
    Sense.FAILED: "failed",
}


def test_the_table_of_answers_is_true() -> None:
    """Every code that is an answer stands in it, with its meaning and its status."""
    table = PAGE.partition("| from the broker |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \| ([\d, ]*) ?\|$", table, re.MULTILINE)
    for one in MEANINGS.values():
        if one.sense is Sense.UNREACHABLE:
            continue
        fitting = [
            row
            for row in rows
            if f"`{one.name}`" in row[0]
            and row[1].startswith(WORDS[one.sense])
            and str(one.status) in row[2].strip().split(", ")
        ]
        assert fitting, one.name


class Message:
    """What aio-pika's messages have, as far as the page's consumer asks."""

    def __init__(self, body: bytes, headers: dict[str, str], type_: str) -> None:
        self.body = body
        self.headers = headers
        self.type = type_
        self.message_id = headers["webhook-id"]
        self.rejected = False

    def process(self, *, ignore_processed: bool) -> Self:
        """Acknowledges at the end of the block."""
        assert ignore_processed
        return self

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""

    async def reject(self, *, requeue: bool) -> None:
        """Not to come again."""
        self.rejected = not requeue


@pytest.fixture
def sample(tmp_path: Path) -> ModuleType:
    """The consumer of the page."""
    (tmp_path / "amqp_sample.py").write_text(
        PAGE.partition("```python\n")[2].partition("```")[0]
    )
    spec = importlib.util.spec_from_file_location(
        "amqp_sample", tmp_path / "amqp_sample.py"
    )
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


async def test_its_consumer(
    sample: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """It takes what is signed once, passes a challenge over, and rejects a forgery."""
    now_s = datetime.now(UTC).timestamp()
    body = json.dumps({"type": "order.updated", "order_id": "SO-1"}).encode()
    webhook = Webhook(SECRET)

    async def take(event_type: str, shown: bytes) -> Message:
        sent = parcel("amqp://r/queues/q", body, now_s=now_s, event_type=event_type)
        made = properties(sent)
        headers = {name: str(value) for name, value in (made.headers or {}).items()}
        message = Message(shown, headers, made.message_type or "")
        await sample.take(message, webhook)
        return message

    assert not (await take("order.updated", body)).rejected
    assert not (await take("order.updated", body)).rejected
    assert not (await take("orderbus.verification", body)).rejected
    assert (await take("order.updated", b"{}")).rejected
    assert capsys.readouterr().out == "order.updated SO-1\n"
