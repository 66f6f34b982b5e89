"""How the lively bus stands: what waits, who runs, what the watch has found."""

from collections.abc import Collection, Mapping

from bus.adapters.sql import SqlLog
from bus.delivery.presence import Presence, presence_message
from bus.log.lags import ForecastRow, LagRow
from bus.record import Message
from bus.watch.alerts import Alert, Phase
from bus.watch.states import BUS, State
from bus.watch.states import Reason as Why
from bus.watch.verdicts import Health, Kind, Severity, Subject
from processors.subscriptions.world import World
from processors.watch.records import Look, alert_message, look_message, state_message
from tests.contract.log.rows import NOW_US, SECOND_US
from tests.support.lively_faring import faring_messages

SHOP = "acme-shop"
"""The one that all is to be seen of: it fails, and has dead letters."""


async def put_waiting(world: World, log: SqlLog) -> None:
    """Deliveries in tiers, what came in, and when a backlog will be gone."""
    for name, tier, count in (
        (SHOP, "30s", 7),
        (SHOP, "5s", 2),
        ("globex-bi", "1s", 1),
    ):
        topic = world.topology.retry_topic(name, tier)
        for n in range(count):
            await world.publisher.publish(Message(topic, b"%d" % n, b"", ()))
    lags = await world.groups.lag(world.fanout_group, world.topology.sources)
    before = NOW_US - 40 * SECOND_US
    came: dict[str, int] = {}
    for tp, lag in lags.items():
        came[tp.topic] = came.get(tp.topic, 0) + lag.end // 2
    await log.kept.note([LagRow(before, topic, n, n) for topic, n in came.items()])
    spans = (240 * SECOND_US, 330 * SECOND_US, 500 * SECOND_US)
    made = NOW_US - 20 * SECOND_US
    await log.kept.keep([ForecastRow(made, f"subscription/{SHOP}", *spans, 1.0)])


async def put_processes(world: World) -> None:
    """One process runs everything."""
    now_ms = int(world.clock.now() * 1000)
    presence = Presence(
        host="node-1",
        pid=7,
        programs=("fanout", "retry", "ordered", "projector"),
        started_ms=now_ms - 3_600_000,
        version="0.1.0",
        breakers={SHOP: "open"},
        log_lag_s=0.8,
    )
    await world.publisher.publish(presence_message(world.topology.processes, presence))


async def put_watch(world: World, names: Collection[str]) -> None:
    """A watch has looked, and found something."""
    topic, now = world.topology.alerts, world.clock.now()
    taken = await world.publisher.publish(
        look_message(topic, Look(leader="node-1/9", at=now), None)
    )
    term = taken.offset
    shop = Subject(Kind.SUBSCRIPTION, SHOP)
    why = Why(
        "its breaker is open since 4 minutes: 503 from the endpoint", "breaker_open"
    )
    states = _states(names, shop, why)
    messages: list[Message] = [
        state_message(topic, subject, state, term) for subject, state in states.items()
    ]
    messages += [
        alert_message(topic, one.key, one, term)
        for one in (
            _alert("breaker_open", shop, Phase.FIRING, now - 240, why.why),
            _alert("dead_letters", shop, Phase.PENDING, now - 60, "5 in 10 minutes"),
        )
    ]
    messages += faring_messages(topic, now, term)
    for message in messages:
        await world.publisher.publish(message)


def _states(names: Collection[str], shop: Subject, why: Why) -> Mapping[Subject, State]:
    """How everybody is."""
    return {
        BUS: State(Health.DEGRADED, (Why(f"{shop}: {why.why}", why.rule),)),
        **{Subject(Kind.SUBSCRIPTION, name): State(Health.HEALTHY) for name in names},
        shop: State(Health.FAILING, (why,)),
        Subject(Kind.SUBSCRIPTION, "hooli-market"): State(
            Health.DEGRADED, (Why("p95 of 2.1 s is over 1 s", "slow"),)
        ),
        Subject(Kind.SUBSCRIPTION, "acme-erp"): State(
            Health.HELD, (Why("paused: their release weekend"),)
        ),
        Subject(Kind.SUBSCRIPTION, "globex-wms"): State(
            Health.FAILING, (Why("disabled: 410 Gone", "disabled"),)
        ),
        Subject(Kind.SUBSCRIPTION, "wonka-pim"): State(Health.HELD, (Why("removing"),)),
        Subject(Kind.SUBSCRIPTION, "stark-fraud"): State(
            Health.UNKNOWN, (Why("nothing was sent in the last three days"),)
        ),
        Subject(Kind.PROGRAM, "fanout"): State(Health.HEALTHY),
        Subject(Kind.SOURCE, "oms.order"): State(Health.HEALTHY),
    }


def _alert(
    rule: str, subject: Subject, phase: Phase, began: float, evidence: str
) -> Alert:
    return Alert(
        rule=rule,
        subject=subject,
        severity=Severity.TICKET,
        phase=phase,
        began=began,
        seen=began,
        fired=began if phase is Phase.FIRING else None,
        evidence=evidence,
    )
