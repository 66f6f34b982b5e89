"""`bus trace`, `acks add` and `status` over the HTTP API."""

import sys
from contextlib import AsyncExitStack

from bus.api import AsyncApi, NotFoundError, UnavailableError, UnreachableError
from bus.api.models import TimelineShown, TimelineStep, TimelineTrack
from bus.errors import ConfigurationError
from bus.times import read_rfc3339
from processors.cli.control import FAILED, GOOD, console, print_json
from processors.cli.over_api.given import Given
from processors.cli.status_work import AGAIN_S, exit_code, teller
from processors.cli.timelines import shown_life
from processors.clock import SystemClock
from processors.redrive.timeline import Step, Timeline, Track
from processors.status.report import Report, nothing_known
from processors.status.told import report_of


async def trace(api: AsyncApi, given: Given) -> int:
    """What befell an event, or all of an order."""
    name, since = given.text("name"), given.text("since")
    lives = await _lives(api, name, since)
    if given.as_json:
        print_json(lives)
    elif not lives:
        console(stderr=True).print(
            f"Nothing is known of an event or order {name} with --since {since};"
            " look back further with a longer one"
        )
    else:
        out = console()
        for life in lives:
            out.print(shown_life(_life(life), out))
    return GOOD if lives else FAILED


async def _lives(api: AsyncApi, name: str, since: str) -> list[TimelineShown]:
    for ask in (api.get_event_timeline, api.get_order_timeline):
        try:
            return list((await ask(name, since=since))["data"])
        except NotFoundError:
            continue
    return []


def _life(shown: TimelineShown) -> Timeline:
    own = shown["own_id"]
    return Timeline(
        shown["event_id"],
        shown["type"],
        shown["order_id"],
        shown["source"],
        shown["place"],
        _ms(shown["produced_at"]),
        [_track(track) for track in shown["subscriptions"]],
        "" if own == shown["event_id"] else own,
    )


def _track(shown: TimelineTrack) -> Track:
    steps = [_step(step) for step in shown["steps"]]
    after = shown["accepted_after_ms"]
    return Track(shown["id"], shown["state"], shown["attempts"], steps, after)


def _step(shown: TimelineStep) -> Step:
    values = {name: value for name, value in shown.items() if name != "at"}
    return Step(_ms(shown["at"]), **values)  # type: ignore[arg-type]


def _ms(moment: str) -> float:
    return read_rfc3339(moment).timestamp() * 1000


async def add_acks(api: AsyncApi, given: Given) -> int:
    """Say that events were processed; who says so is the key."""
    words = [
        word.strip()
        for typed in given.texts("event_ids")
        for word in (sys.stdin if typed == "-" else [typed])
    ]
    events = [word for word in words if word]
    if not events:
        raise ConfigurationError("no event id was given")
    name, source = given.text("subscription_id"), given.maybe("source")
    done = await api.add_acks(name, {"events": events, "source": source})
    if given.as_json:
        print_json({"subscription": name, "acked": done["acked"]})
    else:
        console().print(f"{name}: {len(done['acked'])} acknowledged")
    return GOOD


async def status(api: AsyncApi, given: Given) -> int:
    """How the bus is, on one screen; with `watch` until somebody stops it."""
    watch, clock = given.flag("watch"), SystemClock()
    async with AsyncExitStack() as stack:
        tell = teller(stack, watch=watch, as_json=given.as_json)
        while True:
            report = await _report(api, clock, patient=watch)
            tell(report)
            if not watch:
                return exit_code(report)
            await clock.sleep(AGAIN_S)


async def _report(api: AsyncApi, clock: SystemClock, *, patient: bool) -> Report:
    """What the gateway tells; who looks on sees why it tells nothing for now."""
    try:
        return report_of({**await api.get_status()})
    except (UnavailableError, UnreachableError) as error:
        if not patient:
            raise
        return nothing_known(int(clock.now() * 1000), str(error))
