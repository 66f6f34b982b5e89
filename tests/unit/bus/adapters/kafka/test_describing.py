"""Asking in a process of its own: whatever becomes of it, ours goes on."""

import json
from pathlib import Path

import pytest

from bus.adapters.kafka import Connection, Describing
from bus.delivery.membership import Assigned
from bus.errors import BrokerUnavailableError, ConfigurationError
from bus.record import TopicPartition

_SECRET = "only-over-standard-input"  # noqa: S105 - a test looks for it
_CONNECTION = Connection({"bootstrap.servers": "127.0.0.1:1", "sasl.password": _SECRET})


def _asked(program: Path, within_s: float = 30) -> Describing:
    return Describing(_CONNECTION, program=program, within_s=within_s)


@pytest.mark.parametrize(
    "ends", ["import os; os.abort()", "print('{')", "raise SystemExit(1)"]
)
async def test_an_end_without_an_answer_is_none(ends: str, tmp_path: Path) -> None:
    """Such as librdkafka's assertion, which ends a whole process."""
    program = tmp_path / "ends.py"
    program.write_text(ends)
    assert await _asked(program).ask(["g"]) == {}
    (none,) = (await _asked(program).count(["g"])).values()
    assert isinstance(none, BrokerUnavailableError)
    assert "group g: no answer" in str(none)


async def test_members_are_counted_or_it_is_said_why_not(tmp_path: Path) -> None:
    """A group that nobody has ever joined has none; one that is kept from us, why."""
    program = tmp_path / "answers.py"
    program.write_text(
        'print(\'{"members": {"a": {"m": {"holds": [], "target": null}}},'
        ' "errors": {"b": [69, "none"], "c": [30, "not you"]}}\')'
    )
    found = dict(await _asked(program).count(["a", "b", "c"]))
    refused = found.pop("c")
    assert found == {"a": 1, "b": 0}
    assert isinstance(refused, ConfigurationError)
    assert "not you" in str(refused)


async def test_one_that_hangs_is_ended(tmp_path: Path) -> None:
    """At its deadline."""
    program = tmp_path / "hangs.py"
    program.write_text("import signal; signal.pause()")
    assert await _asked(program, within_s=0.2).ask(["g"]) == {}


async def test_secrets_go_over_standard_input_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arguments and environments of processes are there for others to read."""
    monkeypatch.setenv("ORDERBUS_ENCRYPTION_KEY", "nobody-needs-it-there")
    program, seen = tmp_path / "shows.py", tmp_path / "seen.json"
    program.write_text(
        "import json, os, sys\n"
        "told = [sys.orig_argv, dict(os.environ), json.load(sys.stdin)]\n"
        f"open({str(seen)!r}, 'w').write(json.dumps(told))\n"
        "held = [['oms.order', 1]]\n"
        "members = {'g': {'m': {'holds': held, 'target': None}}}\n"
        "print(json.dumps({'members': members, 'errors': {}}))\n"
    )
    answer = await _asked(program).ask(["g"])
    assert answer == {
        "g": {"m": Assigned(frozenset({TopicPartition("oms.order", 1)}), None)}
    }
    arguments, environment, question = json.loads(seen.read_text())
    assert question["settings"]["sasl.password"] == _SECRET
    assert question["groups"] == ["g"]
    assert _SECRET not in json.dumps([arguments, environment])
    assert "ORDERBUS_ENCRYPTION_KEY" not in environment
