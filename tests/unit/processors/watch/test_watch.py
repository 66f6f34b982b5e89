"""The watch: what it notices, tells, keeps, and hands over."""

from dataclasses import replace

from typing_extensions import override

from bus.adapters.memory.topics import MemoryTopics
from bus.errors import BrokerUnavailableError
from bus.topics.topic import Cluster
from bus.watch.alerts import Phase
from bus.watch.muting import Silence
from bus.watch.verdicts import Kind, Subject
from processors.watch.records import silence_message
from tests.support.watching import WORKER, Watched

LAG = "lag:source/oms.order"
BUS, ACME = Subject(Kind.BUS), Subject(Kind.SUBSCRIPTION, "acme")


async def test_a_bus_that_is_well_makes_no_noise(stage: Watched) -> None:
    """States are written down, alerts there are none."""
    one = await stage.begin()
    await stage.pass_s(200)
    assert stage.health(one, BUS) == "healthy"
    assert stage.health(one, ACME) == "unknown"
    assert stage.health(one, Subject(Kind.SOURCE, "oms.order")) == "healthy"
    assert one.board.alerts == {}
    assert stage.ear.heard == []
    assert one.lines == ["watch_leads"]


async def test_lag_is_told_once_and_its_end_once(stage: Watched) -> None:
    """After its time; the state says it sooner."""
    one = await stage.begin()
    await stage.write("oms.order", 3)
    await stage.pass_s(80)
    assert one.alert(LAG) is Phase.PENDING
    assert stage.health(one, Subject(Kind.SOURCE, "oms.order")) == "failing"
    assert stage.ear.heard == []
    await stage.pass_s(200)
    assert one.alert(LAG) is Phase.FIRING
    assert stage.ear.heard == [f"{LAG} fires"]
    stage.settle_all("oms.order")
    await stage.pass_s(100)
    assert one.alert(LAG) is Phase.RESOLVED
    assert stage.ear.heard == [f"{LAG} fires", f"{LAG} over"]
    assert stage.health(one, BUS) == "healthy"
    assert one.lines == ["watch_leads", "alert", "alert_over"]


async def test_what_an_alert_is_about_is_told_anew(stage: Watched) -> None:
    """Another process reads it as it is by now, not as it was when it began."""
    await stage.begin()
    other = await stage.begin()
    await stage.write("oms.order", 3)
    await stage.pass_s(300)
    found = other.board.alerts[LAG]
    await stage.pass_s(130)
    again = other.board.alerts[LAG]
    assert again.evidence != found.evidence
    assert (again.fired, again.why) == (found.fired, found.why)
    assert stage.ear.heard == [f"{LAG} fires"]


async def test_a_program_that_nobody_runs_is_missed(stage: Watched) -> None:
    """A minute after its last process fell silent."""
    one = await stage.begin()
    await stage.pass_s(30)
    stage.speaks = False
    await stage.pass_s(100)
    assert "program_missing:program/retry fires" in stage.ear.heard
    assert stage.health(one, BUS) == "failing"


async def test_who_was_replaced_is_not_missed(stage: Watched) -> None:
    """A killed process whose successor runs is no alert."""
    await stage.begin()
    await stage.pass_s(30)
    started_ms = int(stage.world.clock.now() * 1000)
    stage.saying = replace(WORKER, pid=2, started_ms=started_ms)
    await stage.pass_s(300)
    assert stage.ear.heard == []
    stage.saying = replace(WORKER, host="node-2")
    await stage.pass_s(300)
    assert "process_silent:program/fanout fires" in stage.ear.heard


async def test_a_breaker_is_seen_from_outside(stage: Watched) -> None:
    """In the state at once, told after a quarter of an hour."""
    one = await stage.begin()
    stage.saying = replace(WORKER, breakers={"acme": "open"})
    await stage.pass_s(60)
    assert stage.health(one, ACME) == "failing"
    assert stage.health(one, BUS) == "degraded"
    assert stage.ear.heard == []
    await stage.pass_s(900)
    assert stage.ear.heard == ["breaker_open:subscription/acme fires"]


