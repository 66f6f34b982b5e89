"""What the conversion has noticed already, as a rule sees it."""

import re
from collections.abc import Iterator

from bus.intake.findings import CODES, shown
from bus.intake.parsing.paths import WordingError
from bus.intake.rules.checks.kind import Check, Found, Run
from bus.intake.rules.checks.parameters import Given, Kind, Parameter, Strict
from bus.intake.rules.known import Context
from bus.intake.rules.order import Order
from bus.intake.rules.reading import records, text

_INDEX = re.compile(r"\[[0-9]+\]")


def _noticed(given: Given) -> Run:
    codes, within = frozenset(given.texts("codes")), given.texts("within")
    if unknown := codes.difference(CODES):
        raise WordingError(f"there is no finding {', '.join(sorted(unknown))}")

    def run(order: Order, about: Context) -> Iterator[Found]:
        for code, path, value in dict.fromkeys(_all(order, about)):
            if code not in codes or (within and not _lies(path, within)):
                continue
            said = f"the conversion noticed: {CODES[code][1]}"
            yield Found(code, said, path, value)

    return run


def _all(order: Order, about: Context) -> Iterator[tuple[str, str, str | None]]:
    for one in about.noticed:
        yield one.code, one.path, one.value
    for found in records(order.data.get("findings")):
        value = found.get("value")
        said = shown(value) if isinstance(value, str) else None
        yield text(found.get("code")), text(found.get("path")), said


def _lies(path: str, within: tuple[str, ...]) -> bool:
    bare = _INDEX.sub("[]", path)
    return any(bare == one or bare.startswith((f"{one}.", f"{one}[")) for one in within)


NOTICED = (
    Check(
        name="noticed",
        about="The conversion has noticed none of these findings.",
        codes={
            code: f"As the conversion says: {meaning}"
            for code, (_, meaning) in CODES.items()
        },
        make=_noticed,
        parameters=(
            Parameter(
                "codes",
                Kind.TEXTS,
                "which findings, by their codes",
                None,
                Strict.MORE,
            ),
            Parameter(
                "within",
                Kind.TEXTS,
                "of which fields: `totals`, `lines[].quantity`; none: of all",
                "",
                Strict.WIDER,
            ),
        ),
        thin=True,
    ),
)
