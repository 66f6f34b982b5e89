"""One subscription: how it fares, its latest attempts, settings, what can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bus.access.roles import Scope
from bus.log import health as log_health
from bus.log.questions import AttemptQuestion, Paging
from bus.log.rows import AttemptRow
from bus.watch.states import Reason
from processors.gateway.audit import AuditQuery, ChangeRows, list_audit
from processors.gateway.course import CourseQuery
from processors.gateway.logged import consulted
from processors.gateway.problems import ProblemError
from processors.gateway.routes import Asked
from processors.gateway.subscription_models import SubscriptionTaken
from processors.gateway.subscriptions import actions
from processors.gateway.tenants import subscription_of
from processors.status.lagging import Backlog
from processors.subscriptions.showing import shown
from processors.web.asking import asking, content_of
from processors.web.fleet import Faring, faring, sources, state_of
from processors.web.operations.audit import Changed, changed
from processors.web.pages import Page
from processors.web.subscriptions.course import SPANS, Courses, courses

PATH = "/subscriptions/{subscription}"
TEMPLATE = "subscription.html.j2"
_LATEST, _CHANGES = 25, 10


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest attempts; or why nobody knows them."""

    rows: Sequence[AttemptRow]
    why: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """The latest changes of it; or why nobody knows them."""

    rows: Sequence[Changed]
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneView:
    """What the template reads; `secret` is shown this once, `said` is what was done."""

    one: Faring
    reasons: Sequence[Reason]
    actions: Sequence[str]
    health: log_health.Health | None
    tiers: Mapping[str, Backlog] | None
    latest: Latest
    courses: Courses
    spans: Sequence[str]
    settings: Mapping[str, object]
    version: str
    history: History
    unknown: Sequence[str]
    secret: str = field(default="", repr=False)
    said: str = ""
    warnings: Sequence[str] = ()


async def view(asked: Asked) -> OneView:
    """The one that the path names."""
    return await seen(asked)


async def seen(
    asked: Asked, taken: SubscriptionTaken | None = None, said: str = ""
) -> OneView:
    """The same, after something was done to it."""
    query = CourseQuery() if taken else asked.query_as(CourseQuery)
    found = await subscription_of(asked)
    known = await sources(asked)
    health = None if known.health.value is None else known.health.value.get(found.id)
    standing = (known.standing.value or {}).get(found.id)
    return OneView(
        one=faring(found, known, asked.by),
        reasons=state_of(found.id, known, asked.by).reasons,
        actions=actions(found, asked.by),
        health=health,
        tiers=standing.pending if standing else None,
        latest=await _latest(asked, found.id),
        courses=await courses(asked, found, query),
        spans=SPANS,
        settings=shown(found),
        version=asked.api.world.table.version(found.id) or "",
        history=await _history(asked, found.id),
        unknown=known.unknown,
        secret=(taken.secret or "") if taken else "",
        said=said,
        warnings=taken.warnings if taken else (),
    )


async def _latest(asked: Asked, name: str) -> Latest:
    if not asked.by.may(Scope.DELIVERIES_READ):
        return Latest((), "This key may not read deliveries.")
    question = AttemptQuestion(subscriptions=frozenset({name}), scope=frozenset({name}))
    try:
        async with consulted(asked) as (log, _):
            page = await log.attempts(question, Paging(_LATEST))
    except ProblemError as problem:
        return Latest((), problem.detail)
    return Latest(page.rows)


async def _history(asked: Asked, name: str) -> History:
    if not asked.by.may(Scope.AUDIT_READ):
        return History((), "This key may not read the audit.")
    query = AuditQuery(entity="subscription", id=name, limit=_CHANGES)
    try:
        reply = await list_audit(asking(asked, query=query))
    except ProblemError as problem:
        return History((), problem.detail)
    return History([changed(one) for one in content_of(reply, ChangeRows).data])


PAGES = (
    Page(
        path=PATH,
        name="subscription",
        scope=Scope.SUBSCRIPTIONS_READ,
        view=view,
        template=TEMPLATE,
        query=CourseQuery,
        tenants=True,
        example={"subscription": "acme-shop"},
    ),
)
