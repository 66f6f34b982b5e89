"""`bus subscriptions` says what is wrong, with the right exit code."""

from pathlib import Path

import pytest

from bus.adapters.memory.broker import Fault
from tests.support.subscriptions_command import ADD, bus, good
from tests.support.worlds import Worlds


@pytest.mark.parametrize(
    ("args", "code", "why"),
    [
        (("show", "nobody"), 1, "no subscription nobody"),
        (("show", "acne"), 1, "no subscription acne; did you mean acme?"),
        (("remove", "acne", "--yes"), 1, "did you mean acme?"),
        (("pause", "nobody"), 1, "no subscription nobody"),
        (("remove", "nobody", "--yes"), 1, "no subscription nobody"),
        (("test", "nobody"), 1, "no subscription nobody"),
        (("update", "acme"), 2, "nothing to change"),
        (("update", "acme", "--filter", "["), 2, "filter: "),
        (("update", "acme", "-H", "X"), 2, "expected 'Name: value'"),
        (("update", "acme", "-H", "X: @gone"), 2, "--header X: gone: No such file"),
        (("update", "acme", "--transient-statuses", "x"), 2, "expected numbers"),
        (("update", "acme", "--timeout", "soon"), 2, "timeout: 'soon'"),
        (("update", "acme", "--rate", "-1"), 2, "rate: "),
        (("add", "acme", "https://a.example", "-t", "*"), 2, "exists already"),
        (("add", "Acme", "https://a.example", "-t", "*"), 2, "ID: expected 2 to 63"),
        (("add", "beta", "https:///x", "-t", "*"), 2, "URL: expected an absolute"),
        (("add", "beta", "https://10.0.0.1", "-t", "*"), 2, "URL: 10.0.0.1 is not"),
        (("add", "beta", "https://a.example"), 2, "--type: is required"),
        (("add", "beta", "https://a.example", "--secret-file", "gone"), 2, "gone: No"),
        (("remove", "acme"), 2, "Say --yes"),
        (("test", "acme", "-t", "order.nope"), 2, "no sample of order.nope"),
        (("apply", "-f", "gone.yaml"), 2, "gone.yaml: No such file"),
        (("rotate-secret", "acme", "--secret-file", "."), 2, ".: Is a directory"),
        (("nonsense",), 2, "No such command"),
        (("add", "beta", "https://a.example", "--ordering", "x"), 2, "Invalid value"),
    ],
)
def test_what_is_wrong_is_one_clear_line(
    worlds: Worlds, args: tuple[str, ...], code: int, why: str
) -> None:
    """Exit code 2 for refused input, 1 for what is not there; stdout stays empty."""
    good(worlds, *ADD)
    result = bus(worlds, *args)
    assert result.exit_code == code
    assert why in result.stderr
    assert result.stdout == ""


def test_all_problems_are_shown_together(worlds: Worlds) -> None:
    """One a line, each with its field."""
    result = bus(worlds, "add", "x", "ftp://x", "-t", "Order*", "--timeout", "soon")
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert lines[0].endswith("add:")
    assert [line.split(":")[0].strip() for line in lines[1:]] == [
        "--timeout",
        "ID",
        "URL",
        "--type",
    ]


def test_a_warning_does_not_stop_it(worlds: Worlds) -> None:
    """It goes to stderr, the result to stdout."""
    result = bus(worlds, "add", "acme", "https://a.example", "-t", "oder.*")
    assert result.exit_code == 0
    assert "warning: types: no event type matches oder.*; see bus" in result.stderr
    result = bus(worlds, "update", "acme", "-t", "order.creatd")
    assert "order.creatd; did you mean order.created?" in result.stderr


def test_a_broker_that_refuses_is_a_failure(worlds: Worlds) -> None:
    """Exit code 1."""
    good(worlds, *ADD)
    worlds.broker.faults = lambda _: Fault.REFUSE
    result = bus(worlds, "pause", "acme")
    assert result.exit_code == 1
    assert "refused" in result.stderr


def test_ctrl_c_is_no_error(worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 130, without a traceback."""

    async def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("processors.cli.control._loaded", interrupted)
    assert bus(worlds, "list").exit_code == 130


def test_a_file_that_is_no_text_is_said(worlds: Worlds, tmp_path: Path) -> None:
    """Binary input is one clear line."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    result = bus(worlds, "apply", "-f", str(tmp_path / "binary"))
    assert result.exit_code == 2
    assert "is not text" in result.stderr


def test_a_broker_that_is_silent_is_not_waited_for(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command ends with a clear line."""
    monkeypatch.setattr("processors.following.IDLE_S", 0.01)
    monkeypatch.setattr(worlds.broker, "until_up", worlds.broker.until_grown)
    result = bus(worlds, "list")
    assert result.exit_code == 1
    assert "bus.subscriptions cannot be read" in result.stderr
