"""Groups of parked orders over HTTP: ranked, split, fixed once, decided about."""

from collections.abc import Sequence

from bus.access.roles import Scope
from bus.intake.parked.grouping import Group, Row, fingerprint_in
from processors.gateway.job_routes import counted, located, selected, shown
from processors.gateway.jobs import Job, Progress
from processors.gateway.model import DryRun, PageQuery
from processors.gateway.paging import cut
from processors.gateway.parked import BODIES, PATH, TAG, wish_of
from processors.gateway.parked_decisions import (
    Fix,
    FixPlan,
    FixWork,
    GroupPlan,
    GroupWork,
    Split,
)
from processors.gateway.parked_models import (
    ParkedGroup,
    ParkedGroups,
    ParkedTerms,
    SplitGroups,
)
from processors.gateway.problems import CONFLICT, NOT_FOUND, UNAVAILABLE, ProblemError
from processors.gateway.routes import Asked, Reply, Route
from processors.parked.asking import group_named, standing
from processors.parked.deciding import Done, decide_all, split
from processors.parked.fixing import fix, items_in, plan
from processors.parked.plain import group_row, plan_row, terms_row
from processors.parked.trying import Changes

_GROUPS = f"{PATH}/groups"
_ONE = f"{_GROUPS}/{{group}}"
_CENTS = 100
_MOST_SCORE = 10**17
_MOST_FAILED = 50


async def list_groups(asked: Asked) -> Reply:
    """A page of them, what is worth most time first."""
    query, world = asked.query_as(PageQuery), asked.api.parked
    await world.table.ready()
    found = standing(world, asked.by)
    rows, after, before = cut(
        found.groups,
        _rank,
        limit=query.limit,
        cursor=query.cursor,
        about="parked groups",
    )
    terms = ParkedTerms.model_validate(terms_row(found, world.policy.rates.base))
    data = [_shown(asked, group) for group in rows]
    content = ParkedGroups(data=data, next=after, previous=before, terms=terms)
    return Reply(content=content)


def _shown(asked: Asked, group: Group) -> ParkedGroup:
    """A group, and what whoever asks may do to it."""
    words = ("fix", *BODIES, "split") if asked.by.may(Scope.PARKED_WRITE) else ()
    return ParkedGroup.model_validate({**group_row(group), "actions": words})


def _rank(group: Group) -> str:
    """The place of a group in the list, as text that sorts like it."""
    score, value = (
        _MOST_SCORE - int(min(amount, _MOST_SCORE / 1e3) * _CENTS)
        for amount in (group.risk.score, group.risk.value)
    )
    return f"{score:018} {value:018} {group.first.isoformat()} {group.id}"


async def get_group(asked: Asked) -> Reply:
    """One group, as long as something of it waits."""
    await asked.api.parked.table.ready()
    group = group_named(asked.api.parked, asked.by, asked.path["group"])
    if group is None:
        raise ProblemError(NOT_FOUND, "Nothing of this group waits any more.")
    return Reply(content=_shown(asked, group))


async def split_group(asked: Asked) -> Reply:
    """Split it by a field, or make it whole again."""
    await _waiting(asked)
    name = fingerprint_in(asked.path["group"])
    world = asked.api.parked
    await split(world, name, asked.body_as(Split).by or "")
    data = [
        _shown(asked, group)
        for group in standing(world, asked.by).groups
        if fingerprint_in(group.id) == name
    ]
    return Reply(content=SplitGroups(data=data))


async def fix_group(asked: Asked) -> Reply:
    """Try all of it again; release what passes."""
    rows, body, world = await _waiting(asked), asked.body_as(Fix), asked.api.parked
    changes = Changes(mapping=body.mapping, definition=body.definition)
    found = await plan(world, rows, changes)
    told = FixPlan.model_validate(plan_row(found))
    if asked.query_as(DryRun).dry_run or changes or not found.passing:
        return Reply(content=FixWork(plan=told, job=None), status=200)
    group = asked.path["group"]

    async def work(progress: Progress) -> dict[str, object]:
        more = counted(progress, len(found.passing))
        return _result(await fix(world, group, found, body.why, more))

    job = selected(asked, "fix_parked", group, work)
    work_shown = FixWork(plan=told, job=shown(job, asked.by))
    return Reply(content=work_shown, headers=located(job))


