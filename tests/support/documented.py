"""Every shell command that the documents show, as it stands there."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"^ *```(?:sh|bash|shell|console)?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL
)
_ANY_BLOCK = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`]+)`")
_PROGRAMS = ("bus", "make", "curl", "python", "docker", "openssl", "pip", "export")


class Shown(NamedTuple):
    """A command, and the page that shows it."""

    page: str
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """As one line."""
        return " ".join(shlex.quote(w) if " " in w or not w else w for w in self.words)


def pages() -> list[Path]:
    """README, docs/ and deploy/."""
    found = [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/*.md")]
    return sorted(found)


def shown() -> list[Shown]:
    """All commands of all pages: of shell blocks, and of `code` in sentences."""
    found: dict[Shown, None] = {}
    for page in pages():
        text = page.read_text(encoding="utf-8")
        name = str(page.relative_to(ROOT))
        for words in (*_of_blocks(text), *_of_sentences(text)):
            found[Shown(name, words)] = None
    return list(found)


def _of_blocks(text: str) -> Iterator[tuple[str, ...]]:
    for block in _BLOCK.findall(text):
        for line in _lines(block):
            yield from _commands(line)


def _lines(block: str) -> Iterator[str]:
    """The lines of a block; what is sent with curl may stand on several."""
    whole = ""
    for line in block.replace("\\\n", " ").splitlines():
        whole += line
        if not (whole.startswith("curl ") and whole.count("'") % 2):
            yield whole
            whole = ""


def _of_sentences(text: str) -> Iterator[tuple[str, ...]]:
    for span in _SPAN.findall(_ANY_BLOCK.sub("", text)):
        line = " ".join(span.split())
        if re.match(r"(bus|make|curl|openssl|pip|docker) [a-z(]", line):
            yield from _commands(line)


def _commands(line: str) -> Iterator[tuple[str, ...]]:
    if not line.startswith((*_PROGRAMS, ". ")):
        return  # what a program prints
    words = shlex.split(line, comments=True)
    for end in (">", ">>", "<"):  # where its output goes is the shell's matter
        words = words[: words.index(end)] if end in words else words
    command: list[str] = []
    for word in [*words, "&&"]:
        if word not in {"&&", "|", ";"}:
            command.append(word.strip("[]") if word != "[]" else word)
            continue
        if command and command[0] in _PROGRAMS:
            yield tuple(w.removesuffix("…") for w in command if w != "…")
        command = []
