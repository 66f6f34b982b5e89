"""What nobody could decode, by cause: how many, how old, whose; over HTTP."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field

from bus.access.roles import Scope
from bus.delivery.quarantine import Meaning, meaning_of
from bus.delivery.wording import brief
from processors.gateway.causes import BOTH, HUGE, Counted, counted, refuse_unknown
from processors.gateway.model import Page, PageQuery
from processors.gateway.paging import cut
from processors.gateway.problems import UNAVAILABLE
from processors.gateway.quarantine_models import Code
from processors.gateway.routes import Asked, Reply, Route
from processors.redrive.portfolio import Cause
from processors.redrive.quarantine import NO_SOURCE
from processors.status.glance import Known

_INTAKE = "/intake/"


class ItemGroup(NamedTuple):
    """One cause.

    Attributes:
        subscription: That it was on its way to; empty: it is of a source topic.
        owner: Whose that subscription, or the source of intake, is; empty: the
            operators'.
    """

    cause: Cause
    subscription: str
    owner: str

    @property
    def key(self) -> str:
        """The most come first."""
        one = self.cause
        return f"{HUGE - one.count:09} {one.owner} {one.reason} {one.source}"

    @property
    def meaning(self) -> Meaning:
        """What it means to who wrote them."""
        return meaning_of(self.cause.detail)

    @property
    def text(self) -> str:
        """What is searched."""
        one = self.cause
        said = (
            *(one.owner, one.source, one.reason, brief(one.reason), one.detail),
            *(self.subscription, self.owner),
        )
        return " ".join(said).lower()


def _given(value: object) -> object:
    """What a form leaves empty is not given."""
    return value or None


class ItemCausesQuery(PageQuery):
    """Which causes; what is empty does not narrow."""

    q: Annotated[
        str,
        Field(
            max_length=100,
            description="Part of topic, source, owner, reason or what was said.",
        ),
    ] = ""
    reason: Annotated[Code | None, BeforeValidator(_given)] = None
    topic: Annotated[str, Field(max_length=249)] = ""
    source: Annotated[
        str,
        Field(
            max_length=256, description="Who wrote them, as they say; `-`: they do not."
        ),
    ] = ""

    def fits(self, one: ItemGroup) -> bool:
        """Whether a cause is meant."""
        return (
            self.q.lower() in one.text
            and self.reason in {None, one.cause.reason}
            and self.topic in {"", one.cause.owner}
            and self.source in {"", one.cause.source or NO_SOURCE}
        )

    @property
    def about(self) -> str:
        """What its cursors are of."""
        return f"{self.q} {self.reason} {self.topic} {self.source}"


class ItemCause(Counted):
    """Pending records in quarantine of one source that are there for the same."""

    topic: str
    source: Annotated[
        str, Field(description="Who wrote them, as they say; empty: they do not.")
    ]
    subscription: Annotated[
        str | None,
        Field(description="They were on their way to it; null: to everybody."),
    ]
    owner: Annotated[
        str,
        Field(
            description="Whose that subscription, or the source of intake, is; empty: "
            "the operators'."
        ),
    ]
    reason: str
    meaning: str
    what_to_do: str


class ItemCauses(Page[ItemCause]):
    """A page of causes, those of the most first."""

    age_s: Annotated[float, Field(description="How long ago they were counted.")]


async def item_groups(
    asked: Asked,
) -> tuple[Known[Sequence[Cause]], list[ItemGroup]]:
    """All causes, and how well they are known."""
    await asked.api.world.table.ready()
    known = await asked.api.glance.quarantined()
    groups = [_group(asked, one) for one in known.value or ()]
    return known, sorted(groups, key=_key)


async def list_item_causes(asked: Asked) -> Reply:
    """A page of them."""
    query = asked.query_as(ItemCausesQuery)
    known, groups = await item_groups(asked)
    refuse_unknown(known)
    rows, after, before = cut(
        [one for one in groups if query.fits(one)],
        _key,
        limit=query.limit,
        cursor=query.cursor,
        about=f"quarantine causes {query.about}",
    )
    may = asked.by.may(Scope.QUARANTINE_WRITE)
    data = [
        ItemCause.model_validate(
            _shown(one) | {"actions": BOTH if may and one.cause.count else ()}
        )
        for one in rows
    ]
    age_s = round(known.age_s, 1)
    page = ItemCauses(data=data, next=after, previous=before, age_s=age_s)
    return Reply(content=page)


def _group(asked: Asked, cause: Cause) -> ItemGroup:
    world = asked.api.world
    subscription = world.topology.owner(cause.owner)
    if subscription is not None:
        to = world.table.get(subscription)
        return ItemGroup(cause, subscription, "" if to is None else to.owner)
    intake = cause.source.removeprefix(_INTAKE)
    taken = None if intake == cause.source else asked.api.sources.table.get(intake)
    return ItemGroup(cause, "", "" if taken is None else taken.owner)


def _shown(one: ItemGroup) -> dict[str, object]:
    found = one.cause.count
    return counted(one.cause) | {
        "topic": one.cause.owner,
        "source": one.cause.source,
        "subscription": one.subscription or None,
        "owner": one.owner,
        "meaning": one.meaning.words if found else "",
        "what_to_do": one.meaning.todo if found else "",
    }


def _key(one: ItemGroup) -> str:
    return one.key


ROUTES = (
    Route(
        method="GET",
        path="/v1/quarantine-causes",
        operation="listQuarantineCauses",
        summary="Pending records in quarantine by cause.",
        description="How many, since when, whose: by topic, reason and who wrote them, "
        "each with what it means and what to do. Counted once in a while; `age_s` says "
        "how long ago.",
        tag="Quarantine",
        scope=Scope.QUARANTINE_READ,
        handler=list_item_causes,
        query=ItemCausesQuery,
        answer=ItemCauses,
        problems=(UNAVAILABLE,),
    ),
)
