"""Which dead letters are meant: as queries and forms of pages say it."""

import shlex
from collections.abc import Sequence
from typing import Annotated, Literal, get_args

from pydantic import Field

from processors.gateway.letter_models import LetterQuery, Reason, ReplaySelection, State
from processors.gateway.letter_models import Word as Given
from processors.gateway.model import Model, PageQuery, Several
from processors.gateway.moments import Moment

REASONS: Sequence[str] = get_args(Reason)
STATES: Sequence[str] = get_args(State)
Word = Annotated[str, Field(max_length=256)]


class Meant(Model):
    """What narrows; what is empty does not."""

    type: Word = ""
    order: Word = ""
    reason: Reason | Literal[""] = ""
    status: Annotated[str, Field(pattern=r"^([1-5][0-9]{2}|0)?$")] = ""
    since: Moment | Literal[""] = ""
    until: Moment | Literal[""] = ""


class ListQuery(Meant, PageQuery):
    """What a list shows."""

    state: State | Literal[""] = ""
    event: Word = ""


class PlanQuery(Meant):
    """What is to be done, with which."""

    act: Literal["replay", "discard"] = "replay"
    event: Several[Given] = ()


class PlanForm(PlanQuery):
    """A plan that somebody agrees with."""

    force: Literal["", "yes"] = ""


def listed(query: ListQuery) -> LetterQuery:
    """The same as the API asks it."""
    return LetterQuery(
        type=query.type or None,
        order=query.order or None,
        event=query.event or None,
        reason=query.reason or None,
        status=int(query.status) if query.status else None,
        state=query.state or None,
        since=query.since or None,
        until=query.until or None,
        limit=query.limit,
        cursor=query.cursor,
    )


def selection(meant: PlanQuery, *, force: bool) -> ReplaySelection:
    """The same as the API selects it."""
    return ReplaySelection(
        types=[meant.type] if meant.type else [],
        orders=[meant.order] if meant.order else [],
        events=[*meant.event],
        reasons=[meant.reason] if meant.reason else [],
        statuses=[int(meant.status)] if meant.status else [],
        since=meant.since or None,
        until=meant.until or None,
        force=force,
    )


def command(subscription: str, meant: PlanQuery, *, force: bool = False) -> str:
    """The same as the command says it."""
    said = (
        *(("--type", meant.type), ("--order", meant.order), ("--reason", meant.reason)),
        *(("--status", meant.status), ("--since", meant.since)),
        *(("--until", meant.until), *(("--event", one) for one in meant.event)),
    )
    parts = ["bus", "dlq", meant.act, subscription]
    parts += [word for name, value in said if value for word in (name, value)]
    return shlex.join([*parts, *(["--force"] if force else [])])
