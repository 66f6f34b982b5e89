"""Dead letters: listed, shown, replayed, discarded."""

from collections.abc import Sequence

from bus.access.roles import Scope
from bus.delivery.delivery import Attempt
from bus.delivery.marks import Fate
from processors.gateway.job_routes import counted, located, selected, shown
from processors.gateway.jobs import Job, Progress
from processors.gateway.letter_models import (
    NOTHING,
    PLAN_S,
    LetterPlan,
    LetterQuery,
    LetterRow,
    LetterRows,
    LettersOfEvent,
    LetterWhole,
    LetterWork,
    ReplaySelection,
    Selection,
)
from processors.gateway.model import DryRun, PageQuery
from processors.gateway.moments import ms_of
from processors.gateway.paging import cut, places_cursor, places_in
from processors.gateway.problems import CONFLICT, NOT_FOUND, UNAVAILABLE, ProblemError
from processors.gateway.record_links import record_path
from processors.gateway.remembering import attempts_for
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.subscriptions import ONE
from processors.gateway.tenants import letters_owner, subscription_of
from processors.redrive.again import target
from processors.redrive.attempts import told_apart
from processors.redrive.edits import can_edit
from processors.redrive.inspecting import tries_of, whole_of
from processors.redrive.letter_rows import Row, letter_row, plan_row
from processors.redrive.letters import Letter, Wanted
from processors.redrive.newest import From, newest_letters
from processors.redrive.readiness import refuse_unready
from processors.redrive.replaying import can_replay, discard, replay
from processors.subscriptions.actions import ACTIONS, Action

_TAG = "Dead letters"
_PATH = f"{ONE}/dead-letters"


async def list_letters(asked: Asked) -> Reply:
    """A page of one subscription's, the newest first."""
    query, owner = asked.query_as(LetterQuery), await letters_owner(asked)
    about = f"{owner} {query.model_dump(exclude={'limit', 'cursor'})}"
    start = From(query.limit, places_in(query.cursor, about))
    api, wanted = asked.api, _wanted(asked, query)
    rows, rest = await newest_letters(api.world, api.fates, owner, wanted, start)
    data = [LetterRow.model_validate(_row(asked, one)) for one in rows]
    after = None if rest is None else places_cursor(about, rest)
    return Reply(content=LetterRows(data=data, next=after))


async def get_letters(asked: Asked) -> Reply:
    """Those of one event, the newest first, with content and attempts."""
    owner, query = await letters_owner(asked), asked.query_as(PageQuery)
    event = asked.path["event"]
    found = await asked.api.letters.of(asked.api.world, owner, [event])
    if not found:
        raise ProblemError(NOT_FOUND)
    letters, after, before = cut(
        sorted(found, key=_order),
        _order,
        limit=query.limit,
        cursor=query.cursor,
        about=f"{owner} {event}",
    )
    tries = await _tries(asked, letters)
    data = [
        LetterWhole.model_validate(
            await whole_of(asked.api.world, letter, tries) | _added(asked, letter)
        )
        for letter in letters
    ]
    return Reply(content=LettersOfEvent(data=data, next=after, previous=before))


async def _tries(asked: Asked, letters: Sequence[Letter]) -> Sequence[Attempt]:
    """The attempts of letters of one event: from the log, and what came since."""
    world = asked.api.world
    known = [one for one in letters if one.event is not None]
    if not known:
        return ()
    logged = await attempts_for(asked, known[0].event_id, known[0].order_id)
    if logged is None:
        return await tries_of(world, known)
    return told_apart(
        (*logged.attempts, *await tries_of(world, known, logged.since_ms))
    )


def _order(letter: Letter) -> str:
    """Sorts the newest first."""
    at = letter.record
    return " ".join(f"{2**63 - n:020}" for n in (letter.at_ms, at.offset, at.partition))


async def replay_letters(asked: Asked) -> Reply:
    """Send pending ones again, from the first tier on."""
    meant, world = asked.body_as(ReplaySelection), asked.api.world
    subscription = await subscription_of(asked)
    await refuse_unready(world, subscription, force=meant.force)
    wanted = _pending(asked, meant)
    with asked.api.plans.one(asked.by):
        letters = asked.api.letters
        found = await letters.plan(world, subscription.id, wanted, PLAN_S)
    told = plan_row(subscription.id, found, target(world.topology, subscription))

    async def work(progress: Progress) -> dict[str, object]:
        told_of = counted(progress, found.pending)
        again = letters.read(world, subscription.id, wanted)
        done = await replay(world, subscription, again, told_of)
        left = found.whole - done.sent - done.gone - done.refused
        split = {"done": done.sent, "failed": done.gone + done.refused}
        more = {"why": done.why, "not_sent": done.named}
        return {**split, "unknown": max(0, left), **more}

    if asked.query_as(DryRun).dry_run:
        return _told(asked, told, None)
    if found.complete and found.pending <= found.damaged:
        return _told(asked, told | {"note": NOTHING}, None)
    job = selected(asked, "replay_dead_letters", subscription.id, work)
    return _told(asked, told, job)


