"""Parked orders over HTTP: listed, shown, edited, decided about one by one."""

from collections.abc import Sequence
from datetime import timedelta

from bus.access.roles import Scope
from bus.delivery.schedule import parse_duration
from bus.intake.parked.decisions import Kind
from bus.intake.parked.grouping import Row
from bus.times import rfc3339
from processors.gateway.model import DryRun, Model
from processors.gateway.paging import cut
from processors.gateway.parked_decisions import (
    Assign,
    ParkedEdit,
    ParkedEdited,
    Reject,
    Release,
    Snooze,
)
from processors.gateway.parked_models import (
    ParkedQuery,
    ParkedRow,
    ParkedRows,
    ParkedWhole,
)
from processors.gateway.problems import CONFLICT, NOT_FOUND, UNAVAILABLE
from processors.gateway.routes import Asked, Reply, Route
from processors.parked.asking import Wanted, row_of, rows_of, whole
from processors.parked.deciding import Wish, decide, edit
from processors.parked.plain import item_row, may_be_done, tried_row, whole_row

TAG = "Parked orders"
PATH = "/v1/parked"
ONE = f"{PATH}/{{item}}"


async def list_items(asked: Asked) -> Reply:
    """A page of those that are meant."""
    query, world = asked.query_as(ParkedQuery), asked.api.parked
    await world.table.ready()
    wanted = query.model_dump(exclude={"limit", "cursor"})
    found = rows_of(
        world, asked.by, Wanted(**{k: v for k, v in wanted.items() if v is not None})
    )
    rows, after, before = cut(
        found,
        lambda row: f"{rfc3339(row.stake.due)} {row.id}",
        limit=query.limit,
        cursor=query.cursor,
        about=f"parked {wanted}",
    )
    data = [_shown(asked, row) for row in rows]
    return Reply(content=ParkedRows(data=data, next=after, previous=before))


async def get_item(asked: Asked) -> Reply:
    """All there is of one."""
    row = await _row(asked)
    world = asked.api.parked
    said = whole_row(await whole(world, row), world.now)
    said["actions"] = _actions(asked, row)
    return Reply(content=ParkedWhole.model_validate(said), etag=_etag(row))


def _shown(asked: Asked, row: Row) -> ParkedRow:
    said = {**item_row(row, asked.api.parked.now), "actions": _actions(asked, row)}
    return ParkedRow.model_validate(said)


def _actions(asked: Asked, row: Row) -> Sequence[str]:
    """What whoever asks may do to one now."""
    return may_be_done(row) if asked.by.may(Scope.PARKED_WRITE) else []


async def edit_item(asked: Asked) -> Reply:
    """Put another payload in the place of its own."""
    row, body = await _row(asked), asked.body_as(ParkedEdit)
    world = asked.api.parked
    wish = Wish(
        kind=Kind.EDITED,
        why=body.why,
        payload=body.data,
        event_type=body.type or "",
        version=_version(asked),
    )
    dry_run = asked.query_as(DryRun).dry_run
    after, tried = await edit(world, row, wish, dry_run=dry_run)
    said = {"item": _shown(asked, after), **tried_row(tried)}
    return Reply(content=ParkedEdited.model_validate(said), etag=_etag(after))


async def release_item(asked: Asked) -> Reply:
    """Let it go on."""
    return await _decide(asked, wish_of(asked, asked.body))


async def reject_item(asked: Asked) -> Reply:
    """Turn it away."""
    return await _decide(asked, wish_of(asked, asked.body))


async def assign_item(asked: Asked) -> Reply:
    """Say who looks after it."""
    return await _decide(asked, wish_of(asked, asked.body))


async def snooze_item(asked: Asked) -> Reply:
    """Put it off."""
    return await _decide(asked, wish_of(asked, asked.body))


