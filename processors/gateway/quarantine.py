"""Quarantine over HTTP: records that nobody could decode."""

from collections.abc import Sequence
from functools import partial

from bus.access.roles import Scope
from bus.delivery.marks import Fate
from processors.gateway.job_routes import counted, located, selected, shown
from processors.gateway.jobs import Job, Progress
from processors.gateway.letter_models import NOTHING, PLAN_S
from processors.gateway.model import DryRun
from processors.gateway.moments import ms_of
from processors.gateway.paging import places_cursor, places_in
from processors.gateway.problems import CONFLICT, NOT_FOUND, UNAVAILABLE, ProblemError
from processors.gateway.quarantine_models import (
    ItemPlan,
    ItemQuery,
    ItemRow,
    ItemRows,
    ItemsAt,
    ItemSelection,
    ItemWhole,
    ItemWork,
)
from processors.gateway.record_links import record_path
from processors.gateway.routes import Asked, Reply, Route
from processors.redrive.item_rows import (
    event_now,
    item_row,
    item_whole,
    released_row,
)
from processors.redrive.letter_rows import Row
from processors.redrive.newest import From, newest_items
from processors.redrive.quarantine import Item, WantedItems
from processors.redrive.release import Release, Released, count_pending, let_drop

_TAG = "Quarantine"
_PATH = "/v1/quarantine"


async def list_items(asked: Asked) -> Reply:
    """A page of them, the newest first."""
    query = asked.query_as(ItemQuery)
    wanted = WantedItems(
        topics=[query.topic] if query.topic else (),
        reasons=[query.reason] if query.reason else (),
        sources=[query.source] if query.source else (),
        since_ms=ms_of(asked, query.since, "since"),
        until_ms=ms_of(asked, query.until, "until"),
        fates=[Fate(query.state)] if query.state else (),
    )
    about = f"quarantine {query.model_dump(exclude={'limit', 'cursor'})}"
    start = From(query.limit, places_in(query.cursor, about))
    api = asked.api
    rows, rest = await newest_items(api.world, api.fates, wanted, start)
    data = [
        ItemRow.model_validate(item_row(item) | _added(asked, item)) for item in rows
    ]
    after = None if rest is None else places_cursor(about, rest)
    return Reply(content=ItemRows(data=data, next=after))


async def get_items(asked: Asked) -> Reply:
    """What is wrong with one, what to do, and what is in it."""
    place = "/".join(asked.path[name] for name in ("topic", "partition", "offset"))
    world, items = asked.api.world, asked.api.items
    data = [
        ItemWhole.model_validate(
            item_whole(item, await event_now(world, item)) | _added(asked, item)
        )
        for item in await items.of(world, [place])
    ]
    if not data:
        raise ProblemError(NOT_FOUND)
    return Reply(content=ItemsAt(data=data))


async def replay_items(asked: Asked) -> Reply:
    """Decode pending ones again, and deliver what can be read by now."""
    world, wanted = asked.api.world, _pending(asked)
    read = partial(asked.api.items.read, world, wanted)
    await world.table.ready()
    with asked.api.plans.one(asked.by):
        plan = await Release(world).plan(read(), PLAN_S)

    async def work(progress: Progress) -> dict[str, object]:
        told = counted(progress, plan.pending)
        done = await Release(world).run(read(), told)
        failed = done.stuck.total() + done.refused
        return {**released_row(done), "done": done.released, "failed": failed}

    if asked.query_as(DryRun).dry_run:
        return _told(asked, plan, None)
    if plan.complete and plan.pending <= plan.stuck.total():
        return _told(asked, plan, None, NOTHING)
    job = selected(asked, "replay_quarantine", "quarantine", work)
    return _told(asked, plan, job)


