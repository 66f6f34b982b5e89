"""A record nobody could decode, put right and published; the original is kept."""

import json
from contextlib import suppress
from dataclasses import dataclass, replace

from bus.access.roles import Scope
from bus.errors import DecodeError, OrderbusError
from processors.gateway.edits import EditedPayload, Replacement, replace_quarantined
from processors.gateway.model import DryRun
from processors.gateway.problems import NOT_FOUND, ProblemError
from processors.gateway.quarantine_models import ItemWhole
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.editing import Edit, EditForm, as_data, as_text, why_not
from processors.web.pages import Act, Again, Done, Page
from processors.web.quarantine.one import EXAMPLE, PATH, items_at, value_of
from processors.web.rendering import href

_PATH = f"{PATH}/edit"
_TEMPLATE = "quarantine_edit.html.j2"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEdit:
    """What the template reads; `can`: it can be edited at all."""

    one: ItemWhole
    can: bool
    edit: Edit


async def view(asked: Asked) -> ItemEdit:
    """What could be read of it, to begin with."""
    [one, *_] = await items_at(asked)
    said = {header.name: header.value or "" for header in one.headers}
    return _view(one, Edit(text=_begun(one), type=said.get("ce_type", "")))


async def send(asked: Asked) -> Done | Again:
    """Check it, or publish it."""
    form = asked.body_as(EditForm)
    check = form.do == "check"
    edit = Edit(text=form.data, type=form.type)
    try:
        body = EditedPayload(data=as_data(form.data), type=form.type or None)
        to = asking(asked, query=DryRun(dry_run=check), body=body)
        done = content_of(await replace_quarantined(to), Replacement)
    except (ProblemError, OrderbusError, ValueError) as error:
        if isinstance(error, ProblemError) and error.kind is NOT_FOUND:
            raise
        wrong = "The type is none: expected one like order.created"
        if isinstance(error, ProblemError | OrderbusError):
            wrong = why_not(error)
        [one, *_] = await items_at(asked)
        return Again(_TEMPLATE, _view(one, replace(edit, wrong=wrong)))
    if check:
        [one, *_] = await items_at(asked)
        return Again(_TEMPLATE, _view(one, replace(edit, fine=done)), 200)
    said = "It had been published before" if done.already else "Published"
    place = (asked.path[name] for name in ("topic", "partition", "offset"))
    text = f"{said}: {done.type} of {done.order_id} goes its way from {done.to}."
    return Done(text, href("quarantine", *place))


def _view(one: ItemWhole, edit: Edit) -> ItemEdit:
    can = "replace" in one.actions
    return ItemEdit(one=one, can=can, edit=replace(edit, asks_type=True))


def _begun(one: ItemWhole) -> str:
    """Its value where that is JSON, with `data` what stands in it; else nothing."""
    with suppress(DecodeError, ValueError):
        data = as_data(value_of(one).decode())
        inner = data.get("data")
        return json.dumps(
            inner if isinstance(inner, dict) else data,
            indent=2,
            ensure_ascii=False,
            default=float,
        )
    return as_text(None)


PAGES = (
    Page(
        path=_PATH,
        name="editQuarantined",
        scope=Scope.QUARANTINE_WRITE,
        view=view,
        template=_TEMPLATE,
        example=EXAMPLE,
    ),
)
ACTS = (
    Act(
        path=_PATH,
        name="replaceQuarantined",
        scope=Scope.QUARANTINE_WRITE,
        do=send,
        form=EditForm,
        back=_PATH,
    ),
)
