"""One alert: why it is there, its life so far, and what else is about its subject."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

from bus.access.roles import Scope
from processors.gateway.problems import NOT_FOUND, ProblemError
from processors.gateway.routes import Asked
from processors.gateway.watch_models import AlertShown, SilenceShown
from processors.web.operations.alerts import LENGTHS, alerts, silences, unknown_of
from processors.web.pages import Page


class Step(NamedTuple):
    """Something that happened to it; `state` is a word that badges know."""

    at: str
    state: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """What the template reads."""

    one: AlertShown
    runbook: str
    section: str
    steps: Sequence[Step]
    others: Sequence[AlertShown]
    silences: Sequence[SilenceShown]
    may_silence: bool
    unknown: Sequence[str]
    lengths: Sequence[str] = LENGTHS


async def view(asked: Asked) -> AlertView:
    """The one that the path names.

    Raises:
        ProblemError: there is none.
    """
    rule, kind, part = (asked.path[name] for name in ("rule", "kind", "part"))
    found = await alerts(asked)
    about = [one for one in found.data if (one.kind, one.name) == (kind, part)]
    one = next((one for one in about if one.rule == rule), None)
    if one is None:
        raise ProblemError(NOT_FOUND)
    section = one.runbook.partition("#")[2]
    covering = [s for s in await silences(asked) if _covers(s, one)]
    return AlertView(
        one=one,
        runbook=_address(asked.api.runbook, section),
        section=section,
        steps=_newest_first(_steps(one, covering)),
        others=[other for other in about if other is not one],
        silences=covering,
        may_silence=asked.by.may(Scope.ALERTS_WRITE) and one.phase != "resolved",
        unknown=unknown_of(found),
    )


def _steps(one: AlertShown, covering: Sequence[SilenceShown]) -> list[Step]:
    found = [Step(one.since, "pending", one.means or one.rule)]
    if one.before:
        found.append(Step(one.before, "resolved", "The one before it was over."))
    if one.fired:
        told = ", ".join(one.told)
        heard = f". Told: {told}." if told else ""
        why = (one.began_with or one.evidence).removesuffix(".")
        found.append(Step(one.fired, "firing", f"{why}{heard}"))
    if one.resolved:
        found.append(Step(one.resolved, "resolved", f"Last seen so: {one.evidence}"))
    for silence in covering:
        by = f"By {silence.by}: {silence.why}" if silence.why else f"By {silence.by}."
        found.append(Step(silence.since, "silenced", by))
    return found


def _newest_first(steps: Sequence[Step]) -> Sequence[Step]:
    """Of one moment what came of it stands above it."""
    return sorted(steps, key=lambda one: one.at)[::-1]


def _covers(silence: SilenceShown, one: AlertShown) -> bool:
    return fnmatchcase(one.rule, silence.rule) and fnmatchcase(
        f"{one.kind}/{one.name}", silence.subject
    )


def _address(runbook: str, section: str) -> str:
    """Where the section is to be read; empty where only a file was named."""
    there = runbook.startswith(("https://", "http://"))
    return f"{runbook}#{section}" if there and section else ""


PAGES = (
    Page(
        path="/alerts/{rule}/{kind}/{part}",
        name="alert",
        scope=Scope.STATUS_READ,
        view=view,
        template="alert.html.j2",
        example={"rule": "breaker_open", "kind": "subscription", "part": "acme-shop"},
    ),
)