async def decide_group(asked: Asked) -> Reply:
    """Decide the same about all of it."""
    rows, world = await _waiting(asked), asked.api.parked
    told, wish = GroupPlan(meant=len(rows)), wish_of(asked, asked.body)

    async def work(progress: Progress) -> dict[str, object]:
        more = counted(progress, len(rows))
        return _result(await decide_all(world, rows, wish, more))

    if asked.query_as(DryRun).dry_run:
        return Reply(content=GroupWork(plan=told, job=None), status=200)
    job: Job = selected(asked, f"{wish.kind.value}_parked", asked.path["group"], work)
    work_shown = GroupWork(plan=told, job=shown(job, asked.by))
    return Reply(content=work_shown, headers=located(job))


def _result(done: Done) -> dict[str, object]:
    some = dict(list(done.failed.items())[:_MOST_FAILED])
    return {"done": done.done, "failed": len(done.failed), "not_done": some}


async def _waiting(asked: Asked) -> Sequence[Row]:
    """All that wait of the group that the path names.

    Raises:
        ParkedNotFoundError: there never was one, for whoever asks.
    """
    world, name = asked.api.parked, asked.path["group"]
    await world.table.ready()
    group_named(world, asked.by, name)
    return items_in(world, asked.by, name)


_JOB = "First the plan (`dry_run` stops there), then a job."

ROUTES = (
    Route(
        method="GET",
        path=_GROUPS,
        operation="listParkedGroups",
        summary="List groups of parked orders, what is worth most time first.",
        description="Ranked by value times P(late) times tier weight, terms shown. "
        "Ranks move: a page follows the one before as they stand when it is asked.",
        tag=TAG,
        scope=Scope.PARKED_READ,
        handler=list_groups,
        query=PageQuery,
        answer=ParkedGroups,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="GET",
        path=_ONE,
        operation="getParkedGroup",
        summary="Show one group of parked orders.",
        tag=TAG,
        scope=Scope.PARKED_READ,
        handler=get_group,
        answer=ParkedGroup,
        tenants=True,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="POST",
        path=f"{_ONE}/split",
        operation="splitParkedGroup",
        summary="Split a group of parked orders by a field, for everybody.",
        tag=TAG,
        scope=Scope.PARKED_WRITE,
        handler=split_group,
        body=Split,
        answer=SplitGroups,
        idempotent=True,
        problems=(CONFLICT, NOT_FOUND, UNAVAILABLE),
        example={"by": "account"},
    ),
    Route(
        method="POST",
        path=f"{_ONE}/fix",
        operation="fixParkedGroup",
        summary="Convert and judge a group again, and release what passes.",
        description="With a mapping or a definition it is only tried: make the change, "
        f"then ask without it. {_JOB} The group is remembered as fixed; when it comes "
        "back, it is a regression.",
        tag=TAG,
        scope=Scope.PARKED_WRITE,
        handler=fix_group,
        query=DryRun,
        body=Fix,
        answer=FixWork,
        status=202,
        more_statuses=(200,),
        idempotent=True,
        optional_body=True,
        problems=(CONFLICT, NOT_FOUND, UNAVAILABLE),
        example={"why": "price list of November"},
    ),
    *(
        Route(
            method="POST",
            path=f"{_ONE}/{action}",
            operation=f"{action}ParkedGroup",
            summary=summary,
            description=f"{BODIES[action][2]} {_JOB}",
            tag=TAG,
            scope=Scope.PARKED_WRITE,
            handler=decide_group,
            query=DryRun,
            body=BODIES[action][0],
            answer=GroupWork,
            status=202,
            more_statuses=(200,),
            idempotent=True,
            optional_body=action == "release",
            problems=(CONFLICT, NOT_FOUND, UNAVAILABLE),
            example=BODIES[action][1],
        )
        for action, summary in (
            ("release", "Let all of a group go on."),
            ("reject", "Turn all of a group away."),
            ("assign", "Say who looks after a group."),
            ("snooze", "Put all of a group off."),
        )
    ),
)
