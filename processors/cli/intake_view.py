"""How stored submissions, and what a replay would change, are shown."""

from collections import Counter
from collections.abc import Iterable, Mapping

from bus.intake.comparing import Difference
from bus.intake.raw import place_text
from processors.cli.control import console
from processors.convert.replaying import Plan, Planned
from processors.convert.showing import Shown
from processors.screen.console import AsItStands
from processors.screen.plain import plain, plain_lines

_WIDTH = 12
_MOST = 50


def shown_document(shown: Shown) -> dict[str, object]:
    """A submission for scripts."""
    return {
        **shown.head,
        "headers": dict(shown.headers),
        "body": shown.body,
        "parts": [dict(part) for part in shown.parts],
    }


def print_shown(shown: Shown) -> None:
    """A submission for people: how it came, what became of it, what is in it."""
    out = console()
    for name, value in shown.head.items():
        out.print(f"{name:<{_WIDTH}}{plain(str(value))}")
    for part in shown.parts:
        out.print("")
        for name, value in part.items():
            if name == "findings":
                _print_findings(value)
            else:
                out.print(f"{name:<{_WIDTH}}{plain(str(value))}")
    out.print("")
    for name, value in shown.headers.items():
        out.print(plain(f"{name}: {value}"))
    out.print("")
    out.print(AsItStands(plain_lines(shown.body)))


def _print_findings(value: object) -> None:
    for one in value if isinstance(value, list) else []:
        if isinstance(one, Mapping):
            place = f" at {one['path']}" if one.get("path") else ""
            console().print(plain(f"found       {one['code']}{place}: {one['text']}"))


def plan_document(made: Plan, sent: int | None) -> dict[str, object]:
    """What a replay would change, or has sent, for scripts."""
    return {
        "source": made.source,
        "mapping_version": made.version,
        "submissions": made.looked_at,
        "same": made.same,
        "repeats": made.repeats,
        "would_send": made.sending,
        "sent": sent,
        "changes": [_planned(planned) for planned in made.changes],
    }


def _planned(planned: Planned) -> dict[str, object]:
    return {
        "place": place_text(planned.stored.place),
        "id": planned.stored.raw.id,
        "became": planned.became or None,
        **difference_document(planned.difference),
    }


def difference_document(difference: Difference) -> dict[str, object]:
    """What a part differs in, for scripts."""
    return {
        "part": difference.slot.part,
        "event_type": difference.slot.event_type or None,
        "order_id": difference.order_id or None,
        "how": difference.how.value,
        "lines": list(difference.lines),
    }


def print_plan(made: Plan, sent: int | None) -> None:
    """What a replay would change, or has sent, for people."""
    out = console()
    for planned in made.changes[:_MOST]:
        place = place_text(planned.stored.place)
        was = f" ({planned.became})" if planned.became else ""
        print_difference(f"{place}{was}", planned.difference)
    left = len(made.changes) - _MOST
    if left > 0:
        out.print(f"… and {left} more; --json has all")
    out.print(
        f"{made.looked_at} submissions of {made.source}, by mapping {made.version}: "
        f"{made.same} the same, {made.repeats} repeats or superseded, "
        f"{counted(planned.difference for planned in made.changes)}"
    )
    if sent is not None:
        out.print(f"Sent {sent} submissions again; convert tells them in turn.")
    elif made.sending:
        out.print(f"Nothing is sent yet: --yes tells {made.sending} of them again.")


def print_difference(where: str, difference: Difference) -> None:
    """One part that differs: whose, how, and line by line in what."""
    out = console()
    order = difference.order_id or "no order"
    kind = difference.slot.event_type or "no event"
    out.print(plain(f"{difference.how.value:<9} {order}  {kind}  {where}"))
    for line in difference.lines:
        out.print(plain(f"    {line}"))


def counted(differences: Iterable[Difference]) -> str:
    """How many differ in which way, in words."""
    counts = Counter(one.how.value for one in differences)
    return ", ".join(f"{n} {how}" for how, n in counts.items()) or "nothing changes"
