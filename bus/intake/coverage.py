"""What a channel leaves out: source fields nobody reads, targets nobody fills.

Paths are compared by their names, without indexes. What is read through JMESPath is
known by the names that the expression has in it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bus.contracts.fields import field_docs
from bus.intake.channels.definition import Channel, Section
from bus.intake.mapping.compiling import OURS, Filled
from bus.intake.mapping.expressions import Line, Query
from bus.intake.mapping.notebook import Notebook
from bus.intake.parsing.paths import Path, Scope
from bus.intake.parsing.tree import Tree, UnparsableError, leaves
from bus.intake.samples import Sample

_Names = tuple[str, ...]
_WORD = re.compile(r'"([^"]+)"|([A-Za-z_][A-Za-z0-9_]*)')


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is left out, and of how much.

    Attributes:
        unread: Source fields in the samples that no line reads, with how often.
        unfilled: By section: target fields that no line fills.
        read, fields: How many source fields are read, of how many.
    """

    unread: Sequence[tuple[str, int]]
    unfilled: Mapping[str, Sequence[str]]
    read: int
    fields: int


def coverage(channel: Channel, samples: Iterable[Sample]) -> Coverage:
    """Return what a channel leaves out of its samples, and of the events."""
    seen: Counter[_Names] = Counter()
    for sample in samples:
        for item in _items(channel, sample):
            seen.update(path for path in leaves(item) if path)
    filled = [
        *channel.lines,
        *(line for section in channel.sections.values() for line in section.filled),
    ]
    paths, words = _read_by(filled)
    unread = [
        (".".join(names), count)
        for names, count in sorted(seen.items())
        if not _is_read(names, paths, words)
    ]
    unfilled = {
        name: list(_unfilled(section)) for name, section in channel.sections.items()
    }
    return Coverage(unread, unfilled, len(seen) - len(unread), len(seen))


def read_paths(channel: Channel) -> frozenset[str]:
    """The fields that the lines of a channel read by their paths."""
    filled = [line for one in channel.sections.values() for line in one.filled]
    paths, _ = _read_by([*channel.lines, *filled])
    return frozenset(".".join(names) for names in paths if names)


def _items(channel: Channel, sample: Sample) -> Iterator[Tree]:
    """Those of which there are events; what the channel ignores nobody has to read."""
    try:
        parsed = channel.parsed(sample.body, channel.samples.settings)
    except UnparsableError:
        return
    roots = {"document": parsed.document, "headers": dict(sample.headers)}
    for item in parsed.items:
        native = channel.native_type(Scope(item, None, roots), Notebook())
        if channel.sections_of(str(native)):
            yield item


def _read_by(filled: Iterable[Filled]) -> tuple[set[_Names], set[str]]:
    """The full paths that lines read, and the words of their expressions."""
    paths: set[_Names] = set()
    words: set[str] = set()
    for one in filled:
        for source in one.line.paths():
            if isinstance(source, Query):
                text = source.expression.text
                words.update(a or b for a, b in _WORD.findall(text))
            elif source.root == "with":
                words.update(source.steps[1:])
            elif not source.root or source.root == "document":
                paths.update(_full(source, one.within))
    return paths, words


def _full(path: Path, within: Sequence[Line]) -> Iterator[_Names]:
    outer = within[: len(within) - path.up] if path.up else within
    heads: list[_Names] = [()]
    for line in outer:
        heads = [
            (*head, *source.steps)
            for head in heads
            for source in line.sources
            if isinstance(source, Path)
        ] or [()]
    for head in heads:
        yield (*head, *path.steps)
        yield from ((*head, *names) for names in path.tested)


def _is_read(names: _Names, paths: set[_Names], words: set[str]) -> bool:
    read = any(names[:length] in paths for length in range(1, len(names) + 1))
    # An XML element with attributes is read by its own name.
    whole = names[:-1] in paths if names[-1] == "#text" else False
    return read or whole or names[-1] in words


def _unfilled(section: Section) -> Iterator[str]:
    targets = {line.target for line in section.filled}
    parents = {
        target[:end] for target in targets for end in _ends(target) if target[:end]
    }
    for field in field_docs(section.schema):
        path = field.path
        within = path.rpartition(".")[0].removesuffix("[]")
        is_ours = any(path == name or path.startswith(f"{name}.") for name in OURS)
        if is_ours or path.startswith(("raw.", "findings[")):
            continue
        if path in targets or path in parents or f"{path}[]" in parents:
            continue
        # Below what nobody fills, one line is enough.
        if not within or within in parents or f"{within}[]" in parents:
            yield path


def _ends(target: str) -> Iterator[int]:
    return (at for at, char in enumerate(target) if char == ".")