async def discard_items(asked: Asked) -> Reply:
    """Mark pending ones as done with."""
    world, wanted = asked.api.world, _pending(asked)
    read = partial(asked.api.items.read, world, wanted)
    with asked.api.plans.one(asked.by):
        plan = await count_pending(read(), PLAN_S)

    async def work(progress: Progress) -> dict[str, object]:
        told = counted(progress, plan.pending)
        done = await let_drop(world, read(), told)
        return {"done": done, "failed": 0}

    if asked.query_as(DryRun).dry_run:
        return _told(asked, plan, None)
    if plan.complete and not plan.pending:
        return _told(asked, plan, None, NOTHING)
    job = selected(asked, "discard_quarantine", "quarantine", work)
    return _told(asked, plan, job)


def _told(
    asked: Asked, plan: Released, job: Job | None, note: str | None = None
) -> Reply:
    row = released_row(plan)
    said = ItemPlan.model_validate(row if note is None else row | {"note": note})
    if job is None:
        return Reply(content=ItemWork(plan=said, job=None), status=200)
    work_shown = ItemWork(plan=said, job=shown(job, asked.by))
    return Reply(content=work_shown, headers=located(job))


def _pending(asked: Asked) -> WantedItems:
    meant = asked.body_as(ItemSelection)
    return WantedItems(
        places=meant.places,
        topics=meant.topics,
        reasons=meant.reasons,
        sources=meant.sources,
        since_ms=ms_of(asked, meant.since, "since"),
        until_ms=ms_of(asked, meant.until, "until"),
        fates=[Fate.PENDING],
    )


def _added(asked: Asked, item: Item) -> Row:
    """What the API says of a record besides."""
    at = item.record
    path = record_path(f"{at.topic}/{at.partition}/{at.offset}")
    return {"record": path, "actions": _actions(asked, item)}


def _actions(asked: Asked, item: Item) -> Sequence[str]:
    """What whoever asks may do to one now."""
    pending = item.fate is Fate.PENDING and asked.by.may(Scope.QUARANTINE_WRITE)
    if not pending:
        return []
    event = asked.api.world.topology.owner(item.topic) is None
    return ["replay", *(["replace"] if event else []), "discard"]


ROUTES = (
    Route(
        method="GET",
        path=_PATH,
        operation="listQuarantine",
        summary="List records that nobody could decode, the newest first.",
        description="A page reads at most 10,000 records: with a filter it may have "
        "few rows or none, and goes on with `next` all the same. There is no "
        "`previous`.",
        tag=_TAG,
        scope=Scope.QUARANTINE_READ,
        handler=list_items,
        query=ItemQuery,
        answer=ItemRows,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="GET",
        path=f"{_PATH}/{{topic}}/{{partition}}/{{offset}}",
        operation="getQuarantined",
        summary="Show one: what is wrong with it, what to do, what is in it.",
        tag=_TAG,
        scope=Scope.QUARANTINE_READ,
        handler=get_items,
        answer=ItemsAt,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="POST",
        path=f"{_PATH}:replay",
        operation="replayQuarantine",
        summary="Decode pending records again, and deliver what can be read by now.",
        description="Each goes to every subscription that wants it, under the "
        "identity that it would have had. First the plan (`dry_run` stops there), "
        "then a job.",
        tag=_TAG,
        scope=Scope.QUARANTINE_WRITE,
        handler=replay_items,
        query=DryRun,
        body=ItemSelection,
        answer=ItemWork,
        status=202,
        more_statuses=(200,),
        problems=(CONFLICT, UNAVAILABLE),
        idempotent=True,
        optional_body=True,
        example={"reasons": ["unknown_schema"]},
    ),
    Route(
        method="POST",
        path=f"{_PATH}:discard",
        operation="discardQuarantine",
        summary="Mark pending records as done with.",
        description="They stay readable until they expire. First the plan (`dry_run` "
        "stops there), then a job.",
        tag=_TAG,
        scope=Scope.QUARANTINE_WRITE,
        handler=discard_items,
        query=DryRun,
        body=ItemSelection,
        answer=ItemWork,
        status=202,
        more_statuses=(200,),
        problems=(CONFLICT, UNAVAILABLE),
        idempotent=True,
        optional_body=True,
        example={"places": ["oms.order/3/17"]},
    ),
)
