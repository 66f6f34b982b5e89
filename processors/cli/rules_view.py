"""How rules, steps and backtests are shown."""

from collections.abc import Mapping, Sequence

from bus.intake.yamltree import Problem
from processors.cli.control import FAILED, GOOD, console, print_json
from processors.screen.saying import say
from processors.screen.tables import Column, print_table

Row = Mapping[str, object]
_LINES = (
    Column("RULE"),
    Column("SCOPE", rank=1),
    Column("LAYER", rank=2),
    Column("CHECK", rank=3),
    Column("SEVERITY", rank=4),
    Column("MODE", rank=4),
    Column("PARAMETERS", rank=5),
)
_EFFECTIVE = (
    Column("RULE"),
    Column("MODE"),
    Column("SEVERITY", rank=1),
    Column("PART", rank=2),
    Column("VALUE", rank=2),
    Column("FROM", rank=3),
)


def print_lines(rows: Sequence[Row], *, as_json: bool) -> None:
    """All lines."""
    if as_json:
        print_json(rows)
        return
    table = [
        (
            _text(row["id"]),
            scope_text(row["scope"]),
            _text(row["layer"]),
            _text(row["check"]),
            _text(row["severity"]),
            _text(row["mode"]),
            _pairs(row["parameters"]),
        )
        for row in rows
    ]
    print_table(console(), _LINES, table)


def print_effective(row: Row, *, as_json: bool) -> int:
    """The rules of an account; 1 if one cannot be used."""
    faults = _rows(row["faults"])
    if as_json:
        print_json(row)
    else:
        table = [cells for rule in _rows(row["rules"]) for cells in _parts(rule)]
        print_table(console(), _EFFECTIVE, table)
        for fault in faults:
            say(f"{fault['id']} cannot be used: {fault['why']}", err=True)
    return FAILED if faults else GOOD


def _parts(rule: Row) -> list[tuple[str, ...]]:
    """A row for each part of a rule that a line says."""
    mode = f"{rule['mode']} (trial)" if rule["trial"] else _text(rule["mode"])
    head = (_text(rule["id"]), mode, _text(rule["severity"]))
    origins = rule["origins"]
    parameters = rule["parameters"]
    found: list[tuple[str, ...]] = []
    for part, origin in (origins if isinstance(origins, dict) else {}).items():
        name = part.removeprefix("parameters.")
        inner = parameters if isinstance(parameters, dict) else {}
        value = inner.get(name) if part != name else rule.get(part)
        if part not in {"about", "why"}:
            found.append((*head, name, _text(value), _text(origin)))
    return found or [(*head, "", "", "")]


def print_problems(lines: int, problems: Sequence[Problem], *, as_json: bool) -> None:
    """What is wrong with a document."""
    if as_json:
        rows = [{"line": p.line, "code": p.code, "text": p.text} for p in problems]
        print_json({"lines": lines, "problems": rows})
        return
    for problem in problems:
        say(str(problem))
    if not problems:
        say(f"{lines} {'line' if lines == 1 else 'lines'}, nothing wrong")


def print_steps(
    rows: Sequence[Row], changes: int, *, dry_run: bool, as_json: bool
) -> None:
    """What is, or would be done about each line."""
    if as_json:
        print_json({"steps": rows, "dry_run": dry_run})
        return
    for row in rows:
        if row["action"] == "unchanged":
            continue
        say(f"{row['action']} {row['id']} ({scope_text(row['scope'])})")
        for change in _rows(row["changes"]):
            old, new = _text(change["old"]), _text(change["new"])
            say(f"    {change['field']}: {old} -> {new}")
        reasons = row["reasons"]
        if isinstance(reasons, list) and reasons:
            say(f"    stricter: {'; '.join(map(str, reasons))}")
    said = "to be changed" if dry_run else "changed"
    say(f"{changes} of {len(rows)} lines {said}")
    if any(row["action"] in {"trial", "on trial"} for row in rows):
        say("lines on trial are only observed; --enforce puts them in force")


def print_backtest(row: Row, *, as_json: bool) -> None:
    """What would change."""
    if as_json:
        print_json(row)
        return
    say(
        f"{row['orders']} orders: {row['held_before']} held by what holds now,"
        f" {row['held_after']} with the file"
    )
    for name, title in (("newly_parked", "newly held"), ("newly_accepted", "no more")):
        moved = row[name]
        if isinstance(moved, dict):
            worth = _pairs(moved["value"]) or "nothing"
            say(f"{title}: {moved['count']}, worth {worth}")
            for rule, count in moved["by_rule"].items():
                say(f"    {rule}: {count}")
            for one in moved["examples"][:5]:
                say(f"    for example {one['order_id']} ({', '.join(one['rules'])})")
    for one in _rows(row["findings"]):
        say(f"found by {one['rule']}: {one['before']} before, {one['after']} with it")


def scope_text(scope: object) -> str:
    """`everywhere`, or `channel x12, account A-7`."""
    pairs = scope.items() if isinstance(scope, dict) else ()
    return ", ".join(f"{name} {value}" for name, value in pairs) or "everywhere"


def _pairs(values: object) -> str:
    if not isinstance(values, dict):
        return ""
    return ", ".join(f"{name} {_text(value)}" for name, value in values.items())


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return _pairs(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _rows(value: object) -> list[dict[str, object]]:
    return value if isinstance(value, list) else []
