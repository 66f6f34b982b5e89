"""Fields by their path: whether they are there, and look as they should."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from bus.intake.findings import shown
from bus.intake.parsing.paths import Path, Scope, WordingError, read_path
from bus.intake.rules.checks.kind import Check, Found, Knob, Run, Turn
from bus.intake.rules.checks.parameters import Given, Kind, Parameter, Strict
from bus.intake.rules.known import Context
from bus.intake.rules.order import Order
from bus.intake.rules.reading import number, plain

_MOST_CHARS, _MOST_PATTERN, _MOST_OPEN = 200, 200, 3
_OPEN = re.compile(r"[*+]|\{[0-9]*,\}")
_ESCAPED = re.compile(r"\\.|\[\^?\]?[^\]]*\]")
_REPEATED_GROUP = re.compile(r"\)\s*(?:[*+?]|\{)")
_EMPTY: tuple[object, ...] = (None, "", [], {}, ())
_GTINS = {8, 12, 13, 14}

FIELD = Parameter(
    "field",
    Kind.TEXT,
    "which, as paths in channels: `order.purchase_order`, `lines[].name`,"
    " `parties[role=buyer].tax_id`",
    None,
)


def readers_of(texts: Sequence[str]) -> list[Path]:
    """Paths compiled; raises `WordingError`."""
    return [read_path(text) for text in texts]


def values_at(path: Path, order: Order) -> list[object]:
    """What stands at a path: several values, or one, or none."""
    found = path.read(Scope(order.data, None, {}))
    values = found if isinstance(found, list) else [found]
    return [value for value in values if value not in _EMPTY]


def text_of(value: object) -> str:
    """A value as patterns and lists see it."""
    as_number = None if isinstance(value, str) else number(value)
    return plain(as_number) if as_number is not None else str(value)


def _present(given: Given) -> Run:
    paths, any_of = readers_of(given.texts("fields")), given.yes("any")
    if not paths:
        raise WordingError("fields names none")

    def run(order: Order, _: Context) -> Iterator[Found]:
        missing = [path for path in paths if not values_at(path, order)]
        if any_of and len(missing) < len(paths):
            return
        if any_of:
            names = ", ".join(path.text for path in paths)
            yield Found("nothing_there", f"one of these is expected: {names}", "")
            return
        for path in missing:
            yield Found("nothing_there", "expected, and not there", path.text)

    return run


def _pattern(given: Given) -> Run:
    path, wanted = read_path(given.text("field")), given.text("pattern")
    named = _FORMATS.get(given.text("format"))
    if (named is None) is not bool(wanted):
        raise WordingError("either a pattern or a format is expected")
    fits = named or _fitting(bounded(wanted))
    what = given.text("expected") or wanted or given.text("format")
    return partial(_matched, path, fits, what)


def _fitting(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: bool(pattern.fullmatch(value))


def _matched(
    path: Path, fits: Callable[[str], bool], what: str, order: Order, _: Context
) -> Iterator[Found]:
    for value in values_at(path, order):
        said = text_of(value)
        if len(said) > _MOST_CHARS or not fits(said):
            yield Found("not_of_format", f"expected: {what}", path.text, shown(said))


def bounded(pattern: str) -> re.Pattern[str]:
    """A pattern that cannot take long on 200 characters; raises `WordingError`."""
    bare = _ESCAPED.sub("x", pattern)
    if len(pattern) > _MOST_PATTERN or len(_OPEN.findall(bare)) > _MOST_OPEN:
        raise WordingError(
            f"a pattern has at most {_MOST_PATTERN} characters, and at most"
            f" {_MOST_OPEN} times * or +"
        )
    if _REPEATED_GROUP.search(bare) or re.search(r"\\[1-9]|\(\?", pattern):
        raise WordingError("a pattern repeats no group, looks around nowhere")
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise WordingError(f"{pattern!r} is no pattern: {error}") from None


def _is_gtin(value: str) -> bool:
    if not (value.isascii() and value.isdigit() and len(value) in _GTINS):
        return False
    digits = [int(digit) for digit in reversed(value)]
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def _is_gln(value: str) -> bool:
    return len(value) == 13 and _is_gtin(value)  # noqa: PLR2004 - what a GLN has


_FORMATS: dict[str, Callable[[str], bool]] = {
    "digits": lambda value: value.isascii() and value.isdigit(),
    "gtin": _is_gtin,
    "gln": _is_gln,
}


def _listed(given: Given) -> Run:
    path, values = read_path(given.text("field")), frozenset(given.texts("values"))
    table = given.text("table")
    if not values and not table:
        raise WordingError("values, or a lookup table, are expected")

    def run(order: Order, about: Context) -> Iterator[Found]:
        if table and not about.known.has_table(table) and not values:
            return
        for value in values_at(path, order):
            said = text_of(value)
            if said in values or (table and about.known.row(table, said) is not None):
                continue
            text = f"this is none of what is listed{f' in {table}' if table else ''}"
            yield Found("not_listed", text, path.text, shown(said), said)

    return run


FIELDS = (
    Check(
        name="present",
        about="Fields are there, and not empty.",
        codes={"nothing_there": "A field is expected, and is not there."},
        make=_present,
        parameters=(
            Parameter(
                "fields",
                Kind.TEXTS,
                "which, as paths in channels: `order.purchase_order`,"
                " `parties[role=buyer].email`",
                None,
                Strict.MORE,
            ),
            Parameter("any", Kind.YES, "whether one of them suffices", "no"),
        ),
        part=False,
    ),
    Check(
        name="format",
        about="A field looks as it should, wherever it is.",
        codes={"not_of_format": "A field does not look as it should."},
        make=_pattern,
        parameters=(
            FIELD,
            Parameter(
                "pattern",
                Kind.TEXT,
                "a regular expression for the whole value; or `format`",
                "",
            ),
            Parameter(
                "format",
                Kind.TEXT,
                "digits, gtin or gln (both with their check digit)",
                "",
                words=("", *_FORMATS),
            ),
            Parameter("expected", Kind.TEXT, "how a finding says it", ""),
        ),
    ),
    Check(
        name="listed",
        about="A field has one of some values, or of those in a lookup table.",
        codes={"not_listed": "A value is none of those that are listed."},
        make=_listed,
        parameters=(
            FIELD,
            Parameter("values", Kind.TEXTS, "those that it may have", "", Strict.FEWER),
            Parameter("table", Kind.TEXT, "a lookup table with those", ""),
        ),
        knob=Knob("values", Turn.ADD),
    ),
)
