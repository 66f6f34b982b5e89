"""Which quarantined records are meant: as queries and forms of pages say it."""

import shlex
from collections.abc import Sequence
from typing import Annotated, Literal, get_args

from pydantic import Field

from processors.gateway.letter_models import State
from processors.gateway.model import Model, PageQuery, Several
from processors.gateway.moments import Moment
from processors.gateway.quarantine_models import Code, ItemQuery, ItemSelection, Place

REASONS: Sequence[str] = get_args(Code)
STATES: Sequence[str] = get_args(State)


class Meant(Model):
    """What narrows; what is empty does not."""

    topic: Annotated[str, Field(max_length=249)] = ""
    reason: Code | Literal[""] = ""
    source: Annotated[str, Field(max_length=256)] = ""
    since: Moment | Literal[""] = ""
    until: Moment | Literal[""] = ""


class ListQuery(Meant, PageQuery):
    """What a list shows."""

    state: State | Literal[""] = ""


class PlanQuery(Meant):
    """What is to be done, with which."""

    act: Literal["replay", "discard"] = "replay"
    place: Several[Place] = ()


def listed(query: ListQuery) -> ItemQuery:
    """The same as the API asks it."""
    return ItemQuery(
        topic=query.topic or None,
        reason=query.reason or None,
        source=query.source or None,
        state=query.state or None,
        since=query.since or None,
        until=query.until or None,
        limit=query.limit,
        cursor=query.cursor,
    )


def selection(meant: PlanQuery) -> ItemSelection:
    """The same as the API selects it."""
    return ItemSelection(
        places=[*meant.place],
        topics=[meant.topic] if meant.topic else [],
        reasons=[meant.reason] if meant.reason else [],
        sources=[meant.source] if meant.source else [],
        since=meant.since or None,
        until=meant.until or None,
    )


def command(meant: PlanQuery) -> str:
    """The same as the command says it."""
    said = (
        *(("--topic", meant.topic), ("--reason", meant.reason)),
        *(("--source", meant.source), ("--since", meant.since)),
        ("--until", meant.until),
    )
    parts = ["bus", "quarantine", meant.act, *meant.place]
    return shlex.join([*parts, *(w for n, v in said if v for w in (n, v))])
