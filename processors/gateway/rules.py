"""Rules over HTTP: listed, shown as they hold, applied."""

from collections.abc import Sequence

from bus.access.roles import Scope
from bus.intake.parsing.paths import WordingError
from bus.intake.rules.book import SHIPPED, STORED, TRIAL, Book, alone
from bus.intake.rules.documents import laid
from bus.intake.rules.lines import Line, judge_line
from processors.gateway.problems import (
    CONFLICT,
    INVALID,
    UNAVAILABLE,
    Fault,
    ProblemError,
)
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.rule_models import (
    ApplyRulesQuery,
    EffectiveShown,
    LinesShown,
    RulesApplied,
    RulesDocument,
    ScopeQuery,
)
from processors.rules.applying import apply, plan, shown
from processors.rules.showing import effective_row, line_rows
from processors.rules.world import RulesWorld

TAG = "Rules"
PATH = "/v1/rules"
EXAMPLE = {
    "rules": [
        {
            "id": "total-sum",
            "scope": {"channel": "woocommerce", "account": "shop-12"},
            "parameters": {"tolerance": "4"},
            "why": "a plug-in rounds each line",
        }
    ]
}


_ACTIONS = {
    SHIPPED: ("override",),
    STORED: ("change", "remove"),
    TRIAL: ("enforce", "change", "remove"),
}
"""What may be done to a line, by its layer."""


async def rules_of(asked: Asked) -> RulesWorld:
    """The rules, what is done to them written down as the visitor's."""
    world = asked.api.world.by(asked.by.key_id, asked.address)
    return (await asked.api.rules()).by(world.trail)


async def list_rules(asked: Asked) -> Reply:
    """All lines."""
    book = (await rules_of(asked)).table.book
    may = asked.by.may(Scope.RULES_WRITE)
    data = [
        row | {"actions": _ACTIONS[str(row["layer"])] if may else ()}
        for row in line_rows(book)
    ]
    return Reply(content=LinesShown.model_validate({"data": data}))


async def get_effective_rules(asked: Asked) -> Reply:
    """Those that hold for an account."""
    query, book = asked.query_as(ScopeQuery), (await rules_of(asked)).table.book
    row = effective_row(book.effective(query.channel, query.source, query.account))
    return Reply(content=EffectiveShown.model_validate(row))


async def apply_rules(asked: Asked) -> Reply:
    """Plan, and unless it is dry, write."""
    query, rules = asked.query_as(ApplyRulesQuery), await rules_of(asked)
    book = rules.table.book
    lines = lines_of(asked.body_as(RulesDocument), book)
    steps = plan(book, lines, enforce=query.enforce, prune=query.prune)
    if not query.dry_run:
        await apply(rules.writer, steps, lambda _: None)
    rows = [shown(step) for step in steps]
    content = {"steps": rows, "dry_run": query.dry_run}
    return Reply(content=RulesApplied.model_validate(content))


def lines_of(document: RulesDocument, book: Book) -> Sequence[Line]:
    """The lines of a document.

    Raises:
        ProblemError: With all that is wrong, each with its place.
    """
    faults: list[Fault] = []
    lines: dict[str, tuple[int, Line]] = {}
    for place, one in enumerate(document.rules):
        line, wrong = judge_line(_plain(one.model_dump(exclude_defaults=True)))
        faults += [_fault(place, why, name) for name, why in wrong]
        if wrong:
            continue
        if line.key in lines:
            first = lines[line.key][0]
            faults.append(_fault(place, f"the same line as number {first}"))
        lines.setdefault(line.key, (place, line))
    over = laid(book, [line for _, line in lines.values()])
    for place, line in lines.values():
        try:
            alone(line, over)
        except WordingError as error:
            faults.append(_fault(place, str(error)))
    if faults:
        raise ProblemError(INVALID, "The document is refused.", errors=faults)
    return [line for _, line in lines.values()]


def _plain(value: object) -> object:
    """Numbers as the texts that documents have."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


def _fault(place: int, why: str, name: str = "") -> Fault:
    at = f"/{name}" if name else ""
    return Fault(pointer=f"#/rules/{place}{at}", detail=why)


ROUTES = (
    Route(
        method="GET",
        path=PATH,
        operation="listRules",
        summary="All lines of the rules that judge what channels sent.",
        description="Those that came with the bus, yours over them, and trials.",
        tag=TAG,
        scope=Scope.RULES_READ,
        handler=list_rules,
        answer=LinesShown,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="GET",
        path=f"{PATH}/effective",
        operation="getEffectiveRules",
        summary="The rules that hold for an account, each part with its origin.",
        tag=TAG,
        scope=Scope.RULES_READ,
        handler=get_effective_rules,
        query=ScopeQuery,
        answer=EffectiveShown,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="POST",
        path=f"{PATH}:apply",
        operation="applyRules",
        summary="Make the rules what a document says.",
        description="What is new or stricter begins as a trial, observed beside what "
        "holds, unless `enforce`; what is looser holds at once. `dry_run` only says "
        "what would change. Lines that are not named stay, unless `prune`.",
        tag=TAG,
        scope=Scope.RULES_WRITE,
        handler=apply_rules,
        query=ApplyRulesQuery,
        body=RulesDocument,
        answer=RulesApplied,
        problems=(CONFLICT, UNAVAILABLE),
        idempotent=True,
        example=EXAMPLE,
    ),
)
