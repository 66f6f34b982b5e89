"""What was given up, by cause, over HTTP; and what causes have in common."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from bus.access.roles import Scope
from bus.delivery.wording import brief
from bus.times import moment_of, rfc3339
from processors.gateway.failures import RETRY_AFTER
from processors.gateway.model import Model, Page, PageQuery
from processors.gateway.paging import cut
from processors.gateway.problems import UNAVAILABLE, ProblemError
from processors.gateway.routes import Asked, Reply, Route
from processors.redrive.portfolio import MOST_COUNTED, Cause
from processors.status.glance import Known
from processors.subscriptions.actions import ACTIONS, Action

HUGE = 10**9
"""More than any count: what is taken from it comes first if it is large."""
BOTH: Sequence[str] = ("replay", "discard")


class Group(NamedTuple):
    """One cause, and whose subscription it is; `removed`: there is none any more."""

    cause: Cause
    owner: str
    removed: bool

    @property
    def key(self) -> str:
        """The most come first."""
        one = self.cause
        return f"{HUGE - one.count:09} {one.owner} {one.reason} {one.status}"

    @property
    def text(self) -> str:
        """What is searched."""
        one = self.cause
        said = (
            *(one.owner, self.owner, one.reason, brief(one.reason)),
            *(str(one.status), one.detail),
        )
        return " ".join(said).lower()


class CausesQuery(PageQuery):
    """Which causes."""

    q: Annotated[
        str,
        Field(
            max_length=100,
            description="Part of subscription, owner, reason, answer or what was said.",
        ),
    ] = ""


class Counted(Model):
    """How many are pending, since when."""

    count: int
    at_least: Annotated[
        bool,
        Field(
            description=f"There are older ones than the newest {MOST_COUNTED:,} of the"
            " topic, which were counted."
        ),
    ]
    oldest_at: str | None
    newest_at: str | None
    detail: Annotated[str, Field(description="What was said of the newest.")]
    actions: Annotated[
        Sequence[Literal["replay", "discard"]],
        Field(description="What whoever asks may do now to all of a cause at once."),
    ] = ()


class LetterCause(Counted):
    """Pending dead letters of a subscription that were given up for the same."""

    subscription: str
    owner: str
    removed: Annotated[bool, Field(description="The subscription is there no more.")]
    reason: str
    status: Annotated[int, Field(description="What was answered last; 0: nothing.")]


class LetterCauses(Page[LetterCause]):
    """A page of causes, those of the most first."""

    age_s: Annotated[float, Field(description="How long ago they were counted.")]


async def letter_groups(asked: Asked) -> tuple[Known[Sequence[Cause]], list[Group]]:
    """Causes that are there for whoever asks, and how well they are known."""
    await asked.api.world.table.ready()
    known = await asked.api.glance.letters()
    return known, sorted(_seen(asked, known.value or ()), key=_key)


async def list_letter_causes(asked: Asked) -> Reply:
    """A page of them."""
    query = asked.query_as(CausesQuery)
    known, groups = await letter_groups(asked)
    refuse_unknown(known)
    rows, after, before = cut(
        [one for one in groups if query.q.lower() in one.text],
        _key,
        limit=query.limit,
        cursor=query.cursor,
        about=f"dead letter causes {query.q}",
    )
    data = [
        LetterCause.model_validate(_letter(one) | {"actions": _of_letters(asked, one)})
        for one in rows
    ]
    age_s = round(known.age_s, 1)
    page = LetterCauses(data=data, next=after, previous=before, age_s=age_s)
    return Reply(content=page)


def _of_letters(asked: Asked, group: Group) -> Sequence[str]:
    """As of each single one; of a subscription that was removed, nothing."""
    one = asked.api.world.table.get(group.cause.owner)
    if one is None or not group.cause.count or not asked.by.may(Scope.LETTERS_WRITE):
        return ()
    return BOTH if Action.REPLAY in ACTIONS[one.state] else ("discard",)


def refuse_unknown(known: Known[Sequence[Cause]]) -> None:
    """Raise where they could not be counted.

    Raises:
        ProblemError: with why.
    """
    if known.value is None:
        why = f"They could not be counted: {known.why}."
        raise ProblemError(UNAVAILABLE, why, headers=RETRY_AFTER)


def _letter(one: Group) -> dict[str, object]:
    return counted(one.cause) | {
        "subscription": one.cause.owner,
        "owner": one.owner,
        "removed": one.removed,
        "status": one.cause.status,
    }


def counted(one: Cause) -> dict[str, object]:
    """What is said of each cause."""
    return {
        "count": one.count,
        "at_least": not one.complete,
        "oldest_at": _moment(one.oldest_ms),
        "newest_at": _moment(one.newest_ms),
        "detail": one.detail,
        "reason": one.reason,
    }


def _moment(at_ms: int) -> str | None:
    return rfc3339(moment_of(at_ms)) if at_ms else None


def _seen(asked: Asked, causes: Sequence[Cause]) -> Iterator[Group]:
    for cause in causes:
        one = asked.api.world.table.get(cause.owner)
        if one is None and not asked.by.tenant:
            yield Group(cause, "", removed=True)
        elif one is not None and asked.by.sees(one.owner):
            yield Group(cause, one.owner, removed=False)


def _key(one: Group) -> str:
    return one.key


ROUTES = (
    Route(
        method="GET",
        path="/v1/dead-letter-causes",
        operation="listDeadLetterCauses",
        summary="Pending dead letters of all subscriptions by cause.",
        description="How many, since when, whose: by subscription, reason and last "
        "answer. Counted once in a while; `age_s` says how long ago. A tenant sees "
        "those of its own subscriptions.",
        tag="Dead letters",
        scope=Scope.LETTERS_READ,
        handler=list_letter_causes,
        query=CausesQuery,
        answer=LetterCauses,
        problems=(UNAVAILABLE,),
    ),
)
