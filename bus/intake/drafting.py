"""A first definition and mapping of a channel, guessed from samples of what it sends.

What is guessed is a beginning that passes every check; what is not stands in it as
comments, with an example, for who knows what it means.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bus.errors import ConfigurationError
from bus.intake.drafted import (
    Names,
    definition,
    last_of,
    line_of,
    path_of,
    quoted,
    role_of,
)
from bus.intake.findings import shown
from bus.intake.formats import is_wide, suffix_of, wide_as
from bus.intake.guesses import ARTICLE, LINE, ORDER, PARTY, ROLES, Guess, plainly
from bus.intake.parsing.csvtree import Dialect, parse_csv
from bus.intake.parsing.jsontree import parse_json
from bus.intake.parsing.tree import Limits, Tree, UnparsableError
from bus.intake.parsing.xmltree import parse_xml

_TAKEN_FOR = {
    "json": "looks like JSON",
    "xml": "looks like XML",
    "edi": "looks like X12 or EDIFACT",
    "csv": "is no JSON, XML, X12 or EDIFACT, and as CSV it cannot be read",
}
_DELIMITERS = ",;\t|"
_LIMITS = Limits(bytes=50 << 20)


@dataclass(frozen=True, slots=True)
class Draft:
    """The texts of a new channel, and what to tell whoever asked for it."""

    definition: str
    mapping: str
    guessed: int
    left: int


def draft(name: str, bodies: Sequence[bytes], named: Sequence[str]) -> Draft:
    """Return a first definition and mapping of a channel that sends these.

    Raises:
        ConfigurationError: They are of no format that is known, or of several; says
            which, as they are `named`.
    """
    kinds = [suffix_of(body) for body in bodies]
    kind = kinds[0]
    if len(set(kinds)) != 1:
        found = ", ".join(f"{n} is {k}" for n, k in zip(named, kinds, strict=True))
        raise ConfigurationError(f"the samples are of several formats: {found}")
    for place, body in zip(named, bodies, strict=True):
        if (wide := wide_as(body)) is not None:
            why = f"looks like {wide} in UTF-16; expected is {wide} in UTF-8"
            raise ConfigurationError(f"{place} {why}")
    items: list[Tree] = []
    wrong, dialect = [], Dialect()
    for place, body in zip(named, bodies, strict=True):
        try:
            dialect = _dialect(bodies) if kind == "csv" else dialect
            items += _items(kind, body, dialect)
        except UnparsableError as error:
            wrong.append(f"{place} {_TAKEN_FOR[kind]}: {error}")
    if wrong:
        raise ConfigurationError("\n".join(wrong))
    return _Drafter(name, kind, dialect, items).draft()


def _items(kind: str, body: bytes, dialect: Dialect) -> list[Tree]:
    if kind == "csv":
        return parse_csv(body, _LIMITS, dialect).items
    if kind == "xml":
        return [parse_xml(body, _LIMITS, {})]
    document = parse_json(body, _LIMITS)
    return list(document) if isinstance(document, list) else [document]


def _dialect(bodies: Sequence[bytes]) -> Dialect:
    """The dialect of files, and the column that rows of one order share."""
    body, encoding = bodies[0], _encoding(bodies)
    head = body.decode(encoding, "replace").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    single = Dialect(delimiter=delimiter, encoding=encoding)
    rows = parse_csv(body, _LIMITS, single).items
    first = rows[0] if rows and isinstance(rows[0], dict) else {}
    for wanted in ORDER[0].names:
        for column in first:
            if plainly(column) == wanted:
                return replace(single, group=column)
    return single


def _encoding(bodies: Sequence[bytes]) -> str:
    """UTF-8, UTF-16 by its mark, else what Windows of Western Europe writes."""
    if all(is_wide(body) for body in bodies):
        return "utf-16"
    try:
        for body in bodies:
            body.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


class _Drafter:
    """Guesses once, for one channel."""

    def __init__(
        self, name: str, kind: str, dialect: Dialect, items: Sequence[Tree]
    ) -> None:
        self._name = name
        self._kind = kind
        self._dialect = dialect
        self._values: dict[Names, str] = {}
        self._used: set[Names] = set()
        self._lists: set[Names] = set()
        for item in items:
            self._look(item, ())
        self._lines = self._list_of_lines()

    def draft(self) -> Draft:
        """Write the two texts."""
        currency = self._currency()
        body = [*self._order(), *self._parties(), *self._line_block()]
        left = [names for names in self._values if names not in self._used]
        mapping = "\n".join(
            [
                "# One line a target field: where it stands in the payload, then what",
                "# it becomes. Guessed: check each. docs/channels.md has the language.",
                "",
                "intake.order_received:",
                "  with:",
                f"    currency: {currency}",
                "    zone: $source.zone",
                "  completeness: =full",
                *body,
                *self._comments(left),
                "",
            ]
        )
        return Draft(
            definition(self._name, self._kind, self._dialect),
            mapping,
            len(self._used),
            len(left),
        )

    # --- looking

    def _look(self, node: Tree, path: Names) -> None:
        """Note each leaf's first value; a list's members count below its name."""
        if isinstance(node, Mapping):
            for name, inner in node.items():
                if name != "#line":
                    self._look(inner, (*path, str(name)))
        elif isinstance(node, list):
            if any(isinstance(inner, Mapping) for inner in node):
                self._lists.add(path)
            for inner in node:
                self._look(inner, path)
        elif node is not None and shown(node):
            self._values.setdefault(path, shown(node)[:40])

    def _list_of_lines(self) -> Names | None:
        """The list that is most like lines of an order; of XML one may be alone."""
        if self._kind == "csv":
            return ("rows",)
        heads = set(self._lists)
        if self._kind == "xml":
            heads |= {names[:-1] for names in self._values if len(names) > 1}
        best = max(heads, key=self._likeness, default=None)
        return best if best is not None and self._likeness(best) > 1 else None

    def _likeness(self, head: Names) -> int:
        own = {
            plainly(names[len(head)])
            for names in self._values
            if names[: len(head)] == head and len(names) == len(head) + 1
        }
        return sum(not own.isdisjoint(guess.names) for guess in (*LINE[1:5], *ARTICLE))

    # --- guessing

    def _order(self) -> Iterator[str]:
        for guess in ORDER:
            found = self._best(guess, self._of_order())
            if found is None:
                continue
            yield line_of(2, guess.target, found, guess.rule)
            if guess.target == "placed_at":
                yield line_of(2, "placed_local", found, "")
                yield line_of(2, "occurred_at", found, "time")

    def _of_order(self) -> Iterator[Names]:
        for names in self._values:
            in_list = any(names[: len(head)] == head for head in self._lists)
            in_party = len(names) > 1 and role_of(names) is not None
            in_lines = bool(self._lines) and names[: len(self._lines or ())] == (
                self._lines
            )
            if not (in_list or in_party or in_lines):
                yield names

    def _parties(self) -> Iterator[str]:
        blocks: list[str] = []
        for role, _ in ROLES:
            lines = []
            for guess in PARTY:
                found = self._best(guess, self._of_party(role))
                if found is not None:
                    lines.append(line_of(6, guess.target, found, guess.rule))
            if lines:
                blocks += [f"    - role: ={role}", *lines]
        if blocks:
            yield "  parties:"
            yield from blocks

    def _of_party(self, role: str) -> Iterator[Names]:
        for names in self._values:
            held = role_of(names)
            own = held is None and role == "buyer" and len(names) == 1
            in_list = any(names[: len(head)] == head for head in self._lists)
            if (held == role or own) and not in_list:
                yield names

    def _line_block(self) -> Iterator[str]:
        if self._lines is None:
            return
        head = self._lines
        yield "  lines:"
        yield f"    - each: {path_of(head)}"
        below = [names for names in self._values if names[: len(head)] == head]
        if self._kind == "csv":
            # Columns of the whole order stand in every row; they are told already.
            below = [names for names in below if names[1:] not in self._used]
        for guess in LINE:
            found = self._best(guess, below, len(head))
            if found is not None:
                yield line_of(6, guess.target, found[len(head) :], guess.rule)
        articles = [
            (guess, found)
            for guess in ARTICLE
            if (found := self._best(guess, below, len(head))) is not None
        ]
        if articles:
            yield "      identifiers:"
        for guess, found in articles:
            path = path_of(found[len(head) :])
            yield f"        - {{scheme: ={guess.target}, value: {quoted(path)}}}"

    def _best(
        self, guess: Guess, among: Iterable[Names], depth: int = 0
    ) -> Names | None:
        """The path whose name comes first among the guess's; the shortest of those."""
        candidates = [
            (guess.names.index(name), len(names), names)
            for names in among
            if len(names) > depth
            and (name := last_of(names)) in guess.names
            and (names not in self._used or guess.target == "order.number")
        ]
        if not candidates:
            return None
        found = min(candidates)[2]
        self._used.add(found)
        if self._kind == "csv":
            self._used |= {("rows", *found[-1:]), found[-1:]}
        return found

    # --- writing

    def _currency(self) -> str:
        found = self._best(ORDER[6], self._of_order())
        if found is None:
            return "$source.currency"
        self._used.discard(found)
        return f"{path_of(found)} // $source.currency"

    def _comments(self, left: Sequence[Names]) -> Iterator[str]:
        rest = [names for names in left if self._kind != "csv" or len(names) == 1]
        if rest:
            yield ""
            yield "# Nobody reads these yet; beside each its first value:"
        for names in rest:
            yield f"#   {path_of(names)}    {self._values[names]}"
