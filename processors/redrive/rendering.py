"""How a timeline looks on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from bus.delivery.headers import MAX_DETAIL_CHARS, printable
from bus.delivery.wording import brief, followed, held
from bus.times import moment_of
from processors.redrive.timeline import Step, Timeline, Track

_STATES = {
    "accepted": "green",
    "acked": "green",
    "dead_letter": "red",
    "replayed": "cyan",
    "replacing": "red",
    "replaced": "cyan",
    "discarded": "dim",
    "waiting": "yellow",
    "unseen": "dim",
}
_OUTCOMES = {"accepted": "green", "refused": "red"}
_MOST_DETAIL = 60
_BESIDE, _LAST = "│   ", "    "
_TIME = 13
"""The columns of when a step was, behind which it is told."""


def render(life: Timeline, *, whole: bool = True, width: int | None = None) -> Text:
    """One tree an event, one branch a subscription, one line a step.

    Unless it is to be `whole`, of a long answer only the beginning is shown. What is
    longer than a `width` goes on in the next line, beside the branches.
    """
    most = MAX_DETAIL_CHARS if whole else _MOST_DETAIL
    title = Text(f"{_line_of(life.event_type)}  ", style="bold")
    title.append(_line_of(f"{life.event_id}  order {life.order_id}"))
    when = (
        moment_of(life.produced_ms)
        .isoformat(sep=" ", timespec="milliseconds")
        .removesuffix("+00:00")
    )
    by = f" by {_line_of(life.source)}" if life.source else ""
    leaves = [f"produced{by}  {when} UTC  {life.place}"]
    if life.own_id:
        leaves.append(f"its producer's id: {printable(life.own_id)}")
    if not life.tracks:
        leaves.append("no subscription matched it")
    within = None if width is None else width - len(_BESIDE)
    branches = [_wrapped(Text(leaf, style="dim"), within, 2) for leaf in leaves]
    for track in life.tracks:
        steps = [_line(step, life.produced_ms, most) for step in track.steps]
        branches.append([*_wrapped(_title(track), within, 2), *_steps(steps, within)])
    return Text("\n").join([*_wrapped(title, width, 2), *_branched(branches)])


def _line_of(said: str) -> str:
    """What somebody outside has chosen, on one line: it must not forge others."""
    return said.replace("\n", r"\n").replace("\r", r"\r")


def _steps(lines: Sequence[Text], width: int | None) -> list[Text]:
    within = None if width is None else width - len(_BESIDE)
    return _branched([_wrapped(line, within, _TIME) for line in lines])


def _wrapped(line: Text, width: int | None, indent: int) -> list[Text]:
    """A line as lines of a width, those after the first one set in."""
    if width is None or width <= 2 * indent or line.cell_len <= width:
        return [line]
    screen = Console(width=width)
    first, *others = line.wrap(screen, width)
    rest = Text(" ").join(others).wrap(screen, width - indent)
    return [first, *(Text.assemble(" " * indent, one) for one in rest)]


def _branched(branches: Sequence[Sequence[Text]]) -> list[Text]:
    """The lines of branches with what leads to them, the last one's bent."""
    lines: list[Text] = []
    for branch in branches:
        first, beside = ("└── ", _LAST) if branch is branches[-1] else ("├── ", _BESIDE)
        pieces = [piece for line in branch for piece in line.split("\n")]
        for guide, piece in zip([first, *[beside] * len(pieces)], pieces, strict=False):
            lines.append(Text.assemble(guide, piece))
    return lines


def _title(track: Track) -> Text:
    title = Text(f"{track.subscription}  ", style="bold")
    words = track.state.replace("_", " ")
    if track.state == "unseen":
        words = "matches it; no attempt is known"
    elif track.accepted_after_ms is not None and track.state == "accepted":
        words = f"accepted after {span(track.accepted_after_ms)}"
    tries = f", {track.attempts} attempt{'s' * (track.attempts != 1)}"
    if track.state == "unseen":
        tries = ""
    return title.append(words + tries, style=_STATES.get(track.state, ""))


def _line(step: Step, produced_ms: float, most: int) -> Text:
    line = Text(f"{'+' + span(step.at_ms - produced_ms):>11}  ", style="dim")
    match step.kind:
        case "attempt":
            again = f" of replay {step.replay}" if step.replay else ""
            line.append(f"attempt {step.number}{again}: ")
            style = _OUTCOMES.get(step.outcome, "yellow")
            line.append(step.outcome, style=style)
            line.append(f"{_answer(step, most)} in {span(step.took_ms)}")
        case "held":
            line.append(f"held: {excerpt(held(step.detail), most)}", style="yellow")
        case "dead_letter":
            line.append(f"dead letter: {brief(step.outcome)}", style="red")
        case "acked":
            line.append("acknowledged by its consumer", style="green")
        case kind:
            line.append(f"{kind} by hand", style="cyan")
    return line.append(_followed(step.route), style="dim")


def _answer(step: Step, most: int) -> str:
    detail = excerpt(step.detail, most)
    if not step.status:
        return f" ({detail})" if detail else ""
    said = detail.removeprefix(str(step.status)).strip()
    return f" {step.status}" + (f" ({said})" if said else "")


def excerpt(text: str, most: int) -> str:
    """The beginning of a long text; an ellipsis says that there is more."""
    text = _line_of(text)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _followed(route: str) -> str:
    goes_on = route.startswith(("retry", "held"))
    return f" → {followed(route)}" if goes_on else ""


def span(ms: float) -> str:
    """`0.8 ms`, `34 ms`, `1.25 s`, `3 min 20 s`, `5 h 3 min`."""
    if abs(ms) < 10:  # noqa: PLR2004 - a digit more for small ones
        return f"{ms:.1f} ms"
    if abs(ms) < 1_000:  # noqa: PLR2004 - one second
        return f"{ms:.0f} ms"
    seconds = round(ms / 1000)
    if seconds < 60:  # noqa: PLR2004 - one minute
        return f"{ms / 1000:.2f} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:  # noqa: PLR2004 - one hour
        return f"{minutes} min {seconds} s"
    return f"{minutes // 60} h {minutes % 60} min"