async def discard_letters(asked: Asked) -> Reply:
    """Mark pending ones as done with."""
    meant, world = asked.body_as(Selection), asked.api.world
    owner = await letters_owner(asked)
    wanted = _pending(asked, meant)
    with asked.api.plans.one(asked.by):
        letters = asked.api.letters
        found = await letters.plan(world, owner, wanted, PLAN_S)

    async def work(progress: Progress) -> dict[str, object]:
        told_of = counted(progress, found.pending)
        done = await discard(world, letters.read(world, owner, wanted), told_of)
        return {"done": done, "failed": 0, "unknown": 0}

    told = plan_row(owner, found, "")
    if asked.query_as(DryRun).dry_run:
        return _told(asked, told, None)
    if found.complete and not found.pending:
        return _told(asked, told | {"note": NOTHING}, None)
    job = selected(asked, "discard_dead_letters", owner, work)
    return _told(asked, told, job)


def _told(asked: Asked, row: Row, job: Job | None) -> Reply:
    plan_shown = LetterPlan.model_validate(row)
    if job is None:
        return Reply(content=LetterWork(plan=plan_shown, job=None), status=200)
    work_shown = LetterWork(plan=plan_shown, job=shown(job, asked.by))
    return Reply(content=work_shown, headers=located(job))


def _wanted(asked: Asked, query: LetterQuery) -> Wanted:
    return Wanted(
        types=[query.type] if query.type else (),
        orders=[query.order] if query.order else (),
        events=[query.event] if query.event else (),
        reasons=[query.reason] if query.reason else (),
        statuses=() if query.status is None else [query.status],
        since_ms=ms_of(asked, query.since, "since"),
        until_ms=ms_of(asked, query.until, "until"),
        fates=[Fate(query.state)] if query.state else (),
    )


def _pending(asked: Asked, meant: Selection) -> Wanted:
    return Wanted(
        types=meant.types,
        orders=meant.orders,
        events=meant.events,
        reasons=meant.reasons,
        statuses=meant.statuses,
        since_ms=ms_of(asked, meant.since, "since"),
        until_ms=ms_of(asked, meant.until, "until"),
        fates=[Fate.PENDING],
    )


def _row(asked: Asked, letter: Letter) -> Row:
    return letter_row(letter) | _added(asked, letter)


def _added(asked: Asked, letter: Letter) -> Row:
    """What the API says of a letter besides."""
    at = letter.record
    path = record_path(f"{at.topic}/{at.partition}/{at.offset}")
    return {"record": path, "actions": _actions(asked, letter)}


def _actions(asked: Asked, letter: Letter) -> Sequence[str]:
    """What whoever asks may do to a letter now."""
    if letter.fate is not Fate.PENDING or not asked.by.may(Scope.LETTERS_WRITE):
        return []
    one = asked.api.world.table.get(letter.subscription)
    if one is None or Action.REPLAY not in ACTIONS[one.state]:
        return ["discard"]
    replay = ["replay"] if can_replay(letter) else []
    return [*replay, *(["replace"] if can_edit(letter) else []), "discard"]


ROUTES = (
    Route(
        method="GET",
        path=_PATH,
        operation="listDeadLetters",
        summary="List a subscription's dead letters, the newest first.",
        description="With what became of them. They are kept for 14 days. A page "
        "reads at most 10,000 records: with a filter it may have few rows or none, and "
        "goes on with `next` all the same. There is no `previous`.",
        tag=_TAG,
        scope=Scope.LETTERS_READ,
        handler=list_letters,
        query=LetterQuery,
        answer=LetterRows,
        problems=(UNAVAILABLE,),
        tenants=True,
    ),
    Route(
        method="GET",
        path=f"{_PATH}/{{event}}",
        operation="getDeadLetters",
        summary="Show the dead letters of one event: headers, content, attempts.",
        description="The newest first. By its webhook-id, or its producer's own id.",
        tag=_TAG,
        scope=Scope.LETTERS_READ,
        handler=get_letters,
        query=PageQuery,
        answer=LettersOfEvent,
        problems=(UNAVAILABLE,),
        tenants=True,
    ),
    Route(
        method="POST",
        path=f"{_PATH}:replay",
        operation="replayDeadLetters",
        summary="Send pending dead letters again, from the first tier on.",
        description="First the plan with its counts (`dry_run` stops there), then a "
        "job; where nothing is to be done there is none (200). They keep their "
        "webhook-id, are signed with the present secret, and start anew with all "
        "attempts. Each is sent once more; asked again, nothing is left.",
        tag=_TAG,
        scope=Scope.LETTERS_WRITE,
        handler=replay_letters,
        query=DryRun,
        body=ReplaySelection,
        answer=LetterWork,
        status=202,
        more_statuses=(200,),
        problems=(CONFLICT, UNAVAILABLE),
        tenants=True,
        idempotent=True,
        optional_body=True,
        example={"reasons": ["exhausted"], "since": "24h"},
    ),
    Route(
        method="POST",
        path=f"{_PATH}:discard",
        operation="discardDeadLetters",
        summary="Mark pending dead letters as done with.",
        description="They stay readable until they expire, and are not replayed. "
        "First the plan (`dry_run` stops there), then a job.",
        tag=_TAG,
        scope=Scope.LETTERS_WRITE,
        handler=discard_letters,
        query=DryRun,
        body=Selection,
        answer=LetterWork,
        status=202,
        more_statuses=(200,),
        problems=(CONFLICT, UNAVAILABLE),
        tenants=True,
        idempotent=True,
        optional_body=True,
        example={"reasons": ["unrenderable"]},
    ),
)
