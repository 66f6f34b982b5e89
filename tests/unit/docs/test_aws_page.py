"""The page of SQS, SNS and EventBridge: its table is true, its consumer works."""

import importlib
import re
from pathlib import Path
from types import ModuleType

import boto3
import pytest

from bus.adapters.aws.codes import MEANINGS, Sense
from bus.delivery.delivery import Accepted
from tests.contract.sinks.aws_worlds import aws_sink, template
from tests.contract.sinks.parcels import SECRET, parcel
from tests.support.aws import KEY, REGION, running_aws
from tests.support.pace import patience

PAGE = (Path(__file__).parents[3] / "docs" / "sinks" / "aws.md").read_text()
WORDS = {
    Sense.REFUSED: "refused",
    Sense.THROTTLED: "throttled",
    Sense.FAILED: "failed",
    Sense.SPLIT: "refused",
}


def test_the_table_of_codes_is_true() -> None:
    """Every code in it means what the page says; every meaning has a row."""
    table = PAGE.partition("| code | means |")[2].partition("\n\n")[0]
    said: set[tuple[str, str]] = set()
    for codes, means, status in re.findall(
        r"^\| (.*`.+`.*) \| (.+?) \| (\d+) \|$", table, re.MULTILINE
    ):
        for code in re.findall(r"`(\w+)`", codes):
            sense, number = MEANINGS[code]
            assert means.startswith(WORDS[sense]), code
            assert status == str(number), code
            said.add((WORDS[sense], status))
    assert said == {(WORDS[one.sense], str(one.status)) for one in MEANINGS.values()}


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The consumer of the page."""
    code = PAGE.partition("```python\n")[2].partition("```")[0]
    (tmp_path / "sqs_sample.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module("sqs_sample")


async def test_its_consumer(
    sample: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """It takes what is signed, once, and nothing that is not."""
    with running_aws() as port:
        orders = boto3.resource(
            "sqs",
            region_name=REGION,
            endpoint_url=f"http://127.0.0.1:{port}",
            aws_access_key_id=KEY["username"],
            aws_secret_access_key=KEY["password"],
        ).create_queue(QueueName="orders")
        url = template("sqs", "orders").format(f"127.0.0.1:{port}")
        body = b'{"type":"order.created","order_id":"SO-1"}'
        sink = aws_sink()
        for _ in range(2):
            sent = parcel(url, body, timeout_s=patience(20))
            assert await sink.send(sent) == Accepted(200)
        forged = parcel(url, body, number=2, timeout_s=patience(20))
        forged.body = body.replace(b"SO-1", b"SO-2")
        assert await sink.send(forged) == Accepted(200)
        await sink.close()

        sample.consume(orders, SECRET, 0)

    assert {sent.event.webhook_id} == sample.SEEN
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "order.created SO-1"
    assert len(said) == 2
    assert said[1].startswith("not from the bus")
