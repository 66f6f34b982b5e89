"""`bus trace`, `acks add` and `status` over the HTTP API."""

import sys
from collections.abc import Mapping

from bus.api import AsyncApi, NotFoundError
from bus.api.models import TimelineShown, TimelineTrack
from bus.errors import ConfigurationError
from processors.cli.control import FAILED, GOOD, console, print_json
from processors.cli.over_api.given import Given
from processors.cli.subscription_view import print_list
from processors.redrive.rendering import render
from processors.redrive.timeline import Step, Timeline, Track


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
            out.print(render(_life(life), whole=not out.is_terminal))
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
        shown["produced_ms"],
        [_track(track) for track in shown["subscriptions"]],
        "" if own == shown["event_id"] else own,
    )


def _track(shown: TimelineTrack) -> Track:
    steps = [Step(**step) for step in shown["steps"]]
    after = shown["accepted_after_ms"]
    return Track(shown["id"], shown["state"], shown["attempts"], steps, after)


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
    """How the bus is: what is wrong, then every subscription."""
    if given.flag("watch"):
        raise ConfigurationError("--watch does not go through the API yet")
    report = await api.get_status()
    if given.as_json:
        print_json(report)
    else:
        out = console()
        wrong = len(report["troubles"])
        out.print(
            f"{report['at']}  {f'{wrong} to look at' if wrong else 'all is well'}"
        )
        for sentence in report["troubles"]:
            out.print(f"  ! {sentence}")
        rows = report["subscriptions"]
        print_list(rows if isinstance(rows, list) else [])
    unknown: Mapping[str, object] = report
    parts = [unknown[name] for name in ("broker", "processes", "subscriptions")]
    return (
        FAILED if any(isinstance(p, dict) and "unknown" in p for p in parts) else GOOD
    )
