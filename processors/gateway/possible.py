"""Which problems a route can answer with: what follows from its row, and its own."""

from collections.abc import Sequence

from processors.gateway import problems
from processors.gateway.model import PageQuery
from processors.gateway.problems import Kind
from processors.gateway.routes import Route


def problems_of(route: Route) -> Sequence[Kind]:
    """All kinds of problems of a route: its own, and those that follow from its row."""
    found = [problems.BAD_REQUEST, problems.TOO_MANY, problems.INTERNAL]
    if route.scope is not None:
        found += [problems.NOT_AUTHENTICATED, problems.NOT_ALLOWED]
    if "{" in route.path:
        found.append(problems.NOT_FOUND)
    if route.body is not None:
        found += [problems.TOO_LARGE, problems.UNSUPPORTED, problems.INVALID]
        found.append(problems.TOO_SLOW)
    if issubclass(route.query, PageQuery):
        found.append(problems.BAD_CURSOR)
    if route.if_match != "none":
        found += [problems.CHANGED, problems.CONFLICT]
    if route.if_match == "must":
        found.append(problems.UNCONDITIONAL)
    if route.idempotent:
        found += [problems.IN_PROGRESS, problems.REUSED]
    found += [problems.NOT_ACCEPTABLE, problems.UNAVAILABLE, *route.problems]
    return [kind for kind in problems.KINDS if kind in found]
