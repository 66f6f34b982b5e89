"""The scenarios: what each sets up, does and measures."""
# ruff: noqa: FBT001 - all a scenario is told

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from statistics import median
from typing import TypeAlias

from tests.bench.events import Load, percentiles_of, samples
from tests.bench.intake import answered, taken_in
from tests.bench.log import stored
from tests.bench.measuring import (
    Row,
    at_rate,
    costs,
    kill_while_loading,
    latencies_ms,
    look,
    percentiles,
    saturate,
)
from tests.bench.pages import drawn
from tests.bench.projecting import projected
from tests.bench.publishing import published
from tests.bench.rig import CLOCK, Plan, Rig, open_rig
from tests.bench.sinks import delivered

Scenario: TypeAlias = Callable[[bool], AsyncIterator[Row]]

_ALL_TIERS = ("1s", "5s", "30s")
_MANY = 1000


async def saturation(quick: bool) -> AsyncIterator[Row]:
    """(a) One subscription, as fast as it goes."""
    async with open_rig(Plan()) as rig:
        await saturate(rig, 3_000)
        for _ in range(1 if quick else 3):
            yield await saturate(rig, 15_000 if quick else 60_000)


async def rates(quick: bool) -> AsyncIterator[Row]:
    """(b) Fixed rates up to saturation: latency from due to arrival."""
    async with open_rig(Plan()) as rig:
        await saturate(rig, 3_000)
        top = await saturate(rig, 15_000)
        limit = float(str(top["deliveries_per_s"]))
        # Java compiles what a broker does often for about a minute of such a load.
        await at_rate(rig, 1000, 2 if quick else 45)
        for rate in (200, 1000, 2000, 5000, 0.8 * limit, 0.95 * limit):
            if rate <= 0.96 * limit:
                yield await at_rate(rig, rate, 4 if quick else 15)


async def many(quick: bool) -> AsyncIterator[Row]:
    """(c) 1,000 subscriptions on 1,000 endpoints, every event matches all."""
    async with open_rig(Plan(subscriptions=_MANY)) as rig:
        await saturate(rig, 3)
        yield {"case": "bursts of 1,000", **await at_rate(rig, 1, 8 if quick else 30)}
        for latency_ms in (0, 20, 200):
            await _behave(rig, {"latency_ms": latency_ms})
            events = 20 if quick else 100
            yield {"case": f"receiver {latency_ms} ms", **await saturate(rig, events)}


async def hanging(quick: bool) -> AsyncIterator[Row]:
    """(d) One endpoint of 1,000 hangs for 30 s, at half of saturation."""
    async with open_rig(Plan(subscriptions=_MANY)) as rig:
        await saturate(rig, 3)
        top = await saturate(rig, 15 if quick else 60)
        rate = float(str(top["deliveries_per_s"])) / 2 / _MANY
        p95_ms: dict[str, list[float]] = {"all answer": [], "one hangs": []}
        # In turns, as what the machine has left for us changes from minute to minute.
        for _ in range(1 if quick else 3):
            for case, behaviour in (
                ("all answer", {}),
                ("one hangs", {"latency_ms": 30_000}),
            ):
                await rig.receiver.behave({"/s/0": behaviour})
                before = rig.meter.read().rss_mb["processors"]
                row = await at_rate(rig, rate, 10 if quick else 25, warm_s=1)
                p95_ms[case].append(float(str(row["p95_ms"])))
                yield {"case": case, "processors_mb_before": round(before), **row}
        usual, hanging = (median(some) for some in p95_ms.values())
        yield {
            "case": "medians",
            "p95_ms": hanging,
            "p95_times": round(hanging / usual, 2),
        }


