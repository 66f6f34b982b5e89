"""How `bus listen` shows people what it heard: a line a webhook, more where it helps.

Everything shown is from outside: it passes `plain`, and is cut where it is too long.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from textwrap import wrap

from rich.text import Text

from processors.cli.control import console
from processors.listening.heard import CREDENTIALS, Heard, Passed
from processors.listening.replaying import Replayed
from processors.listening.tally import Tally
from processors.screen.plain import plain, plain_lines

_WIDE = 117  # with the webhook's id
_INDENT = " " * 10
_LONGEST = 60
_MOST_BODY_LINES = 100
_LONGEST_LINE = 2_000
_PROSE = ("red", "dim")
_ACCEPTED = range(200, 300)
_REFUSALS = {
    0: "waited for in vain: too many connections, the most silent is hung up on",
    400: "answered 400: no HTTP request",
    405: "answered 405: no POST",
    413: "answered 413: the body is larger than 16 MiB",
    429: "answered 429: too many at once on one connection",
    431: "answered 431: the headers are larger than 64 KiB",
}


class People:
    """Lines of text on standard output."""

    def __init__(self, *, body: bool = False, headers: bool = False) -> None:
        self._out = console()
        self._body = body
        self._headers = headers
        self._wide = not self._out.is_terminal or self._out.width >= _WIDE

    def started(self, url: str, secrets: int, doing: str) -> None:
        """Say where it listens and what it does."""
        any_path = ", on any path" if url.startswith("http") else ""
        self._out.print(f"Listening on {plain(url)}{any_path}. {_sentence(doing)}.")
        if secrets:
            which = "the secret" if secrets == 1 else f"{secrets} secrets"
            self._out.print(f"Signatures are verified with {which}. Ctrl-C ends it.")
        else:
            self._out.print(
                "Signatures are not verified: give the secret as WEBHOOK_SECRET or with"
                " --secret-file. Ctrl-C ends it."
            )
        title = _columns("TIME", "TYPE", "ORDER", "TRY", "SIGNED", "AGE")
        title += "  ANSWER"
        self._out.print(Text(f"{title}  ID" if self._wide else title, style="bold"))

    def heard(self, heard: Heard) -> None:
        """Show a webhook."""
        self._out.print(self._line(heard))
        for text, style in self._below(heard):
            for line in self._wrapped(text) if style in _PROSE else [text]:
                self._out.print(Text(f"{_INDENT}{line}", style=style))

    def _wrapped(self, text: str) -> list[str]:
        """Sentences, as wide as a terminal is."""
        if not self._out.is_terminal:
            return [text]
        return wrap(text, max(self._out.width - len(_INDENT), 20))

    def refused(self, status: int) -> None:
        """Say that something else came."""
        why = _REFUSALS.get(status, f"answered {status}")
        self._out.print(Text(f"{_INDENT}a request was {why}", style="yellow"))

    def greeted(self, origin: str) -> None:
        """Say who asked whether events are wanted."""
        said = f"{plain(origin)} asked whether its events are wanted (OPTIONS): yes"
        self._out.print(Text(f"{_INDENT}{said}", style="green"))

    def away(self, why: str) -> None:
        """Say that no gateway is there to be dialled."""
        said = f"no gateway is there; dialling again until it is ({plain(why)})"
        self._out.print(Text(said, style="yellow"))

    def ended(self, tally: Tally, kept: int | None, lost: int) -> None:
        """Sum up."""
        said = f"{tally.webhooks} webhook{'' if tally.webhooks == 1 else 's'}"
        if tally.verified or tally.unverified:
            said += f": {tally.verified} verified, {tally.unverified} not"
        if tally.answers:
            said += f"; answered {_counted(tally.answers)}"
        if tally.refused:
            others = tally.refused.total()
            said += f"; {others} other request{'' if others == 1 else 's'}"
        if kept is not None:
            said += f"; {kept} kept"
        if lost:
            said += f", {lost} not for want of room"
        self._out.print(f"{said}.")

    def replayed(self, replayed: Replayed) -> None:
        """Show a replay."""
        who = f"{_cut(replayed.type):20}  {_cut(replayed.order_id):15}"
        style = "" if replayed.accepted else "red"
        came = _came_of(replayed.passed)
        line = Text(f"{who}  {came}", style=style)
        self._out.print(
            line.append(f"  {_cut(replayed.kept.id)}" if self._wide else "")
        )

    def replays_ended(self, good: int, total: int, *, signed: bool) -> None:
        """Sum up, and say what may help."""
        self._out.print(f"{good} of {total} were answered 2xx.")
        if good < total and not signed:
            self._out.print(
                "They were sent as they came. If your receiver verifies them, their"
                " timestamps are too old: give --secret-file, to sign them anew."
            )

    def _line(self, heard: Heard) -> Text:
        time = datetime.fromtimestamp(heard.at_s, UTC).astimezone()
        signed, style = _signed(heard)
        named = heard.type or f"{heard.method} {heard.target}"
        shown = _columns(
            f"{time:%H:%M:%S}",
            _cut(named),
            _cut(heard.order_id),
            str(heard.attempt) if heard.id else "",
            signed,
            "" if heard.age_ms is None else _age(heard.age_ms),
        )
        before, _, after = shown.partition(f"  {signed:8}  ")
        line = Text(f"{before}  ").append(f"{signed:8}", style=style)
        line.append(f"  {after}  ")
        good = heard.status in _ACCEPTED
        line.append(f"{heard.answer:6}", style="green" if good else "yellow")
        return line.append(f"  {_cut(heard.id)}" if self._wide else "")

    def _below(self, heard: Heard) -> Iterator[tuple[str, str]]:
        if heard.verdict is not None and not heard.verdict.good:
            yield f"not verified: {plain(heard.verdict.why)}", "red"
        if heard.is_test:
            yield "a test (x-orderbus-test): nothing has happened", "dim"
        if heard.after_s is not None:
            yield _again(heard, heard.after_s)
        for change in heard.changes:
            yield f"  {plain(change)}", "yellow"
        if heard.passed is not None:
            yield f"{plain(heard.passed.url)}: {_came_of(heard.passed)}", "dim"
        if self._headers:
            yield from ((line, "cyan") for line in shown_headers(heard))
        if self._body:
            yield from ((line, "") for line in _shown_body(heard.body))


def _again(heard: Heard, after_s: float) -> tuple[str, str]:
    since = f"{_age(after_s * 1000)} after try {heard.attempt - 1}"
    if heard.changes:
        return f"{since}, and not the same:", "yellow"
    return f"{since}, the same but for timestamp and signature", "dim"


def shown_headers(heard: Heard) -> Iterator[str]:
    """The headers of a request, credentials left out."""
    for name, value in visible_headers(heard).items():
        yield f"{plain(name)}: {plain(value)[:_LONGEST_LINE]}"


def visible_headers(heard: Heard) -> dict[str, str]:
    """The headers of a request as text; of those with credentials the name alone."""
    return {
        name.decode("latin-1"): "…"
        if name in CREDENTIALS
        else value.decode(errors="backslashreplace")
        for name, value in heard.headers.items()
    }


def _shown_body(body: bytes) -> Iterator[str]:
    lines = _readable(body).splitlines() or ["(no body)"]
    for line in lines[:_MOST_BODY_LINES]:
        yield plain(line[:_LONGEST_LINE])
    if len(lines) > _MOST_BODY_LINES:
        yield f"… {len(lines) - _MOST_BODY_LINES} more lines"


def _readable(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return plain_lines(body.decode(errors="backslashreplace"))


def _signed(heard: Heard) -> tuple[str, str]:
    if heard.verdict is None:
        return "-", "dim"
    return ("verified", "green") if heard.verdict.good else ("NO", "bold red")


def _columns(*cells: str) -> str:
    time, kind, order, attempt, signed, age = cells
    return f"{time:8}  {kind:20}  {order:15}  {attempt:>3}  {signed:8}  {age:>7}"


def _came_of(passed: Passed) -> str:
    took = f"in {_age(passed.took_ms)}"
    if passed.status is None:
        return f"no answer, {plain(passed.why)}, {took}"
    return f"answered {passed.status} {took}"


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts.most_common())


def _age(milliseconds: float) -> str:
    """A time as people say it: 4 ms, 1.2 s, 5 min, 3 h, 26 d."""
    size = abs(milliseconds)
    for least, unit, digits in (
        (86_400_000 * 2, "d", 0),
        (3_600_000 * 2, "h", 0),
        (60_000 * 2, "min", 0),
        (1_000, "s", 1),
    ):
        if size >= least:
            each = {"d": 86_400_000, "h": 3_600_000, "min": 60_000, "s": 1_000}[unit]
            return f"{milliseconds / each:.{digits}f} {unit}"
    return f"{milliseconds:.0f} ms"


def _cut(text: str) -> str:
    shown = plain(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def _sentence(text: str) -> str:
    return plain(text[:1].upper() + text[1:])
