"""A Kafka that goes away in the middle of a command: one sentence, and what to do."""

from pathlib import Path

import pytest
import typer

from bus.errors import (
    BrokerUnavailableError,
    Heals,
    OrderbusError,
    PublishError,
    RegistryUnavailableError,
    TopicError,
)
from processors.cli.control import complain
from processors.cli.root import Root
from tests.unit.processors.cli.test_narrow import shown

PLACE = "127.0.0.1:1"
_WORK = """
import typer
from processors.cli.control import console
from processors.cli.waiting import asking_kafka
with asking_kafka():
    {print}
    typer.echo("two", err=True)
"""


def _timed_out() -> RegistryUnavailableError:
    """As our own registry says of its topic."""
    error = RegistryUnavailableError("topic _schemas cannot be read")
    error.__context__ = BrokerUnavailableError("_schemas cannot be read")
    return error


def said(
    error: OrderbusError, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> str:
    """What a command says of an error that ends it with 1."""
    root = Root({"bootstrap_servers": PLACE, "data_dir": tmp_path})
    ctx = typer.Context(typer.main.get_group(typer.Typer()), info_name="bus", obj=root)
    assert complain(ctx, error) == 1
    return capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [
        BrokerUnavailableError("bus.keys cannot be read"),
        PublishError("bus.audit", "timed out", heals=Heals.TIME),
        _timed_out(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_was_lost_and_what_to_do(
    error: OrderbusError, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which Kafka, what it gave no answer to, and when to come again; in one line."""
    line = said(error, tmp_path, capsys)
    assert line == (
        f"bus: Kafka at {PLACE} gives no answer any more ({error}); what was done"
        " stands, try again once it answers: bus status\n"
    )


@pytest.mark.parametrize(
    "error",
    [
        BrokerUnavailableError(f"no Kafka answers at {PLACE}; is it running?"),
        PublishError("bus.audit", "too large", heals=Heals.NOTHING),
        TopicError("there is no topic oms.x"),
    ],
    ids=str,
)
def test_other_errors_are_said_as_they_are(
    error: OrderbusError, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that names the place says what to do; the others are nobody's absence."""
    assert said(error, tmp_path, capsys) == f"bus: {error}\n"


@pytest.mark.parametrize(
    "word",
    [
        'typer.echo("one")',
        'console().print("one")',
        'console(stderr=True).print("one")',
    ],
)
def test_the_spinner_goes_before_the_first_word(word: str) -> None:
    """Wherever it is printed: it begins at the left edge, and stays the last said."""
    lines = shown(_WORK.format(print=word), "", 80)
    assert "\r" not in lines[-2].rsplit("one", 1)[-1]
    assert [line.rsplit("\r", 1)[-1] for line in lines[-2:]] == ["one", "two"]
    assert not any("Asking" in line for line in lines[-1:])


def test_a_pipe_hears_of_no_spinner() -> None:
    """Nor does what a command prints into it change."""
    assert shown(_WORK.format(print='typer.echo("one")'), "", None) == ["one"]


def test_a_warning_goes_above_a_bar() -> None:
    """It begins at the left edge; it ran into the bar, whose line then stayed."""
    code = """
from processors.cli.control import warn
from processors.cli.dlq_redrive import bar
with bar("delivering", None) as told:
    told(500)
    warn("not written down")
"""
    lines = shown(code, "", 80)
    assert "warning: not written down" in lines
    assert "delivering" not in lines[-1]
