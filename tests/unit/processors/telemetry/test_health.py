"""The pages of a process, over a real socket."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bus.errors import ConfigurationError
from bus.record import Expired, TopicPartition
from processors.telemetry import names, process_names
from processors.telemetry.health import Beat, Health
from processors.telemetry.observer import Telemetry
from tests.support.reports import ATTEMPT, EVENT


@pytest.fixture
async def url(telemetry: Telemetry) -> AsyncIterator[str]:
    """The pages' address while they are served."""
    yield await telemetry.start(port=0)
    await telemetry.stop()


async def _get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def test_metrics_page(telemetry: Telemetry, url: str) -> None:
    """`/metrics` is what Prometheus reads, gauges of this moment included."""
    telemetry.gauge(names.UNSETTLED, lambda: {"g": 3.0})
    status, text = await _get(f"{url}/metrics")
    families = {f.name: f for f in text_string_to_metric_families(text)}
    assert status == 200
    assert families[names.UNSETTLED].samples[0].value == 3
    assert process_names.LOOP_DELAY in families
    assert "process_cpu_seconds" in families


async def test_open_metrics_for_those_who_ask(telemetry: Telemetry, url: str) -> None:
    """With the trace of an attempt beside its latency; without asking: plain text."""
    sent = telemetry.span("attempt", EVENT, "shop.example")
    attempt = ATTEMPT._replace(traceparent=f"{sent.traceparent[:-2]}01")
    telemetry.attempt(attempt, "shop.example")
    accept = {"Accept": "application/openmetrics-text;version=1.0.0;q=0.6,*/*;q=0.1"}
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/metrics", headers=accept) as answer:
            assert answer.content_type == "application/openmetrics-text"
            text = await answer.text()
        async with session.get(f"{url}/metrics") as answer:
            assert answer.content_type == "text/plain"
            assert "trace_id" not in await answer.text()
    assert text.endswith("# EOF\n")
    assert f'trace_id="{sent.traceparent[3:35]}"' in text


async def test_pages_are_not_for_web_pages(url: str) -> None:
    """A name that somebody lets point here is told nothing (DNS rebinding)."""
    headers = {"Host": "evil.example"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for page in ("metrics", "healthz", "readyz"):
            async with session.get(f"{url}/{page}") as answer:
                assert answer.status == 403
                assert "ORDERBUS_HTTP_HOST_NAMES" in await answer.text()


async def test_alive(telemetry: Telemetry, url: str) -> None:
    """`/healthz` is 200 until a check fails, and says which and why."""
    problem: list[str] = []
    telemetry.health.alive("consumer", lambda: problem[0] if problem else None)
    assert await _get(f"{url}/healthz") == (
        200,
        '{"status":"ok","checks":{"consumer":"ok"}}',
    )
    problem.append("its thread has ended")
    assert await _get(f"{url}/healthz") == (
        503,
        '{"status":"failing","checks":{"consumer":"its thread has ended"}}',
    )


async def test_ready(telemetry: Telemetry, url: str) -> None:
    """`/readyz` shows every check; one that breaks has failed."""

    def broken() -> str | None:
        raise RuntimeError("secret inside")

    telemetry.health.ready("broker", lambda: None)
    telemetry.health.ready("tables", broken)
    status, text = await _get(f"{url}/readyz")
    assert status == 503
    assert '"broker":"ok"' in text
    assert '"tables":"the check failed: RuntimeError"' in text


async def test_what_expired_is_a_notice(telemetry: Telemetry, url: str) -> None:
    """`/readyz` says it, and how many, though the process is ready."""
    gone = Expired(TopicPartition("oms.order", 3), 17)
    assert await _get(f"{url}/readyz") == (200, '{"status":"ok","checks":{}}')
    telemetry.expired("bus.fanout", gone, 4, 1)
    telemetry.expired("bus.fanout", gone, 2, 0)
    status, text = await _get(f"{url}/readyz")
    assert status == 200
    said = "records that Kafka deleted unsettled: 7 of oms.order"
    assert f'"notices":{{"expired":"{said}"}}' in text
    assert "notices" not in (await _get(f"{url}/healthz"))[1]


def test_numbers_are_shown_while_there_are_some() -> None:
    """How far the log is behind, say, once it is known."""
    health, known = Health(), list[float]()
    health.number("log_lag_s", lambda: known[-1] if known else None)
    assert health.numbers() == {}
    known.append(1.26)
    assert health.numbers() == {"log_lag_s": 1.3}


async def test_port_in_use(telemetry: Telemetry, url: str) -> None:
    """A port that is taken is one clear error that names the setting."""
    port = int(url.rsplit(":", 1)[1])
    with pytest.raises(ConfigurationError, match=rf"ORDERBUS_HTTP_PORT: .*{port}"):
        await telemetry.start(port=port)


async def test_beat_sees_a_blocked_loop() -> None:
    """A loop that was kept busy shows in the longest delay."""
    beat = Beat()
    beat.start()
    loop = asyncio.get_running_loop()
    busy_until = loop.time() + 0.3
    while loop.time() < busy_until:
        pass
    seen = asyncio.Event()
    loop.call_soon(loop.call_soon, seen.set)
    await seen.wait()
    beat.stop()
    assert beat.longest_s() > 0.03
