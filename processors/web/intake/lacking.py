"""Rows of lookup tables that an order was held for the lack of."""

from collections.abc import Sequence
from typing import NamedTuple

from bus.access.roles import Scope
from processors.gateway.parked_models import ParkedWhole
from processors.gateway.problems import ProblemError
from processors.gateway.routes import Asked
from processors.gateway.rules import rules_of

_MOST, _LONGEST = 20, 200


class MissingRow(NamedTuple):
    """A row with which the order would not have been held."""

    table: str
    key: str


async def missing_rows(asked: Asked, one: ParkedWhole) -> Sequence[MissingRow]:
    """Those still missing, as today's rules look rows up; for who may add them."""
    if not asked.by.may(Scope.RULES_WRITE) or not any(f.need for f in one.findings):
        return ()
    try:
        rules = await rules_of(asked)
    except ProblemError:
        return ()
    scope = (one.channel or "", one.source or "", one.account or "")
    held = rules.table.book.effective(*scope).rules
    tables = {rule.id: rule.lookup for rule in held if rule.lookup}
    lacking = {
        MissingRow(tables[found.rule], str(found.need)): None
        for found in one.findings
        if _is_key(found.need or "") and found.rule in tables
    }
    there = rules.lookups
    return [row for row in lacking if row.key not in there.table(row.table)][:_MOST]


def _is_key(need: str) -> bool:
    return bool(need) and len(need) <= _LONGEST and need.isprintable()
