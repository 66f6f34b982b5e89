"""A gateway whose Kafka gives no answer: each request ends in its time."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bus.adapters.jvm import EmbeddedKafka
from bus.adapters.jvm.node import Node
from tests.support.bus import wait_until
from tests.support.kafka import KafkaUnderTest, cache_dir
from tests.support.pace import patience
from tests.support.site import Served, open_site

_AT_ONCE = 4
_KEYS = [f"order-{number}" for number in range(_AT_ONCE)]


async def published(
    served: Served, event: Mapping[str, object]
) -> Sequence[tuple[int, dict[str, object], Mapping[str, str]]]:
    """Publish at once as often as a key may, each time under a key of its own."""
    asks = [
        served.ask("POST", "/v1/events", event, Idempotency_Key=key) for key in _KEYS
    ]
    return await asyncio.gather(*asks)


async def freeze(node: Node) -> None:
    """Stop every thread: until the signal reaches the last, it may answer once more."""
    node.pause()

    def still() -> bool:
        threads = Path(f"/proc/{node.pid}/task").glob("*/stat")
        states = [one.read_text().rpartition(")")[2].split()[0] for one in threads]
        return set(states) == {"T"}

    await wait_until(still, 10, "every thread stands still")


@pytest.mark.kafka
@pytest.mark.long
async def test_a_frozen_kafka(tmp_path: Path) -> None:
    """503 that says what to do; nothing is held; repeats have one id each."""
    async with EmbeddedKafka(tmp_path / "kafka", cache_dir(), short=True) as kafka:
        under_test = KafkaUnderTest(kafka.bootstrap_servers)
        async with open_site(under_test, tmp_path, "late") as site:
            await site.bus.subscribe("shop")
            served = await site.gateway(
                api_deadline_s=patience(2), api_key_at_once=_AT_ONCE
            )
            event = await served.example()
            assert (await served.ask("POST", "/v1/events", event))[0] == 201
            (node,) = kafka.nodes
            await freeze(node)
            try:
                for _ in range(2):  # the places of the first ones are free again
                    for status, told, headers in await published(served, event):
                        assert (status, told["title"]) == (
                            503,
                            "Something we need gives no answer",
                        )
                        assert "may have come all the same" in str(told["detail"])
                        assert "It took longer than" in str(told["detail"])
                        assert headers["Retry-After"]
                path = "/v1/subscriptions/shop/dead-letters"
                status, told, _ = await served.ask("GET", path)
                assert status == 503, told
            finally:
                node.resume()
            written = await published(served, event)
            assert [status for status, _, _ in written] == [201] * _AT_ONCE, written
            ids = [row["id"] for _, told, _ in written for row in told["data"]]  # type: ignore[attr-defined]
            assert len(set(ids)) == _AT_ONCE
            stand = [
                dict(r.headers)["ce_id"] for r in await site.bus.records("oms.order")
            ]
            assert {id_.decode() for id_ in stand[1:]} == set(ids)
            assert not served.worker.lines("bug")
            assert await served.worker.stop() == 0
