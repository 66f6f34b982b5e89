"""What a start says of how far it is."""

import io

from rich.console import Console

from processors.cli.progress import Drawn


def test_others_lines_are_not_run_into() -> None:
    """From the step on at which others write, a step is a line and nothing is drawn."""
    out = io.StringIO()
    with Drawn(Console(file=out, force_terminal=True), until="Workers") as progress:
        progress.step("Kafka")
        progress.step("Workers")
        out.write("a worker's line\n")
        said = out.getvalue()
    assert said.endswith("Workers …\na worker's line\n")
    assert out.getvalue() == said


def test_without_a_terminal_a_step_is_a_line() -> None:
    """A log or a pipe gets nothing that moves."""
    out = io.StringIO()
    with Drawn(Console(file=out)) as progress:
        progress.step("Kafka")
        progress.step("Workers")
    assert out.getvalue() == "Kafka …\nWorkers …\n"
