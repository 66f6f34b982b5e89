"""How a subscription fared over time, over HTTP."""

from bus.log.lags import LagRow
from tests.contract.log.rows import NOW_US, attempt, failed, write
from tests.support.gateway import Client
from tests.support.worlds import Worlds
from tests.unit.processors.gateway.test_subscriptions import made

PATH = "/v1/subscriptions/my-shop/course"
_MINUTE_US = 60_000_000


async def _lived(ask: Client, worlds: Worlds, since_s: float = 86_400) -> int:
    """Attempts of now, ten minutes and six hours ago; a backlog that has gone."""
    await worlds.clock.advance(NOW_US / 1e6 - since_s - worlds.clock.now())
    await made(ask, "partner")
    await worlds.clock.advance(since_s)
    now_us = NOW_US
    mine: dict[str, object] = {"subscription": "my-shop"}
    await write(
        ask.log,
        attempt(1, None, started_us=now_us, duration_us=8_000, **mine),
        failed(2, None, started_us=now_us - 10 * _MINUTE_US, **mine),
        attempt(3, None, started_us=now_us - 360 * _MINUTE_US, **mine),
        attempt(4, started_us=now_us, subscription="another"),
    )
    topic = worlds.topology.retry_topic("my-shop", "5s")
    await ask.log.kept.note(
        [
            LagRow(now_us - 20 * _MINUTE_US, topic, 9, 4),
            LagRow(now_us - 5 * _MINUTE_US, topic, 9, 9),
        ]
    )
    return now_us


async def test_an_hour_in_minutes(ask: Client, worlds: Worlds) -> None:
    """Each with its figures; where nothing happened there is nothing to measure."""
    await _lived(ask, worlds)
    got = await ask("GET", PATH, by="partner")
    rows = got.rows
    assert (len(rows), got.json["step_s"]) == (60, 60)
    assert (rows[-1]["attempts"], rows[-1]["success_rate"]) == (1, 1)
    assert rows[-11]["success_rate"] == 0
    assert (rows[-2]["attempts"], rows[-2]["p95_ms"]) == (0, None)
    assert [rows[n]["waiting"] for n in (0, -15, -1)] == [5, 5, 0]


async def test_before_it_was_added_nothing_waited(ask: Client, worlds: Worlds) -> None:
    """No line is drawn of a time in which it was not there."""
    await _lived(ask, worlds, since_s=600)
    rows = (await ask("GET", PATH, by="partner")).rows
    assert [rows[n]["waiting"] for n in (0, -12, -11, -1)] == [None, None, 5, 0]


async def test_a_day_in_quarters_of_an_hour(ask: Client, worlds: Worlds) -> None:
    """All that the hour has, and what was before it."""
    await _lived(ask, worlds)
    got = await ask("GET", f"{PATH}?span=24h")
    assert (len(got.rows), got.json["step_s"]) == (96, 900)
    assert sum(int(str(row["attempts"])) for row in got.rows) == 3
    assert (await ask("GET", f"{PATH}?span=7d")).status == 400
    assert (await ask("GET", PATH, by="stranger")).status == 404
