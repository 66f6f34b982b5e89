"""Documents of rules, YAML or JSON, to lines; or all that is wrong, with its place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bus.intake.parsing.paths import WordingError
from bus.intake.rules.book import Book, alone
from bus.intake.rules.lines import Line, Stored, judge_line
from bus.intake.yamltree import EMPTY, Node, Problem, Problems, read_yaml

MOST_LINES = 5_000


@dataclass(frozen=True, slots=True)
class Document:
    """What a document comes to; `places` has the line of text of each rule's line."""

    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]
    places: tuple[int, ...] = ()


def read_document(text: str, file: str) -> Document:
    """Read a document `{rules: […]}`; never raises.

    Only each line by itself: whether it can be used, `check_document` says.
    """
    problems = Problems(file)
    root = read_yaml(text, problems)
    rules = root.get("rules")
    for key, _ in root.members or ():
        if key.text != "rules":
            problems.add(key, "shape", f"there is no {key.text!r}; there is: rules")
    if rules is None or rules.items is None:
        if not problems.found:
            said = f"is a list of rules, not {rules.kind}" if rules else "is missing"
            problems.add(rules or EMPTY, "shape", f"rules {said}")
        return Document((), tuple(problems.found))
    if len(rules.items) > MOST_LINES:
        problems.add(rules, "shape", f"more than {MOST_LINES:,} rules")
        return Document((), tuple(problems.found))
    return _lines(rules.items, problems)


def _lines(nodes: Sequence[Node], problems: Problems) -> Document:
    found: dict[str, tuple[Line, int]] = {}
    for node in nodes:
        line, wrong = judge_line(node.plain())
        for name, why in wrong:
            problems.add(_at(node, name), "shape", why)
        if wrong:
            continue
        if line.key in found:
            first = found[line.key][1]
            said = f"{line.rule} ({line.scope}) stands in line {first} already"
            problems.add(node, "twice", said)
        else:
            found[line.key] = line, node.line
    lines = tuple(line for line, _ in found.values())
    places = tuple(place for _, place in found.values())
    told = sorted(problems.found, key=lambda one: one.line)
    return Document(lines, tuple(told), places)


def _at(node: Node, name: str) -> Node:
    """Where a field of a rule stands; the rule, if it has none."""
    found = (key for key, _ in node.members or () if key.text == name)
    return next(found, node)


def check_document(document: Document, file: str, book: Book) -> tuple[Problem, ...]:
    """All that is wrong with a document, its lines over those of a book included."""
    if document.problems:
        return document.problems
    over = laid(book, document.lines)
    found: list[Problem] = []
    for line, place in zip(document.lines, document.places, strict=True):
        try:
            alone(line, over)
        except WordingError as error:
            said = f"{line.rule} ({line.scope}): {error}"
            found.append(Problem(file, place, "rule", said))
    return tuple(found)


def laid(book: Book, lines: Iterable[Line]) -> Book:
    """A book with lines that hold as they are, none of them on trial."""
    stored: Mapping[str, Stored] = {line.key: Stored(line) for line in lines}
    return Book(book.shipped, {**book.stored, **stored})