async def failing(quick: bool) -> AsyncIterator[Row]:
    """(e) A tenth of the answers is 500."""
    async with open_rig(Plan(remember=True)) as rig:
        for case, share in (("none fails", 0.0), ("10 % fail", 0.1)):
            await _behave(rig, {"fail_share": share})
            await at_rate(rig, 500, 2)
            await rig.receiver.forget()
            rate, seconds = 1000, 5 if quick else 20
            await rig.load(Load(rate=rate, count=rate * seconds))
            await CLOCK.sleep(3.5)
            log = await rig.receiver.log()
            first_at = {
                one["webhook_id"]: int(str(one["at_ns"]))
                for one in log
                if one["attempt"] == 1
            }
            again_s = [
                (int(str(one["at_ns"])) - first_at[one["webhook_id"]]) / 1e9
                for one in log
                if one["attempt"] == 2
            ]
            retried = percentiles_of(again_s)
            yield {
                "case": case,
                "events_per_s": rate,
                "requests": len(log),
                **percentiles(percentiles_of(latencies_ms(log))),
                "retried": len(again_s),
                "retry_first_s": round(min(again_s, default=0), 4),
                **{f"retry_{name}_s": round(s, 4) for name, s in retried.items()},
            }


async def idle(quick: bool) -> AsyncIterator[Row]:
    """(f) Nothing to do, with 1,000 subscriptions and all their topics."""
    plan = Plan(subscriptions=_MANY, retry=_ALL_TIERS, workers=False)
    async with open_rig(plan) as rig:
        began = CLOCK.monotonic()
        worker = await rig.start_worker()
        await rig.ready(worker)
        ready_s = CLOCK.monotonic() - began
        await CLOCK.sleep(5)
        first = await look(rig)
        await CLOCK.sleep(15 if quick else 60)
        last = await look(rig)
        seconds = last.at - first.at
        shares = {
            part: (last.reading.cpu_s[part] - first.reading.cpu_s[part]) / seconds
            for part in ("processors", "broker")
        }
        yield {
            "ready_after_s": round(ready_s, 2),
            **{f"{part}_core_%": round(100 * s, 1) for part, s in shares.items()},
            "processors_mb": round(last.reading.rss_mb["processors"]),
            "broker_mb": round(last.reading.rss_mb["broker"]),
        }


async def starting(quick: bool) -> AsyncIterator[Row]:
    """(g) From start to first delivery; from SIGKILL to deliveries elsewhere."""
    async with open_rig(Plan(workers=False, remember=True)) as rig:
        for _ in range(2 if quick else 5):
            await rig.receiver.forget()
            await rig.load(Load(rate=0, count=20))
            began, spent = CLOCK.monotonic(), rig.meter.read().cpu_s["processors"]
            worker = await rig.start_worker()
            await rig.arrived(1, within_s=60)
            yield {
                "case": "start",
                "first_delivery_after_s": round(CLOCK.monotonic() - began, 2),
                "cpu_s": round(rig.meter.read().cpu_s["processors"] - spent, 2),
            }
            await rig.ready(worker)
            await worker.stop()
            rig.workers.remove(worker)
    for _ in range(1 if quick else 3):
        yield {"case": "SIGKILL of one of two", **await _killed(quick)}


async def _killed(quick: bool) -> Row:
    plan = Plan(processes=2, retry=_ALL_TIERS, remember=True)
    async with open_rig(plan) as rig:
        await at_rate(rig, 100, 2)
        await rig.receiver.forget()
        rate, seconds = 100, 15 if quick else 25
        load = Load(rate=rate, count=rate * seconds)
        await kill_while_loading(rig, load, after_s=5)
        await rig.arrived(load.count, within_s=60)
        log = await rig.receiver.log()
        waits = latencies_ms(log)
        return {
            "events": load.count,
            "missing": load.count - len({one["webhook_id"] for one in log}),
            "again": sum(one["attempt"] != 1 for one in log),
            "longest_wait_s": round(max(waits, default=0) / 1e3, 2),
        }


