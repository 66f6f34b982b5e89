"""The rules that hold for an account, each part with where it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass

from bus.access.roles import Scope
from processors.gateway.routes import Asked
from processors.gateway.rule_models import EffectiveShown, RuleShown, ScopeQuery
from processors.gateway.rules import get_effective_rules
from processors.web.asking import asking, content_of
from processors.web.commands import quoted
from processors.web.pages import Page
from processors.web.rules.words import worded

_NOT_PARTS = frozenset({"about", "why"})


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a rule: what it says, and the line that says so."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class RuleParts:
    """A rule with its parts."""

    one: RuleShown
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveView:
    """What the template reads."""

    query: ScopeQuery
    found: EffectiveShown
    rows: Sequence[RuleParts]
    channels: Sequence[str]
    command: str


async def view(asked: Asked) -> EffectiveView:
    """Those of the scope that is asked for."""
    query = asked.query_as(ScopeQuery)
    reply = await get_effective_rules(asking(asked, query=query))
    found = content_of(reply, EffectiveShown)
    options = [
        f"--{name} {quoted(value)}"
        for name, value in query.model_dump().items()
        if value
    ]
    return EffectiveView(
        query=query,
        found=found,
        rows=[RuleParts(one, _parts(one)) for one in found.rules],
        channels=asked.api.sources.channels.names(),
        command=" ".join(["bus rules effective", *options]),
    )


def _parts(one: RuleShown) -> Sequence[Part]:
    """Those that a line says; of the rest its check's defaults hold."""
    parts: list[Part] = []
    for path, origin in one.origins.items():
        name = path.removeprefix("parameters.")
        value = one.parameters.get(name) if name != path else getattr(one, name)
        if path not in _NOT_PARTS:
            parts.append(Part(name, worded(value), origin))
    return parts


PAGES = (
    Page(
        path="/rules/effective",
        name="effectiveRules",
        scope=Scope.RULES_READ,
        view=view,
        template="rules_effective.html.j2",
        query=ScopeQuery,
    ),
)