def wish_of(asked: Asked, body: object) -> Wish:
    """What a body wants to be decided."""
    version = _version(asked)
    match body:
        case Release():
            return Wish(kind=Kind.RELEASED, why=body.why, raw=body.raw, version=version)
        case Reject():
            return Wish(kind=Kind.REJECTED, why=body.why, version=version)
        case Assign():
            return Wish(kind=Kind.ASSIGNED, why=body.why, to=body.to, version=version)
        case Snooze():
            span = timedelta(seconds=parse_duration(body.duration))
            until = asked.api.parked.now + span
            return Wish(kind=Kind.SNOOZED, why=body.why, until=until, version=version)
        case _:
            raise TypeError(f"{type(body).__name__} decides nothing")


async def _decide(asked: Asked, wish: Wish) -> Reply:
    row, world = await _row(asked), asked.api.parked
    after = await decide(world, row, wish)
    return Reply(content=_shown(asked, after), etag=_etag(after))


async def _row(asked: Asked) -> Row:
    """The item that the path names.

    Raises:
        ParkedNotFoundError: there is none, for whoever asks.
    """
    await asked.api.parked.table.ready()
    return row_of(asked.api.parked, asked.by, asked.path["item"])


def _etag(row: Row) -> str:
    return f'"{row.life.version}"'


def _version(asked: Asked) -> int | None:
    """The version that If-Match names; one that is none fits nothing."""
    if asked.version is None:
        return None
    return int(asked.version) if asked.version.isdigit() else 0


_KEPT = "The original is kept."
_GO_ON = (
    "Edited ones go on as they are, others are converted again; the rules that held "
    "one hold it no more. What cannot be converted, or what another rule holds, is "
    "parked again."
)

BODIES: dict[str, tuple[type[Model], dict[str, object], str]] = {
    "release": (
        Release,
        {"why": "the buyer confirmed it"},
        _GO_ON,
    ),
    "reject": (
        Reject,
        {"why": "a test order"},
        "The OMS never gets it. The original is kept; it can be released after all.",
    ),
    "assign": (Assign, {"to": "kim"}, "An empty `to`: nobody does any more."),
    "snooze": (
        Snooze,
        {"duration": "4h", "why": "waits for the price list"},
        "It goes on waiting, and is listed under `snoozed` meanwhile.",
    ),
}
"""What each decision takes: its body, one that works, and what it means."""

ROUTES = (
    Route(
        method="GET",
        path=PATH,
        operation="listParked",
        summary="List parked orders, those that have to go first first.",
        tag=TAG,
        scope=Scope.PARKED_READ,
        handler=list_items,
        query=ParkedQuery,
        answer=ParkedRows,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="GET",
        path=ONE,
        operation="getParked",
        summary="Show one: what was found, its payload, all decisions.",
        tag=TAG,
        scope=Scope.PARKED_READ,
        handler=get_item,
        answer=ParkedWhole,
        tenants=True,
        etag=True,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="POST",
        path=f"{ONE}/edit",
        operation="editParked",
        summary="Put another payload in the place of a parked order's.",
        description="It has to match the schema of its type, and is judged by the "
        f"rules: what they still hold is answered. {_KEPT} Nothing is published before "
        "it is released.",
        tag=TAG,
        scope=Scope.PARKED_WRITE,
        handler=edit_item,
        query=DryRun,
        body=ParkedEdit,
        answer=ParkedEdited,
        etag=True,
        if_match="may",
        idempotent=True,
        problems=(CONFLICT, NOT_FOUND, UNAVAILABLE),
        example={
            "data": {"order_id": "shopify.acme-shop.1001"},
            "why": "the SKU had a typo",
        },
    ),
    *(
        Route(
            method="POST",
            path=f"{ONE}/{action}",
            operation=f"{action}Parked",
            summary=summary,
            description=BODIES[action][2],
            tag=TAG,
            scope=Scope.PARKED_WRITE,
            handler=handler,
            body=BODIES[action][0],
            answer=ParkedRow,
            etag=True,
            if_match="may",
            idempotent=True,
            optional_body=action == "release",
            problems=(CONFLICT, NOT_FOUND, UNAVAILABLE),
            example=BODIES[action][1],
        )
        for action, handler, summary in (
            ("release", release_item, "Let a parked order go on."),
            ("reject", reject_item, "Turn a parked order away."),
            ("assign", assign_item, "Say who looks after a parked order."),
            ("snooze", snooze_item, "Put a parked order off."),
        )
    ),
)
