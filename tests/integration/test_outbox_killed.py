"""Writers and relays are killed at any moment: table and topic agree all the same."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.bus import wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.postgres import PostgresUnderTest
from tests.support.relaying import Oms, an_oms

pytestmark = pytest.mark.kafka

WRITERS = 2
SHORT, LONG = 2, 25
_WITHIN_S = 60.0


async def grown(oms: Oms, count: Callable[[], int], by: int) -> None:
    """Return when so much more is there."""
    wanted = await asyncio.to_thread(count) + by

    async def there() -> bool:
        return await asyncio.to_thread(count) >= wanted

    await wait_until(there, _WITHIN_S, f"{by} more rows; {oms.log()}")


async def kill_now_and_then(oms: Oms, kills: int) -> None:
    """Writers write, a relay publishes, and some of them are killed again and again."""
    draw = random.Random(kills)  # noqa: S311 - moments, no secrets
    writers = [await oms.write(seed) for seed in range(WRITERS)]
    relay = await oms.relay()
    for kill in range(kills):
        await grown(
            oms, lambda: oms.count("done_at IS NOT NULL"), draw.randrange(1, 80)
        )
        relay.kill()
        await relay.wait()
        await grown(oms, lambda: oms.count("true"), draw.randrange(1, 40))
        which = draw.randrange(WRITERS)
        writers[which].kill()
        await writers[which].wait()
        writers[which] = await oms.write(100 + kill)
        relay = await oms.relay()
    await grown(oms, lambda: oms.count("done_at IS NOT NULL"), 1)
    for writer in writers:
        writer.kill()
        await writer.wait()

    async def all_done() -> bool:
        return await asyncio.to_thread(oms.count, "done_at IS NULL") == 0

    await wait_until(all_done, _WITHIN_S, f"all is published; {oms.log()}")
    assert await oms.stop(relay) == 0


async def compare(oms: Oms) -> None:
    """Nothing lost, nothing made up, orders in order, twice only what is the same."""
    history, published = oms.history(), await oms.published()
    assert published.keys() == history.keys()
    for order_id, committed in history.items():
        assert list(dict.fromkeys(published[order_id])) == committed
    assert oms.count("refused IS NOT NULL") == 0
    repeated = sum(map(len, published.values())) - sum(map(len, history.values()))
    print(f"{sum(map(len, history.values()))} events, {repeated} came twice")  # noqa: T201 - told with -s


KILLS = [SHORT, pytest.param(LONG, marks=[pytest.mark.long, pytest.mark.timeout(1200)])]


@pytest.mark.long
@pytest.mark.parametrize("kills", KILLS)
async def test_kills_with_sqlite(
    kafka: KafkaUnderTest, tmp_path: Path, kills: int
) -> None:
    """SIGKILL of either side, at any moment."""
    url = f"sqlite:///{tmp_path}/oms.sqlite3"
    async with an_oms(kafka, url, tmp_path) as oms:
        await kill_now_and_then(oms, kills)
        await compare(oms)


@pytest.mark.postgres
@pytest.mark.parametrize("kills", KILLS)
async def test_kills_with_postgres(
    kafka: KafkaUnderTest, postgres: PostgresUnderTest, tmp_path: Path, kills: int
) -> None:
    """The same; here transactions run side by side."""
    async with an_oms(kafka, postgres.database(), tmp_path) as oms:
        await kill_now_and_then(oms, kills)
        await compare(oms)
