"""A document of rules: what it would change, line by line, and then done."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

import yaml
from pydantic import Field

from bus.access.roles import Scope
from bus.errors import OrderbusError
from bus.intake.rules.book import Book
from bus.intake.rules.documents import Document, check_document, read_document
from bus.intake.rules.lines import Line, as_document
from bus.intake.yamltree import Problem
from processors.gateway.model import Model
from processors.gateway.routes import Asked
from processors.gateway.rule_models import RuleStep
from processors.gateway.rules import rules_of
from processors.rules.applying import QUIET, Step, apply, plan, shown
from processors.web.pages import Act, Again, Done, Page
from processors.web.rendering import href
from processors.web.rules.words import worded

_PATH = "/rules/apply"
_TEMPLATE = "rules_apply.html.j2"
_FILE = "rules.yaml"
_MOST = 1_000_000
_GOOD, _WRONG = 200, 422
_Tick = Literal["", "yes"]


class ApplyQuery(Model):
    """What the form begins with: nothing, or the lines that are yours."""

    start: Literal["", "stored"] = ""


class ApplyForm(Model):
    """A document; `planned` is what whoever applies it has seen would be done."""

    document: Annotated[str, Field(max_length=_MOST)]
    enforce: _Tick = ""
    prune: _Tick = ""
    do: Literal["plan", "apply"] = "plan"
    planned: Annotated[str, Field(max_length=64)] = ""


class Differing(NamedTuple):
    """A part of a line, as it is and as it would be."""

    name: str
    before: str
    after: str


class StepSeen(NamedTuple):
    """What would be done about a line."""

    one: RuleStep
    differs: Sequence[Differing]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyView:
    """What the template reads; `steps` is None until a document is planned."""

    form: ApplyForm
    steps: Sequence[StepSeen] | None = None
    changes: int = 0
    quiet: int = 0
    on_trial: bool = False
    wrong: Sequence[str] = ()
    command: str = f"bus rules apply {_FILE} --dry-run"


async def view(asked: Asked) -> ApplyView:
    """The form."""
    text = ""
    if asked.query_as(ApplyQuery).start:
        text = _text((await rules_of(asked)).table.book)
    return ApplyView(form=ApplyForm(document=text))


async def do(asked: Asked) -> Done | Again:
    """Say what it would change, or change it, if that is what was said."""
    form, rules = asked.body_as(ApplyForm), await rules_of(asked)
    book = rules.table.book
    # YAML of that size takes seconds; others are not to wait for it.
    document, problems = await asyncio.to_thread(_read, form.document, book)
    if problems:
        wrong = [str(one) for one in problems]
        return Again(_TEMPLATE, ApplyView(form=form, wrong=wrong))
    steps = _plan(book, document.lines, form)
    if form.do == "plan":
        return _again(form, steps)
    if form.planned != _print(steps):
        text = "Not applied: this is not what you have seen. Look, and apply again."
        return _again(form, steps, wrong=[text])
    done: list[Step] = []
    try:
        await apply(rules.writer, steps, done.append)
    except OrderbusError as error:
        text = f"{error}. Of {_changes(steps)} changes {len(done)} are made."
        return _again(form, _plan(rules.table.book, document.lines, form), wrong=[text])
    said = f"Applied: {len(done)} of {len(steps)} lines changed."
    return Done(said, href("rules", layer="stored"))


def _read(text: str, book: Book) -> tuple[Document, Sequence[Problem]]:
    document = read_document(text, _FILE)
    return document, check_document(document, _FILE, book)


def _plan(book: Book, lines: Sequence[Line], form: ApplyForm) -> Sequence[Step]:
    return plan(book, lines, enforce=bool(form.enforce), prune=bool(form.prune))


def _again(form: ApplyForm, steps: Sequence[Step], wrong: Sequence[str] = ()) -> Again:
    ticks = [
        f"--{name}"
        for name, value in (("enforce", form.enforce), ("prune", form.prune))
        if value
    ]
    told = [one for one in steps if one.action not in QUIET or one.reasons]
    seen = ApplyView(
        form=form.model_copy(update={"planned": _print(steps)}),
        steps=[_seen(one) for one in told],
        changes=_changes(steps),
        quiet=len(steps) - len(told),
        on_trial=any("trial" in one.action.value for one in steps),
        wrong=wrong,
        command=" ".join(["bus rules apply", _FILE, *ticks]),
    )
    return Again(_TEMPLATE, seen, _WRONG if wrong else _GOOD)


def _seen(step: Step) -> StepSeen:
    one = RuleStep.model_validate(shown(step))
    return StepSeen(
        one,
        [
            Differing(change.field, worded(change.old), worded(change.new))
            for change in one.changes
        ],
    )


def _changes(steps: Sequence[Step]) -> int:
    return sum(one.action not in QUIET for one in steps)


def _print(steps: Sequence[Step]) -> str:
    """A fingerprint of what would be done: another one is another plan."""
    text = json.dumps([shown(one) for one in steps], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _text(book: Book) -> str:
    """Yours, as a document: what is on trial in the place of what it would replace."""
    kept = (one.trial or one.line for one in book.stored.values())
    lines = [as_document(one) for one in kept if one is not None]
    if not lines:
        return ""
    plain = json.loads(json.dumps({"rules": lines}, default=str))
    return str(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100))


PAGES = (
    Page(
        path=_PATH,
        name="applyRulesPage",
        scope=Scope.RULES_WRITE,
        view=view,
        template=_TEMPLATE,
        query=ApplyQuery,
    ),
)
ACTS = (
    Act(
        path=_PATH,
        name="applyRules",
        scope=Scope.RULES_WRITE,
        do=do,
        form=ApplyForm,
        back=_PATH,
    ),
)
