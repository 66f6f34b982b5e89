"""What a support ticket needs, as one document without a secret in it."""

import asyncio
import platform
from collections.abc import Sequence
from typing import cast

from bus.errors import OrderbusError
from processors.diagnose.findings import Report
from processors.diagnose.probing import Means
from processors.diagnose.scrubbing import Scrubber
from processors.diagnose.subject import Subject
from processors.diagnose.telling import Plain, plain_report
from processors.diagnose.wording import when
from processors.redrive.timeline import as_json
from processors.redrive.tracing import trace
from processors.subscriptions.showing import shown
from processors.subscriptions.world import World

FORMAT = 1
_MOST_TIMELINES = 5
_LOOK_BACK_MS = 86_400_000
_TRACE_S = 20.0


async def bundle(
    means: Means, subject: Subject, report: Report, version: str, world: World | None
) -> object:
    """Findings, configuration, timelines of recent failures, versions; plain values.

    Names of headers are in it, their values are not; nor are payloads. An outsider is
    told nothing of the machine and the settings.
    """
    document: Plain = {
        "format": FORMAT,
        "made_at": when(means.clock.now()),
        "times": "UTC",
        "versions": {"orderbus": version},
        "report": plain_report(report),
    }
    if not subject.outsider:
        document["versions"] = {
            "orderbus": version,
            "python": platform.python_version(),
            "system": platform.platform(),
        }
        document["settings"] = means.configuration
    if subject.stored:
        document["subscription"] = shown(subject.subscription)
    if world is not None:
        document["timelines"] = await _timelines(world, report)
    return Scrubber((*subject.hidden, *means.hidden)).plain(document)


async def _timelines(world: World, report: Report) -> list[object]:
    since_ms = int(world.clock.now() * 1000) - _LOOK_BACK_MS
    lives: list[object] = []
    try:
        async with asyncio.timeout(_TRACE_S):
            for event_id in _failed(report)[:_MOST_TIMELINES]:
                found = await trace(world, event_id, since_ms)
                lives += [_own(as_json(life), report.subscription) for life in found]
    except TimeoutError:
        lives.append({"unreadable": f"no more within {_TRACE_S:g} s"})
    except OrderbusError as error:
        lives.append({"unreadable": str(error)})
    return lives


def _own(life: Plain, name: str) -> Plain:
    """Without what befell the event on its way to others."""
    tracks = cast("list[Plain]", life["subscriptions"])
    return life | {"subscriptions": [one for one in tracks if one["id"] == name]}


def _failed(report: Report) -> Sequence[str]:
    """Events that failed lately, one of each cause first."""
    named = [
        list(events)
        for finding in report.findings
        if isinstance(events := finding.evidence.get("events"), list)
    ]
    firsts = [str(events[0]) for events in named if events]
    rest = [str(event) for events in named for event in events[1:]]
    return list(dict.fromkeys([*firsts, *rest]))