async def test_a_restart_neither_repeats_nor_loses(stage: Watched) -> None:
    """The next one begins with what the first had written."""
    one = await stage.begin()
    await stage.write("oms.order", 3)
    await stage.pass_s(300)
    await one.kill()
    await stage.pass_s(20)
    two = await stage.begin()
    await stage.pass_s(300)
    assert two.alert(LAG) is Phase.FIRING
    assert stage.ear.heard == [f"{LAG} fires"]
    stage.settle_all("oms.order")
    await two.kill()
    await stage.pass_s(20)
    await stage.begin()
    await stage.pass_s(120)
    assert stage.ear.heard == [f"{LAG} fires", f"{LAG} over"]


async def test_of_two_one_leads_and_the_other_takes_over(stage: Watched) -> None:
    """Only one tells."""
    one, two = await stage.begin(), await stage.begin()
    await stage.write("oms.order", 3)
    await stage.pass_s(300)
    leader, other = (one, two) if "watch_leads" in one.lines else (two, one)
    assert "watch_leads" not in other.lines
    assert other.watch.stands_by() is not None
    assert other.alert(LAG) is Phase.FIRING
    assert stage.ear.heard == [f"{LAG} fires"]
    await leader.watch.stop()
    await stage.pass_s(30)
    assert "watch_leads" in other.lines
    stage.settle_all("oms.order")
    await stage.pass_s(120)
    assert stage.ear.heard == [f"{LAG} fires", f"{LAG} over"]


async def test_a_sink_that_is_deaf_hears_it_later(stage: Watched) -> None:
    """Once, and the others are not held up."""
    one = await stage.begin()
    stage.ear.deaf = "no answer"
    await stage.write("oms.order", 3)
    await stage.pass_s(300)
    assert one.watch.deaf() == "ear"
    assert one.lines == ["watch_leads", "watch_untold", "alert"]
    assert one.board.sinks["ear"].why == "no answer"
    assert one.board.sinks["ear"].waiting == 1
    stage.ear.deaf = ""
    await stage.pass_s(300)
    assert one.lines[3:] == ["watch_told_again"]
    assert one.board.sinks["ear"].failing_since is None
    assert stage.ear.heard == [f"{LAG} fires"]


async def test_a_silence_is_obeyed_at_once(stage: Watched) -> None:
    """Whoever wrote it; the list still has the alert."""
    one = await stage.begin()
    now = stage.world.clock.now()
    silence = Silence(id="s", rule="lag", since=now, until=now + 600)
    topic = stage.world.topology.alerts
    await stage.world.publisher.publish(silence_message(topic, silence))
    await stage.write("oms.order", 3)
    await stage.pass_s(500)
    assert one.alert(LAG) is Phase.FIRING
    assert stage.ear.heard == []
    await stage.pass_s(120)
    assert stage.ear.heard == [f"{LAG} fires"]


async def test_without_a_log_the_rest_is_judged(stage: Watched) -> None:
    """What it counts is unknown, and says so."""
    stage.logs = False
    one = await stage.begin()
    await stage.write("oms.order", 3)
    await stage.pass_s(300)
    assert one.board.look is not None
    assert one.board.look.unknown == {"counts": "there is no log"}
    assert one.alert(LAG) is Phase.FIRING


class Away(MemoryTopics):
    """A Kafka that tells nothing of its brokers."""

    @override
    async def cluster(self) -> Cluster:
        raise BrokerUnavailableError("no answer")


async def test_kafka_without_an_answer_is_told(stage: Watched) -> None:
    """After half a minute; the whole is failing, not merely unknown."""
    topics = Away(stage.worlds.broker)
    stage.world = replace(stage.world, topics=topics)
    one = await stage.begin()
    await stage.pass_s(60)
    assert stage.ear.heard == ["kafka_away:bus/bus fires"]
    assert stage.health(one, BUS) == "failing"


async def test_a_kafka_that_is_gone_is_told_while_it_is_gone(stage: Watched) -> None:
    """Though nothing of it can be written down."""
    await stage.begin()
    await stage.pass_s(30)
    stage.worlds.broker.down()
    stage.speaks = False
    await stage.pass_s(120)
    assert stage.ear.heard == ["kafka_away:bus/bus fires"]
    stage.worlds.broker.up()
    stage.speaks = True
    await stage.pass_s(200)
    assert stage.ear.heard == ["kafka_away:bus/bus fires", "kafka_away:bus/bus over"]
