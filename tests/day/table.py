"""The verdict as a table for people, in Markdown."""

from collections.abc import Iterator, Sequence

from tests.day.town import STEP_S
from tests.day.verdict import Noticed, Verdict

BEGIN, END = "<!-- a day: python -m tests.day --write -->", "<!-- the day's end -->"


def table(verdict: Verdict) -> str:
    """What was noticed, then what was not to be told of, then the figures."""
    real = [one for one in verdict.noticed if not one.incident.harmless]
    calm = [one for one in verdict.noticed if one.incident.harmless]
    rows = sorted(real, key=lambda one: one.incident.at)
    return "\n".join(
        [
            "| incident | noticed by | after | alerts | pages | over after its end |",
            "| --- | --- | --- | --- | --- | --- |",
            *map(_row, rows),
            "",
            f"And nobody is told of: {'; '.join(one.incident.name for one in calm)}.",
            "",
            *_figures(verdict, len(real)),
        ]
    )


def into(text: str, said: str) -> str:
    """Put it between its marks in a document."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{said}\n{END}{after}"


def _row(one: Noticed) -> str:
    rule = f"`{one.rule}`" if one.rule else "nobody"
    after = "" if one.after is None else _minutes(one.after)
    over = "goes on" if one.over is None else _over(one.over)
    name = one.incident.name
    return f"| {name} | {rule} | {after} | {one.alerts} | {one.pages} | {over} |"


def _over(minutes: float) -> str:
    if minutes * 60 <= -STEP_S:
        return f"{_minutes(-minutes)} before it"
    return _minutes(max(0.0, minutes))


def _minutes(minutes: float) -> str:
    whole = round(minutes)
    if whole * 60 < STEP_S:
        return "< 1 min"
    return f"{whole} min" if whole < 120 else f"{whole / 60:.1f} h"


def _figures(verdict: Verdict, incidents: int) -> Iterator[str]:
    missed: Sequence[str] = verdict.missed
    yield (
        f"Recall {verdict.recall:.2f}: {incidents - len(missed)} of {incidents}"
        " incidents noticed in time, with somebody woken where somebody has to be, and"
        " only there."
    )
    yield (
        f"Precision {verdict.precision:.2f}: {verdict.alerts - len(verdict.astray)} of"
        f" {verdict.alerts} alerts told were about an incident."
    )
