"""What `bus listen` prints of webhooks, to people and to scripts."""

import json
import re
from collections.abc import Callable

import pytest

from bus.webhook.verdict import GOOD, Verdict
from processors.cli.listen_lines import Lines
from processors.cli.listen_view import People
from processors.listening.heard import Passed
from processors.listening.tally import Tally
from tests.support.heard import BODY, heard

Printed = Callable[[], str]
ACTING = "\x1b]0;gone\x07\x1b[2J\u202e\r\n"


@pytest.fixture
def printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Printed:
    """What was printed since it was asked last."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    return lambda: capsys.readouterr().out


def test_a_line_a_webhook(printed: Printed) -> None:
    """Type, order, attempt, verdict, age, answer."""
    People().heard(heard(verdict=GOOD))
    (line,) = printed().splitlines()
    assert line.split()[1:] == [
        *("order.created", "SO-1", "1", "verified", "4", "ms", "200", "e-1")
    ]


def test_columns_fit_80(printed: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, with our own types and order ids; the id where it is wider."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "xterm")
    usual = heard(type="order.status_changed", order_id="SO-261123-1B28A", verdict=GOOD)
    for width, shows_id in ((80, False), (120, True)):
        monkeypatch.setenv("COLUMNS", str(width))
        People().heard(usual)
        (line,) = re.sub(r"\x1b\[[0-9;]*m", "", printed()).splitlines()
        assert len(line.rstrip()) <= width
        assert ("e-1" in line) == shows_id


def test_a_test_is_no_order(printed: Printed) -> None:
    """Nobody takes it for something that has happened."""
    People().heard(heard(headers={b"x-orderbus-test": b"true"}))
    assert printed().splitlines()[1].strip().startswith("a test")
    for headers, test in (({b"x-orderbus-test": b"true"}, True), ({}, False)):
        Lines().heard(heard(headers=headers))
        assert json.loads(printed())["test"] is test


def test_why_it_is_not_verified(printed: Printed) -> None:
    """Below, in a sentence."""
    People().heard(heard(verdict=Verdict(good=False, why="the header was cut")))
    line, why = printed().splitlines()
    assert " NO " in line
    assert why.strip() == "not verified: the header was cut"


def test_a_retry(printed: Printed) -> None:
    """How long after, and in what it is not the same."""
    view = People()
    view.heard(heard(attempt=2, after_s=1.25))
    assert "1.2 s after try 1, the same but for timestamp" in printed()
    view.heard(heard(attempt=2, after_s=1.25, changes=("body.a: 1 → 2",)))
    assert (
        "1.2 s after try 1, and not the same:\n            body.a: 1 → 2" in printed()
    )


def test_passed_on(printed: Printed) -> None:
    """Where, and what came of it."""
    passed = Passed(url="http://x/", status=None, why="timeout", took_ms=30_000)
    People().heard(heard(passed=passed))
    assert "http://x/: no answer, timeout, in 30.0 s" in printed()


def test_bodies_and_headers_on_request(printed: Printed) -> None:
    """Indented; credentials are never shown."""
    headers = {b"authorization": b"Bearer s3cret", b"x": b"1"}
    People(body=True, headers=True).heard(heard(headers=headers))
    text = printed()
    assert '            "sequence": 3' in text
    assert "authorization: …" in text
    assert "s3cret" not in text
    People(body=True).heard(heard(body=b"\n" * 300))
    assert "… 200 more lines" in printed()


@pytest.mark.parametrize("json_", [False, True])
def test_nothing_acts_on_a_terminal(printed: Printed, *, json_: bool) -> None:
    """Whatever a sender says, wherever it says it."""
    evil = heard(
        type=ACTING,
        order_id=ACTING,
        id=ACTING,
        target=ACTING,
        answer=ACTING,
        attempt=2,
        after_s=1.0,
        headers={b"x": ACTING.encode(), b"\x1b[2J": b"\xff\x9b"},
        body=b'"' + ACTING.encode() + b'\x9b"',
        verdict=Verdict(good=False, why=ACTING),
        changes=(ACTING,),
        passed=Passed(url=ACTING, status=None, why=ACTING, took_ms=1),
    )
    view = Lines(body=True) if json_ else People(body=True, headers=True)
    view.heard(evil)
    text = printed()
    acting = {c for c in text if not c.isprintable() and c != "\n"}
    assert acting == set()
    if json_:
        assert text.count("\n") == 1
        assert json.loads(text)["type"] == ACTING


def test_long_names_are_cut(printed: Printed) -> None:
    """A line stays a line."""
    People().heard(heard(type="x" * 10_000, order_id="y" * 10_000))
    assert len(printed()) < 400


@pytest.mark.parametrize(
    ("age_ms", "shown"),
    [
        (-3.2, "-3 ms"),
        (999, "999 ms"),
        (1_234, "1.2 s"),
        (300_000, "5 min"),
        (9_000_000, "2 h"),
        (9e8, "10 d"),
    ],
)
def test_ages(printed: Printed, age_ms: float, shown: str) -> None:
    """As people say them."""
    People().heard(heard(age_ms=age_ms))
    assert f" {shown} " in printed()


def test_json_lines(printed: Printed) -> None:
    """One object a webhook; the body on request."""
    Lines(body=True).heard(heard(verdict=GOOD, headers={b"authorization": b"s3cret"}))
    told = json.loads(printed())
    assert told["at"] == "2026-11-23T12:00:01.500000+00:00"
    assert (told["verified"], told["why"], told["status"]) == (True, None, 200)
    assert told["body"] == BODY.decode()
    assert told["headers"] == {"authorization": "…"}
    Lines().heard(heard())
    assert "body" not in json.loads(printed())


def test_summed_up(printed: Printed) -> None:
    """How many, verified or not, and what they were answered."""
    enough: list[bool] = []
    tally = Tally(2, lambda: enough.append(True))
    tally.count(heard(verdict=GOOD))
    assert not enough
    tally.count(heard(verdict=Verdict(good=False, why="x"), answer="401", status=401))
    tally.refuse(405)
    assert enough
    People().ended(tally, 2, 1)
    assert printed() == (
        "2 webhooks: 1 verified, 1 not; answered 200 (1), 401 (1); 1 other request; "
        "2 kept, 1 not for want of room.\n"
    )
    Lines().ended(tally, None, 0)
    assert json.loads(printed())["answers"] == {"200": 1, "401": 1}


def test_answers_are_counted_in_bounds() -> None:
    """Whoever we pass on to may answer anything."""
    tally = Tally(None, lambda: None)
    for number in range(200):
        tally.count(heard(answer=str(number)))
    assert len(tally.answers) <= 51
    assert tally.answers.total() == 200
