"""What Kafka clients say, on its way to the log."""

import asyncio
import io

import orjson
import pytest
from typing_extensions import override

from bus.adapters.memory import settle
from bus.record import Expired, TopicPartition
from processors.telemetry import group_names, names
from processors.telemetry.brokers import complaint
from processors.telemetry.observer import Telemetry
from processors.telemetry.troubles import ClientTroubles
from tests.support.reports import StillClock


class Moved(StillClock):
    """One that somebody moves."""

    at_s = 0.0

    @override
    def monotonic(self) -> float:
        return self.at_s


async def test_said_on_any_thread_and_not_too_often(
    telemetry: Telemetry, out: io.BytesIO
) -> None:
    """Each kind is a line, at once; what repeats itself is counted in a later one."""
    clock = Moved()
    troubles = ClientTroubles(telemetry, clock)
    full = {"error": "_QUEUE_FULL", "why": "Local: Queue full"}
    for _ in range(3):
        await asyncio.to_thread(troubles, "kafka.publisher", full)
    await asyncio.to_thread(troubles, "kafka.source", full)
    clock.at_s = 10
    await asyncio.to_thread(troubles, "kafka.publisher", full)
    await asyncio.to_thread(lambda: None)  # what was told before it is heard by now
    lines = [orjson.loads(line) for line in out.getvalue().splitlines()]
    told = [(line["source"], line["error"], line.get("repeated")) for line in lines]
    assert told == [
        ("kafka.publisher", "_QUEUE_FULL", None),
        ("kafka.source", "_QUEUE_FULL", None),
        ("kafka.publisher", "_QUEUE_FULL", 2),
    ]