async def growth(quick: bool) -> AsyncIterator[Row]:
    """(h) Deliveries a CPU second by subscriptions and processes."""
    deliveries = 20_000 if quick else 60_000
    for subscriptions in (1, 10, 100, 1000):
        for processes in (1, 2):
            # A process is ready with a retry topic, so there must be one for each.
            tiers = _ALL_TIERS if subscriptions < processes else ("1s",)
            plan = Plan(subscriptions=subscriptions, processes=processes, retry=tiers)
            async with open_rig(plan) as rig:
                await saturate(rig, max(3, 3000 // subscriptions))
                row = await saturate(rig, deliveries // subscriptions)
                yield {
                    "case": f"{subscriptions} subscriptions, {processes} processes",
                    "subscriptions": subscriptions,
                    "processes": processes,
                    **row,
                }


async def peak(quick: bool) -> AsyncIterator[Row]:
    """(i) Ten times what one endpoint can take, while another one takes all.

    The slow endpoint accepts 200 a second (20 at once, 100 ms each).
    """
    plan = Plan(subscriptions=2, concurrency=20, remember=True)
    async with open_rig(plan) as rig:
        await rig.receiver.behave({"/s/0": {"latency_ms": 100}})
        await at_rate(rig, 100, 2)
        await rig.receiver.forget()
        first = await look(rig)
        seconds = 4 if quick else 60
        load = Load(rate=2000, count=2000 * seconds)
        began = CLOCK.monotonic()
        await rig.load(load)
        gone_after = await rig.arrived(2 * load.count, within_s=20 * seconds + 60)
        last = await look(rig)
        log = await rig.receiver.log()
        well = [one for one in log if one["path"] == "/s/1"]
        yield {
            "events": load.count,
            "complete": last.requests >= 2 * load.count,
            "peak_s": round(CLOCK.monotonic() - began - gone_after, 1),
            "backlog_gone_after_s": round(gone_after, 1),
            **percentiles(percentiles_of(latencies_ms(well))),
            **costs(first, last),
        }


async def beside(quick: bool) -> AsyncIterator[Row]:
    """(j) Latency of nine beside a dead tenth, of other orders beside a failing one."""
    async with open_rig(Plan(subscriptions=10, remember=True)) as rig:
        for case, mode in (("ten answer", "answer"), ("one of ten hangs", "hang")):
            await rig.receiver.behave({"/s/9": {"mode": mode}})
            log = await _log_of(rig, quick)
            yield _of_others(case, [one for one in log if one["path"] != "/s/9"])
    plan = Plan(retry=_ALL_TIERS, remember=True, options={"ordering": "key"})
    async with open_rig(plan) as rig:
        await _log_of(rig, quick)
        sick = samples(rig.schema_ids)[0].event.subject
        for case, orders in (("ordered, all answer", []), ("an order fails", [sick])):
            await rig.receiver.behave({"/s/0": {"fail_orders": orders}})
            log = await _log_of(rig, quick)
            yield _of_others(case, [one for one in log if one["order_id"] != sick])


async def _log_of(rig: Rig, quick: bool) -> Sequence[Mapping[str, object]]:
    """What came while 100 events a second were written."""
    await rig.load(Load(rate=100, count=300, seed=2))
    await rig.receiver.forget()
    await rig.load(Load(rate=100, count=500 if quick else 3000, seed=3))
    await CLOCK.sleep(1)
    return await rig.receiver.log()


def _of_others(case: str, log: Sequence[Mapping[str, object]]) -> Row:
    told = percentiles(percentiles_of(latencies_ms(log)))
    return {"case": case, "others": len(log), **told}


async def _behave(rig: Rig, behaviour: Mapping[str, object]) -> None:
    paths = [f"/s/{number}" for number in range(rig.plan.subscriptions)]
    await rig.receiver.behave(dict.fromkeys(paths, behaviour))


SCENARIOS: Mapping[str, Scenario] = {
    "a": saturation,
    "b": rates,
    "c": many,
    "d": hanging,
    "e": failing,
    "f": idle,
    "g": starting,
    "h": growth,
    "i": peak,
    "j": beside,
    "in": taken_in,
    "door": answered,
    "k": projected,
    "p": published,
    "log": stored,
    "pages": drawn,
    "sinks": delivered,
}
