"""Lookup tables over HTTP."""

from bus.access.roles import Scope
from bus.errors import AbsentError, ConfigurationError
from processors.gateway.problems import INVALID, NOT_FOUND, UNAVAILABLE, ProblemError
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.rule_models import (
    LoadQuery,
    LookupChange,
    LookupLoaded,
    LookupRows,
    LookupsShown,
)
from processors.gateway.rules import TAG, rules_of

_PATH = "/v1/lookups"
_MOST = 20_000


async def list_lookups(asked: Asked) -> Reply:
    """All tables."""
    sizes = (await rules_of(asked)).lookups.sizes()
    actions = ["load"] if asked.by.may(Scope.RULES_WRITE) else []
    data = [
        {"table": name, "rows": rows, "actions": actions}
        for name, rows in sizes.items()
    ]
    return Reply(content=LookupsShown.model_validate({"data": data}))


async def get_lookup(asked: Asked) -> Reply:
    """The rows of a table, if they are not too many."""
    rows = (await rules_of(asked)).lookups.table(asked.path["table"])
    if not rows:
        raise ProblemError(NOT_FOUND)
    if len(rows) > _MOST:
        why = f"The table has {len(rows):,} rows: `bus lookups show` prints them."
        raise ProblemError(INVALID, why)
    plain = {key: dict(row) for key, row in rows.items()}
    return Reply(content=LookupRows.model_validate({"rows": plain}))


async def load_lookup(asked: Asked) -> Reply:
    """Add, change and remove rows; those not named go only if asked for."""
    query, rules = asked.query_as(LoadQuery), await rules_of(asked)
    body = asked.body_as(LookupChange)
    if not body.model_fields_set:
        raise ProblemError(INVALID, "`rows`, `remove` or both are expected.")
    try:
        loaded = await rules.rows.load(
            asked.path["table"],
            body.rows,
            replace=query.replace,
            remove=body.remove,
            dry_run=query.dry_run,
        )
    except ConfigurationError as error:
        raise ProblemError(INVALID, f"{error}.") from None
    except AbsentError as error:
        raise ProblemError(NOT_FOUND, f"{error}.") from None
    content = LookupLoaded(
        table=loaded.table,
        added=loaded.added,
        changed=loaded.changed,
        removed=loaded.removed,
        unchanged=loaded.unchanged,
        dry_run=query.dry_run,
    )
    return Reply(content=content)


ROUTES = (
    Route(
        method="GET",
        path=_PATH,
        operation="listLookups",
        summary="The lookup tables of rules, with how many rows each has.",
        tag=TAG,
        scope=Scope.RULES_READ,
        handler=list_lookups,
        answer=LookupsShown,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="GET",
        path=f"{_PATH}/{{table}}",
        operation="getLookup",
        summary="The rows of a lookup table.",
        tag=TAG,
        scope=Scope.RULES_READ,
        handler=get_lookup,
        answer=LookupRows,
        problems=(INVALID, NOT_FOUND, UNAVAILABLE),
    ),
    Route(
        method="POST",
        path=f"{_PATH}/{{table}}/load",
        operation="loadLookup",
        summary="Add, change and remove rows of a lookup table.",
        description="Rows with a known key are replaced, others added; those that are "
        "not given stay, unless they are in `remove`, or with `replace`. A table is "
        "there while it has rows.",
        tag=TAG,
        scope=Scope.RULES_WRITE,
        handler=load_lookup,
        query=LoadQuery,
        body=LookupChange,
        answer=LookupLoaded,
        problems=(INVALID, NOT_FOUND, UNAVAILABLE),
        idempotent=True,
        large=True,
        example={"rows": {"MUG-1": {"price": "14.90", "currency": "EUR"}}},
    ),
)
