"""One row of a lookup table: added, changed, removed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from bus.access.roles import Scope
from bus.errors import ConfigurationError
from bus.intake.rules.rows import as_row, check_row, check_table, row_value
from processors.gateway.lookups import load_lookup
from processors.gateway.model import Model
from processors.gateway.problems import ProblemError
from processors.gateway.routes import Asked
from processors.gateway.rule_models import LoadQuery, LookupChange, LookupLoaded
from processors.gateway.rules import rules_of
from processors.web.asking import asking, checked, content_of
from processors.web.commands import shell
from processors.web.editing import why_not
from processors.web.pages import Act, Again, Done, Page
from processors.web.rendering import href

_PATH = "/rules/row"
_TEMPLATE = "rules_row.html.j2"
_SPARE = 3
"""Columns that can be added at once."""
_Name: TypeAlias = Annotated[str, Field(max_length=200)]
_Cell: TypeAlias = Annotated[str, Field(max_length=2_000)]


class RowQuery(Model):
    """Which row: one that is there is changed, another added."""

    table: _Name = ""
    key: _Name = ""


class RowForm(Model):
    """A row: a value for each name; `seen` tells the row that was looked at."""

    table: _Name
    key: _Name
    name: tuple[_Name, ...] = ()
    value: tuple[_Cell, ...] = ()
    seen: Annotated[str, Field(max_length=64)] = ""
    do: Literal["save", "remove"] = "save"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """What the template reads; `there` says that a row of this key is."""

    table: str
    key: str
    cells: Sequence[tuple[str, str]]
    there: bool
    seen: str
    tables: Sequence[str]
    command: str
    removing: str
    wrong: str = ""


async def view(asked: Asked) -> RowView:
    """The row as it is, or an empty one with the columns of its table."""
    query = asked.query_as(RowQuery)
    return await _shown(asked, query.table, query.key)


async def _shown(
    asked: Asked,
    table: str,
    key: str,
    typed: Sequence[tuple[str, str]] = (),
    wrong: str = "",
) -> RowView:
    held = (await rules_of(asked)).lookups
    rows = held.table(table)
    row = rows.get(key)
    columns = {name: "" for one in rows.values() for name in one}
    cells = list(typed) or [*(columns | dict(row or {})).items()]
    filled = [f"{name}={cell}" for name, cell in cells if name and cell]
    return RowView(
        table=table,
        key=key,
        cells=[*cells, *[("", "")] * _SPARE],
        there=row is not None,
        seen=_print(row),
        tables=list(held.sizes()),
        command=shell("bus lookups set", table or "TABLE", key or "KEY", *filled),
        removing=shell("bus lookups remove", table or "TABLE", key or "KEY"),
        wrong=wrong,
    )


async def do(asked: Asked) -> Done | Again:
    """Make it so, unless it is another by now than whoever sent this has seen."""
    form = asked.body_as(RowForm)
    table, key = form.table.strip(), form.key.strip()
    typed = [
        (name.strip(), cell.strip())
        for name, cell in zip(form.name, form.value, strict=False)
        if name.strip() or cell.strip()
    ]
    held = (await rules_of(asked)).lookups.table(table)
    try:
        _check_seen(form, table, key, held)
        change = _change(form, key, typed)
        to = asking(asked, query=LoadQuery(), body=change)
        to = replace(to, path={"table": check_table(table)})
        done = content_of(await load_lookup(to), LookupLoaded)
    except (ConfigurationError, ProblemError) as error:
        wrong = f"{error}." if isinstance(error, ConfigurationError) else why_not(error)
        return Again(_TEMPLATE, await _shown(asked, table, key, typed, wrong))
    return _done(table, key, done, (await rules_of(asked)).lookups.sizes())


def _change(form: RowForm, key: str, typed: Sequence[tuple[str, str]]) -> LookupChange:
    if form.do == "remove":
        return checked(LookupChange, {"remove": [key]}, "It was not removed.")
    for name, cell in typed:
        if not name:
            raise ConfigurationError(f"the value {cell!r} stands in no column: name it")
    rows = {key: as_row(typed)}
    check_row(key, rows[key])
    return checked(LookupChange, {"rows": rows}, "It was not saved.")


def _check_seen(
    form: RowForm, table: str, key: str, held: Mapping[str, Mapping[str, str]]
) -> None:
    """Raise if somebody has changed the row since, or added one of this key."""
    row = held.get(key)
    if form.seen == _print(row):
        return
    if not form.seen:
        raise ConfigurationError(
            f"{table} has a row {key!r} already: below is what you typed; save it"
            " again to put it in the place of that"
        )
    raise ConfigurationError(
        "somebody has changed this row since you looked: below is what you typed;"
        " look at the table, then save it again"
    )


def _print(row: Mapping[str, str] | None) -> str:
    """A fingerprint of a row; empty: there is none."""
    if row is None:
        return ""
    return hashlib.sha256(row_value(dict(sorted(row.items())))).hexdigest()


def _done(table: str, key: str, loaded: LookupLoaded, sizes: Mapping[str, int]) -> Done:
    word = next(
        (w for w in ("added", "changed", "removed") if getattr(loaded, w)), "unchanged"
    )
    said = f"{key} of {table}: {word}."
    if word == "unchanged":
        said = f"{key} of {table} stands so already."
    at = ("rules", "lookups", table) if table in sizes else ("rules", "lookups")
    return Done(said, href(*at))


PAGES = (
    Page(
        path=_PATH,
        name="lookupRow",
        scope=Scope.RULES_WRITE,
        view=view,
        template=_TEMPLATE,
        query=RowQuery,
        example={"table": "prices", "key": "SKU-0007"},
    ),
)
ACTS = (
    Act(
        path=_PATH,
        name="changeLookupRow",
        scope=Scope.RULES_WRITE,
        do=do,
        form=RowForm,
        back=_PATH,
    ),
)
