"""Nothing from outside acts on a terminal, whichever view shows it."""

import io
import json
import re
from collections.abc import Callable

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.text import Text
from typer.testing import CliRunner

from bus.delivery.delivery import Attempt, Origin
from bus.delivery.presence import Presence
from bus.delivery.quarantine import read_quarantined
from bus.errors import TopicError
from bus.record import Record
from bus.topics.topic import Cluster, TopicState
from processors.cli import (
    control,
    dlq_view,
    quarantine_view,
    subscription_view,
    topics_view,
)
from processors.cli.status_view import Screenful
from processors.redrive import item_rows, letter_rows
from processors.redrive.letters import Letter
from processors.redrive.quarantine import Item
from processors.redrive.rendering import render
from processors.redrive.timeline import timeline
from processors.screen.console import Screen
from processors.screen.plain import plain, plain_json, plain_lines
from processors.status.counting import Count
from processors.status.lagging import Backlog, Group
from processors.status.plain import plain_report
from processors.status.question import Unknown
from processors.status.report import Report, Subscriber, nothing_known
from processors.telemetry.observer import Telemetry, TelemetryConfig
from tests.support.reports import ATTEMPT, StillClock

ACTING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
hostile = st.text(
    st.sampled_from("\x1b\x9b\x07\x08\r\x7f\x85\u202e\u2066\u2028[]31mA;é漢\n\t\0")
    | st.characters(),
    max_size=30,
)
View = Callable[[str], None]
# A whole command a text: on a busy machine that takes what it takes.
unhurried = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)


def _letter(text: str) -> None:
    headers = ((text, text.encode(errors="replace")),)
    record = Record(
        "bus.dlq.acme", 0, 1, 1_000, text.encode(errors="replace"), b"", headers
    )
    letter = Letter(text, record, None, None, problem=text)
    dlq_view.print_rows([letter_rows.letter_row(letter)], more=True)
    control.console().print(str(letter_rows.letter_whole(letter, None, [])))
    control.print_json(letter_rows.letter_whole(letter, None, []))


def _trace(text: str) -> None:
    attempt: Attempt = ATTEMPT._replace(
        event_id=text,
        event_type=text,
        order_id=text,
        detail=text,
        outcome="failed",
        origin=Origin(text, 0, 0, 0),
        subscription=text,
    )
    life = timeline([attempt], [])
    assert life is not None
    control.console().print(render(life))


def _subscriptions(text: str) -> None:
    row: dict[str, object] = {
        "id": text,
        "state": text,
        "types": [text],
        "endpoint": text,
    }
    subscription_view.print_list([row])
    subscription_view.print_fields(row)


def _topics(text: str) -> None:
    topic = TopicState(text, 1, 1, {})
    topics_view.print_topics([topic], {})


def _said(text: str) -> None:
    control.warn(text)
    control.console().print(f"about {text}")
    control.console().print(Text(text, style="red"))
    control.print_json({text: [text]})


def _complaint(text: str) -> None:
    command = typer.main.get_command(typer.Typer(callback=lambda: None))
    with typer.Context(command, info_name="bus") as ctx:
        control.complain(ctx, TopicError(text))  # type: ignore[arg-type]


def _quarantine(text: str) -> None:
    raw = text.encode(errors="replace")
    headers = ((text, raw), ("bus-quarantine-reason", raw))
    record = Record("bus.quarantine", 0, 1, 1_000, raw, raw, headers)
    said = read_quarantined(record)
    item = Item(record, said.source, said.place or "x/0/1", said.why, said.at_ms)
    quarantine_view.print_items([item_rows.item_row(item)], more=False)
    quarantine_view.print_whole(item_rows.item_whole(item, text))
    control.print_json(item_rows.item_whole(item, text))


def _status(text: str) -> None:
    presence = Presence(
        host=text,
        pid=1,
        programs=(text,),
        started_ms=0,
        pages=text,
        not_ready={text: text},
        breakers={text: text},
    )
    one = Subscriber(
        id=text,
        state=text,
        breaker=text,
        pending={text: Backlog(3, 1)},
        dead=Count(2, exact=False),
    )
    group = Group(text, 1, {text: Backlog(2)})
    known = Report(
        at_ms=1,
        cluster=Cluster((1,), (2,), 3, 4),
        registry=text,
        processes=[presence],
        groups={text: group, "other": Unknown(text)},
        subscriptions=[one],
        quarantine=Count(1),
    )
    for report in (known, nothing_known(1, text)):
        control.console().print(Screenful(report))
        control.print_json(plain_report(report))


VIEWS: dict[str, View] = {
    "status": _status,
    "quarantine": _quarantine,
    "dead letters": _letter,
    "trace": _trace,
    "subscriptions": _subscriptions,
    "topics": _topics,
    "sentences": _said,
    "errors": _complaint,
}


def printed(view: View, text: str) -> str:
    """What a command prints, on both streams."""
    app = typer.Typer()

    @app.command()
    def show() -> None:
        view(text)

    done = CliRunner().invoke(app, [])
    if done.exception is not None:
        raise done.exception
    return done.output


@pytest.mark.parametrize("name", VIEWS)
@unhurried
@given(text=hostile)
def test_no_view_lets_anything_act(name: str, text: str) -> None:
    """Whatever stands in ids, orders, answers or headers: no control character.

    A tab is ours, between columns.
    """
    shown = printed(VIEWS[name], text).replace("\t", "")
    assert not ACTING.search(shown), ascii(shown)


@unhurried
@given(text=hostile)
def test_no_log_line_does(text: str) -> None:
    """Neither in the form for terminals nor in JSON, in values of any kind."""
    for style in ("console", "json"):
        out = io.BytesIO()
        config = TelemetryConfig(program="all", log_format=style)  # type: ignore[arg-type]
        telemetry = Telemetry(StillClock(), config, out=out)
        safe = text.encode(errors="replace").decode()
        telemetry.note("kafka", why=safe, topics=[safe], broker={"of": safe})
        lines = out.getvalue().decode()
        assert lines.count("\n") == 1
        assert not ACTING.search(lines), ascii(lines)


@unhurried
@given(text=hostile)
def test_nothing_is_left_out(text: str) -> None:
    """Letters stay, and JSON says the very same."""
    assert plain(text) == plain(plain(text).replace("\n", ""))
    assert plain_lines(text).count("\n") == text.count("\n")
    document = json.dumps({"a": text}, ensure_ascii=False, indent=1)
    assert json.loads(plain_json(document)) == {"a": text}


def test_a_screen_is_the_last_defence() -> None:
    """What nobody made harmless is, where it is printed."""
    out = io.StringIO()
    Screen(file=out, force_terminal=True, soft_wrap=True).print(Text("a\x1b[2Jb"))
    assert out.getvalue() == "a\\x1b[2Jb\n"
