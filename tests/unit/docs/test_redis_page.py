"""The page about Redis says what is so, and its consumer takes what it should."""

import importlib.util
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from bus.adapters.redis.codes import ERRORS, Sense
from bus.adapters.redis.envelope import entry
from tests.contract.sinks.parcels import SECRET, parcel

PAGE = (Path(__file__).parents[3] / "docs" / "sinks" / "redis.md").read_text()
WORDS = {
    Sense.REFUSED: "refused",
    Sense.THROTTLED: "throttled",
    Sense.FAILED: "failed",
}


def test_the_table_of_answers_is_true() -> None:
    """Every error that we know stands in it, with its meaning."""
    table = PAGE.partition("| from the server |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (.+) \| (.+?) \| (\d*) ?\|$", table, re.MULTILINE)
    for code, meaning in ERRORS.items():
        (row,) = [one for one in rows if f"`{code}`" in one[0]]
        assert row[1].startswith(WORDS[meaning.sense]), code
        assert row[2] == str(meaning.status), code


def test_its_consumer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It takes what is signed once, and passes over a challenge and a forgery."""
    where = tmp_path / "redis_sample.py"
    where.write_text(PAGE.partition("```python\n")[2].partition("```")[0])
    spec = importlib.util.spec_from_file_location("redis_sample", where)
    assert spec is not None
    assert spec.loader is not None
    sample = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sample)
    now_s, webhook = datetime.now(UTC).timestamp(), Webhook(SECRET)
    for number, event_type, forged in (
        (1, "orderbus.verification", False),
        (2, "order.updated", False),
        (2, "order.updated", False),
        (3, "order.updated", True),
    ):
        body = json.dumps({"type": event_type, "order_id": "SO-1"}).encode()
        made = parcel("redis://r/s", body, now_s=now_s, number=number)
        fields = {name.encode(): value for name, value in entry(made)}
        sample.take({**fields, **({b"data": b"{}"} if forged else {})}, webhook)
    assert capsys.readouterr().out == "order.updated SO-1\n"