async def test_what_a_table_will_never_see_is_an_error(
    telemetry: Telemetry, out: io.BytesIO
) -> None:
    """Each time, with the numbers; a reset position likewise."""
    troubles = ClientTroubles(telemetry, Moved())
    gone = Expired(TopicPartition("bus.acks", 1), 9)
    for _ in range(2):
        await asyncio.to_thread(troubles, "kafka.expired", {"gone": gone, "lost": 4})
    reset = {"topic": "oms.order", "partition": 0, "committed": 7, "first": 0}
    await asyncio.to_thread(troubles, "kafka.position_reset", reset)
    await asyncio.to_thread(lambda: None)  # what was told before it is heard by now
    lines = [orjson.loads(line) for line in out.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["expired", "expired", "position_reset"]
    assert {line["level"] for line in lines} == {"error"}
    assert (lines[0]["topic"], lines[0]["before"], lines[0]["lost"]) == (
        "bus.acks",
        9,
        4,
    )
    assert lines[2]["committed"] == 7
    page = telemetry.metrics.page().decode()
    assert f'{names.POSITION_RESETS}{{topic="oms.order"}} 1.0' in page
    assert f'{names.EXPIRED_RECORDS}{{topic="bus.acks"}} 8.0' in page


async def test_a_member_that_joins_anew_is_told_and_counted(
    telemetry: Telemetry, out: io.BytesIO
) -> None:
    """Each time, with its group and the first partition."""
    troubles = ClientTroubles(telemetry, Moved())
    told = {"group": "bus.retry", "topic": "t", "partition": 0, "partitions": 2}
    for _ in range(2):
        await asyncio.to_thread(troubles, "kafka.unreconciled", told)
    await asyncio.to_thread(lambda: None)  # what was told before it is heard by now
    lines = [orjson.loads(line) for line in out.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["unreconciled"] * 2
    assert told.items() <= lines[0].items()
    page = telemetry.metrics.page().decode()
    assert f'{group_names.REJOINS}{{group="bus.retry"}} 2.0' in page


def _log(line: str) -> dict[str, object]:
    return {"level": 40, "line": line}


async def test_a_broker_that_is_away_is_two_lines(
    telemetry: Telemetry, out: io.BytesIO
) -> None:
    """However many clients complain, however often; and one when they are calm."""
    clock = Moved()
    troubles = ClientTroubles(telemetry, clock)
    refused = "Connect to ipv4#10.0.0.7:9092 failed: Connection refused"
    for second in range(300):
        clock.at_s = float(second)
        for client in ("producer-1", "consumer-2", "consumer-3"):
            name = f"orderbus#{client}"
            said = f"[thrd:kafka-1:9092/1]: kafka-1:9092/1: {refused} ({second} ms)"
            troubles("kafka.log", _log(f"FAIL [{name}] {said}"))
            troubles(
                "kafka.log", _log(f"ERROR [{name}] [thrd:app]: 1/1 brokers are down")
            )
            troubles("kafka.publisher", {"error": "_ALL_BROKERS_DOWN", "why": "1/1"})
        await settle()
        troubles.look()
    clock.at_s = 400
    troubles.look()
    lines = [orjson.loads(line) for line in out.getvalue().splitlines()]
    assert [line["event"] for line in lines] == [
        "kafka_broker_away",
        "kafka_broker_calm",
    ]
    assert lines[0]["broker"] == "kafka-1:9092"
    assert refused in lines[0]["why"]
    assert (lines[1]["away_s"], lines[1]["lines"]) == (299, 900)


async def test_another_absence_is_told_again(
    telemetry: Telemetry, out: io.BytesIO
) -> None:
    """A line a state, not a line for ever; what is no broker's stays a line."""
    clock = Moved()
    troubles = ClientTroubles(telemetry, clock)
    gone = "FAIL [o#c-1] [thrd:sasl_ssl://k:1/2]: sasl_ssl://k:1/2: SASL refused"
    for at_s in (0.0, 100.0):
        clock.at_s = at_s
        troubles("kafka.log", _log(gone))
        await settle()
        clock.at_s = at_s + 50
        troubles.look()
    troubles("kafka.log", _log("CONFWARN [o#c-1] [thrd:app]: odd setting"))
    await settle()
    told = [orjson.loads(line)["event"] for line in out.getvalue().splitlines()]
    assert told == 2 * ["kafka_broker_away", "kafka_broker_calm"] + ["kafka"]


@pytest.mark.parametrize(
    ("line", "broker", "why"),
    [
        (
            (
                "FAIL [o#p-1] [thrd:k-1:9092/bootstrap]: k-1:9092/bootstrap: Connect to"
                " ipv4#10.0.0.7:9092 failed: Connection refused"
            ),
            "k-1:9092",
            "Connect to ipv4#10.0.0.7:9092 failed: Connection refused",
        ),
        (
            (
                "FAIL [o#c-6] [thrd:GroupCoordinator]: GroupCoordinator: 127.0.0.1:301:"
                " ApiVersionRequest failed: Local: Timed out"
            ),
            "127.0.0.1:301",
            "ApiVersionRequest failed: Local: Timed out",
        ),
        (
            (
                "REQTMOUT [o#c-7] [thrd:GroupCoordinator]: GroupCoordinator/3: Timed"
                " out ConsumerGroupHeartbeatRequest in flight"
            ),
            "broker 3",
            "Timed out ConsumerGroupHeartbeatRequest in flight",
        ),
        (
            "FAIL [o#c-7] [thrd:sasl_ssl://[::1]:9/1]: sasl_ssl://[::1]:9/1: no",
            "[::1]:9",
            "no",
        ),
        ("ERROR [o#c-7] [thrd:app]: 2/2 brokers are down", "", "2/2 brokers are down"),
    ],
)
def test_what_is_said_of_which_broker(line: str, broker: str, why: str) -> None:
    """In all the forms in which librdkafka names one."""
    assert complaint(line) == (broker, why)


@pytest.mark.parametrize(
    "line",
    [
        "GETPID [o#p-1] [thrd:main]: Failed to acquire PID from broker 127.0.0.1:3/3",
        "FAIL [o#p-1] [thrd:main]: something of nobody",
        "what is this",
        "",
    ],
)
def test_what_is_about_no_broker(line: str) -> None:
    """It stays a line of its own."""
    assert complaint(line) is None
