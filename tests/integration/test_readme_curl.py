"""What README.md does with curl alone, typed into a shell block by block."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from processors.settings import Settings
from tests.support.bus import ROOT, wait_until
from tests.support.terminals import Typed, terminals

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = TEXT.partition("## Try it with curl\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"^```(?:sh)?\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)
DATA = "~/.local/share/orderbus"
PORTS = ("8470", "8471")


def is_answer(block: str) -> bool:
    """Whether a block is what comes back, not what is typed."""
    return block.startswith("{") or "├──" in block


LINES = [block for block in BLOCKS if not is_answer(block)]


def shape(answer: str) -> str:
    """What stays of an answer from one run to the next: its words, no figures."""
    quoted = re.sub(r'"(id|secret)":"[^"]*"', r'"\1":""', answer)
    known = re.sub(r"\b[0-9a-f]{32}\b|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+", "#", quoted)
    figures = re.sub(r"[+ ]*\b\d+(\.\d+)? (ms|s)\b", " # ms", known)
    return re.sub(r"oms\.order/\d+/\d+|\"(partition|offset)\":\d+", "#", figures)


def holds(shown: str, answer: str) -> bool:
    """Whether an answer is as it is shown, whatever `…` leaves out."""
    pieces = (re.escape(piece) for piece in shape(shown).strip().split("…"))
    return re.fullmatch(".*".join(pieces), shape(answer).strip(), re.DOTALL) is not None


def answer_to(block: str) -> str | None:
    """The answer that is shown below a block, if one is."""
    after = BLOCKS[BLOCKS.index(block) + 1 :]
    return after[0] if after and is_answer(after[0]) else None


def test_an_answer_is_held_to_what_is_shown() -> None:
    """Figures may differ and what is left out may be anything, words may not."""
    shown = '{"data":[{"id":"a","state":"pending",…}],"next":null}'
    assert holds(shown, '{"data":[{"id":"b","state":"pending","x":1}],"next":null}\n')
    assert not holds(shown, '{"data":[{"id":"b","state":"gone","x":1}],"next":null}')
    tree = "SO-1  5 ms\n└── +7.4 ms  attempt 1: failed 503 in 0.6 ms"
    assert holds(tree, "SO-1  12 s\n└── +1 ms  attempt 1: failed 503 in 9 ms")
    assert not holds(tree, "SO-1  12 s\n└── +1 ms  attempt 1: accepted 200 in 9 ms")


def test_every_line_is_one_that_any_shell_takes() -> None:
    """After `bus dev` they are curl and what it is given, in sh and in bash."""
    assert "bus dev" in LINES[0]
    assert len(LINES) >= 8
    for block in LINES[1:]:
        starts = re.findall(r"^(?! )(\w+)", block, re.MULTILINE)
        assert set(starts) <= {"curl", "API", "OPERATOR", "PARTNER"}, block
        for shell in ("sh", "bash"):
            subprocess.run([shell, "-n"], input=block, text=True, check=True)  # noqa: S603


@pytest.mark.kafka
@pytest.mark.timeout(300)
async def test_a_newcomer_with_curl_alone(tmp_path: Path) -> None:
    """From a key to a replay: each line as it stands, each answer as it is shown."""
    async with terminals(tmp_path, environment(tmp_path)) as opened:
        told = await opened.keep(LINES[0], "Ctrl-C stops it")
        said = told.read_text(encoding="utf-8")
        at = r"^(?:HTTP API|Receiver) +http://\S+:(\d+)"
        ports = dict(zip(PORTS, re.findall(at, said, re.MULTILINE), strict=True))

        def here(text: str) -> str:
            return re.sub("|".join(PORTS), lambda m: ports[m[0]], text)

        shell = await opened.typed()
        for block in LINES[1:]:
            await does(shell, here(block), here(answer_to(block) or "…"))


def environment(folder: Path) -> dict[str, str]:
    """A home that is empty, but for the Kafka that was downloaded to the real one."""
    assert str(Settings.model_fields["data_dir"].default) == DATA
    cache = Path(os.environ.get("ORDERBUS_CACHE_DIR", "~/.cache/orderbus"))
    return {
        "HOME": str(folder),
        "ORDERBUS_DATA_DIR": DATA,
        "ORDERBUS_CACHE_DIR": str(cache.expanduser()),
    }


async def does(shell: Typed, text: str, shown: str) -> None:
    """Type a block; one that only asks is asked again until it is answered so."""
    asks = not re.search(" -d | -X |^[A-Z]", text, re.MULTILINE)
    answers: list[str] = []

    async def as_shown() -> bool:
        if asks or not answers:
            answers.append(await shell(text))
        assert asks or "/docs#problem" not in answers[-1], answers[-1]
        return holds(shown, answers[-1])

    try:
        await wait_until(as_shown, 30, f"{text}\n{shown}")
    except AssertionError as error:
        error.add_note(f"the last of {len(answers)} answers: {answers[-1]}")
        raise
