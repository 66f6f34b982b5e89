"""One source: how it is set, what was changed of it, what can be done with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bus.access.roles import Scope
from bus.intake.channels.definition import Channel
from processors.gateway.audit import AuditQuery, ChangeRows, list_audit
from processors.gateway.problems import ProblemError
from processors.gateway.routes import Asked
from processors.gateway.source_models import SourceShown, SourceTaken
from processors.gateway.sources import get_source, source_of, world_of
from processors.web.asking import asking, content_of
from processors.web.operations.audit import Changed, changed
from processors.web.pages import Page
from processors.web.sources.faring import Fares, faring

PATH = "/sources/{source}"
TEMPLATE = "source.html.j2"
EXAMPLE = {"source": "acme-shop"}
_CHANGES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """What the template reads; `told` is a new secret or address, shown this once."""

    one: SourceShown
    version: str
    fares: Fares
    channel: str
    may_wait: bool
    may_rules: bool
    history: Sequence[Changed]
    no_history: str
    told: Mapping[str, str] = field(default_factory=dict, repr=False)
    said: str = ""
    warnings: Sequence[str] = ()


async def view(asked: Asked) -> SourceView:
    """The source that the path names."""
    return await seen(asked)


async def seen(
    asked: Asked, taken: SourceTaken | None = None, said: str = ""
) -> SourceView:
    """The same, after something was done to it."""
    reply = await get_source(asking(asked))
    one = content_of(reply, SourceShown)
    await asked.api.board.ready()
    (fares,) = faring(asked, [source_of(await world_of(asked), asked)])
    history, why = await _history(asked, one.id)
    channel = asked.api.sources.channels.get(one.channel)
    told = {} if taken is None else {"secret": taken.secret, "address": taken.path}
    return SourceView(
        one=one,
        version=reply.etag.strip('"'),
        fares=fares,
        channel=_about(channel),
        may_wait=asked.by.may(Scope.PARKED_READ),
        may_rules=asked.by.may(Scope.RULES_READ),
        history=history,
        no_history=why,
        told={name: text for name, text in told.items() if text},
        said=said,
        warnings=() if taken is None else taken.warnings,
    )


def _about(channel: Channel | None) -> str:
    return "" if channel is None else channel.title


async def _history(asked: Asked, name: str) -> tuple[Sequence[Changed], str]:
    """The latest changes of it; or why nobody knows them."""
    if not asked.by.may(Scope.AUDIT_READ):
        return (), "This key may not read the audit."
    query = AuditQuery(entity="source", id=name, limit=_CHANGES)
    try:
        reply = await list_audit(asking(asked, query=query))
    except ProblemError as problem:
        return (), problem.detail
    return [changed(one) for one in content_of(reply, ChangeRows).data], ""


PAGES = (
    Page(
        path=PATH,
        name="source",
        scope=Scope.SOURCES_READ,
        view=view,
        template=TEMPLATE,
        tenants=True,
        example=EXAMPLE,
    ),
)
