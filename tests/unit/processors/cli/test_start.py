"""How soon `bus` answers: it imports what it shows, and no more."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from processors.cli.main import COMMANDS

ROOT = Path(__file__).parents[4]
DEAR = {
    "aiohttp",
    "asyncio",
    "confluent_kafka",
    "cryptography",
    "fastavro",
    "httpx",
    "jmespath",
    "opentelemetry",
    "orjson",
    "prometheus_client",
    "pydantic",
    "rich",
    "structlog",
    "uvloop",
    "yaml",
}
"""What takes its time to import, and nobody needs who asks for help."""

_WALK = """
from processors.cli.lazy import command_of
from processors.cli.main import COMMANDS

ask("--help")
for name in COMMANDS:
    ask(name, "--help")
    for inner in getattr(command_of("processors.cli", name), "commands", ()):
        ask(name, inner, "--help")
"""
_ASKED = """
import sys
from processors.cli import main

def ask(*words):
    sys.argv[1:] = words
    try:
        main()
    except SystemExit as end:
        assert not end.code, words

{}
print("IMPORTED", *sorted({{name.partition(".")[0] for name in sys.modules}}))
"""


def answered(code: str, **environment: str) -> tuple[str, set[str]]:
    """What `bus` prints when it is asked, and the packages imported by then."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", _ASKED.format(code)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    said, _, packages = done.stdout.rpartition("IMPORTED")
    return said, set(packages.split())


def test_help_of_every_command_imports_nothing_dear() -> None:
    """`--help` of all, one after the other, in one process."""
    said, packages = answered(_WALK)
    assert said.count("Usage: bus") > 2 * len(COMMANDS)
    assert not packages & DEAR


@pytest.mark.parametrize(
    ("words", "answer"),
    [("bus s", "schemas"), ("bus dlq l", "list"), ("bus dlq list --st", "--state")],
)
def test_completion_imports_nothing_dear(words: str, answer: str) -> None:
    """The shell asks at every press of the tab key."""
    said, packages = answered(
        "ask()",
        _BUS_COMPLETE="complete_bash",
        COMP_WORDS=words,
        COMP_CWORD=str(len(words.split()) - 1),
    )
    assert answer in said.split()
    assert not packages & DEAR


def test_a_question_imports_no_server_and_no_telemetry() -> None:
    """What commands ask Kafka with; those were half of all that they imported."""
    _, packages = answered(
        "import processors.cli.status_work, processors.wiring.control"
    )
    assert "confluent_kafka" in packages
    assert not packages & {"aiohttp", "opentelemetry", "prometheus_client", "structlog"}


def test_little_garbage_is_looked_for() -> None:
    """What a command imports stays until its end."""
    said, _ = answered("ask('--version'); import gc; print(gc.get_threshold()[0])")
    assert said.split()[-1] == "50000"


_MINDING = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
_STRUCK = "import os; os.kill(os.getpid(), 2)"
_THEN = "print(signal.getsignal(2).__module__ == 'processors.stopping')"


def ended(code: str) -> tuple[int, bytes, bytes]:
    """How the `bus` script ends, with other words in the place of its last ones."""
    script = (ROOT / "deploy" / "bus").read_text(encoding="utf-8")
    first, found, _ = script.partition("from processors.cli import main")
    assert found
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", f"{_MINDING}{first}{code}", "--version"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_ctrl_c_while_python_imports_says_nothing() -> None:
    """No traceback of modules that nobody has asked for."""
    assert ended(_STRUCK) == (-2, b"", b"")


def test_commands_mind_ctrl_c_themselves() -> None:
    """From `main` on, so that they can put away what they have begun."""
    run = (
        "from processors.cli import main\ntry:\n main()\nexcept SystemExit:\n " + _THEN
    )
    code, said, wrong = ended(run)
    assert (code, wrong) == (0, b"")
    assert said.endswith(b"True\n")


def cpu_s(*command: str) -> float:
    """The CPU that a command takes."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return used.ru_utime + used.ru_stime


@cache
def typers_s() -> float:
    """What Typer alone takes, at best."""
    return min(cpu_s("-c", "import typer") for _ in range(3))


@pytest.mark.parametrize(
    "words", [["--version"], ["--help"], *([name, "--help"] for name in COMMANDS)]
)
def test_an_answer_takes_little_more_than_typer(words: list[str]) -> None:
    """0.3 s of CPU at most where Typer alone takes 0.1; it was 18 times Typer's.

    What takes longer is asked again beside Typer: the machine may be slow just now.
    """
    ours, typer = cpu_s("-m", "processors.cli", *words), typers_s()
    for _ in range(2):
        if ours < 3 * typer:
            break
        typer = cpu_s("-c", "import typer")
        ours = min(ours, cpu_s("-m", "processors.cli", *words))
    assert ours < 3 * typer
