"""What is written down comes back as it was, whatever else lies there."""

import json

import pytest

from bus.watch.alerts import Alert, Phase
from bus.watch.muting import Silence
from bus.watch.stored import (
    alert_json,
    read_alert,
    read_plain,
    read_silence,
    silence_json,
)
from bus.watch.verdicts import Kind, Severity, Subject, Whose

ALERT = Alert(
    rule="lag",
    subject=Subject(Kind.SOURCE, "oms.order"),
    severity=Severity.PAGE,
    phase=Phase.FIRING,
    began=1.5,
    seen=2.5,
    fired=2.0,
    evidence="40 records wait",
    why="3 records wait",
    whose=Whose("acme", hears=True),
    told=frozenset({"bus", "apprise"}),
)
SILENCE = Silence(id="s1", rule="lag", since=1.0, until=2.0, why="moving", by="ann")


def test_what_was_stored_is_read_again() -> None:
    """Each field of it."""
    text = json.dumps(alert_json(ALERT)).encode()
    assert read_alert(read_plain(text)) == ALERT
    text = json.dumps(silence_json(SILENCE)).encode()
    assert read_silence(read_plain(text)) == SILENCE


@pytest.mark.parametrize(
    "value", [None, b"", b"{", b"[]", b"7", b"\xff", b"[" * 100_000]
)
def test_what_is_no_object_is_empty(value: bytes | None) -> None:
    """Nothing in a topic ends who reads it."""
    assert read_plain(value) == {}


@pytest.mark.parametrize(
    "wrong",
    [{"phase": "gone"}, {"began": "1"}, {"seen": True}, {"name": 7}, {"told": [1]}],
)
def test_what_is_no_alert_is_none(wrong: dict[str, object]) -> None:
    """Neither with a field missing."""
    assert read_alert({**alert_json(ALERT), **wrong}) is None
    assert read_alert({}) is None
    assert read_silence({**silence_json(SILENCE), "until": None}) is None
