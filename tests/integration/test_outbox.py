"""The page about outbox and inbox, and the relay on real databases."""

import asyncio
import json
import re
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.bus import ROOT, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.postgres import PostgresUnderTest
from tests.support.relaying import Oms, an_oms

pytestmark = pytest.mark.kafka
PAGE = (ROOT / "docs" / "outbox.md").read_text(encoding="utf-8")
OUTBOX, INBOX = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
_WITHIN_S = 60.0


async def python(code: str, folder: Path) -> asyncio.subprocess.Process:
    """Run a block of the page."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code),
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=PIPE,
        stderr=STDOUT,
    )


async def first_line(process: asyncio.subprocess.Process) -> str:
    """What a program says first."""
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()


async def test_the_page(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """Its OMS writes an event, its relay publishes it, its consumer acts once."""
    url = f"sqlite:///{tmp_path}/oms.sqlite3"
    async with an_oms(kafka, url, tmp_path) as oms:
        mark = f"/page-{oms.source[5:]}"
        block = OUTBOX.replace("Outbox()", f"Outbox(source={mark!r})")
        assert block != OUTBOX
        writer = await python(block, tmp_path)
        webhook_id = await first_line(writer)
        assert await writer.wait() == 0, webhook_id
        await oms.relay()
        inbox = INBOX.replace("127.0.0.1:9092", oms.bootstrap_servers)
        inbox = inbox.replace("http://127.0.0.1:8081", oms.registry_url)
        inbox = inbox.replace('group="billing"', f'group="{mark[1:]}"')
        consumer = await python(inbox, tmp_path)
        try:
            await _acts(consumer, webhook_id)
        finally:
            consumer.kill()
            await consumer.wait()


async def _acts(consumer: asyncio.subprocess.Process, webhook_id: str) -> None:
    said = ""
    while said != f"takes effect: {webhook_id}":
        said = await first_line(consumer)
        assert said.startswith("takes effect"), said


async def test_a_refused_row_is_looked_after(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """Told by the commands, discarded by one, and its order goes on."""
    url = f"sqlite:///{tmp_path}/oms.sqlite3"
    async with an_oms(kafka, url, tmp_path) as oms:
        await asyncio.to_thread(_insert, oms, "order.nonsense", "bad")
        await asyncio.to_thread(_insert, oms, "order.status_changed", "good")
        await oms.relay()

        async def refused() -> bool:
            return await asyncio.to_thread(oms.count, "refused IS NOT NULL") == 1

        await wait_until(refused, _WITHIN_S, oms.log())
        status = json.loads(await oms.bus("outbox", "status", "--json"))
        assert (status["relay"], status["refused"], status["behind"]) == (True, 1, 1)
        (row,) = status["rows"]
        assert "order.nonsense" in row["why"]
        assert "1 to be published" in await oms.bus("outbox", "retry", "--all")
        await wait_until(refused, _WITHIN_S, oms.log())
        await oms.bus("outbox", "discard", str(row["number"]), "--yes")

        async def goes_on() -> bool:
            return list((await oms.published()).values()) == [["good"]]

        await wait_until(goes_on, _WITHIN_S, oms.log())


def _insert(oms: Oms, event_type: str, event_id: str) -> None:
    """As a program in another language does."""
    data = {
        "order_id": "SO-1",
        "order_version": 2,
        "channel": "web",
        "account_id": "A-7",
        "previous_status": "created",
        "status": "confirmed",
        "occurred_at": "2026-11-23T12:00:00Z",
    }
    engine = oms.engine
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO orderbus_outbox"
                " (event_id, event_type, source, order_id, data)"
                " VALUES (:event_id, :event_type, :source, 'SO-1', :data)"
            ),
            {
                "event_id": event_id,
                "event_type": event_type,
                "source": oms.source,
                "data": json.dumps(data),
            },
        )
    engine.dispose()


@pytest.mark.postgres
async def test_a_database_that_is_away_is_waited_for(
    kafka: KafkaUnderTest, postgres: PostgresUnderTest, tmp_path: Path
) -> None:
    """Killed and started again: the relays go on, and one of them leads."""
    async with an_oms(kafka, postgres.database(), tmp_path) as oms:
        relays = [await oms.relay(), await oms.relay()]
        await asyncio.to_thread(_insert, oms, "order.status_changed", "1")

        async def there(count: int) -> bool:
            return list((await oms.published()).values()) == [
                [str(n) for n in range(1, count + 1)]
            ]

        await wait_until(lambda: there(1), _WITHIN_S, oms.log())
        await asyncio.to_thread(postgres.kill)
        await wait_until(lambda: "outbox_away" in oms.log(), _WITHIN_S, "it is told")
        await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(_insert, oms, "order.status_changed", "2")
        await wait_until(lambda: there(2), _WITHIN_S, oms.log())
        assert [await oms.stop(relay) for relay in relays] == [0, 0]
        assert "a-password-for-tests" not in oms.log()
