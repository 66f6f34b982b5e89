"""One parked order: as it was sent beside what it became, what was found, what to do.

What is edited here is checked like an edit over the API, by the same handler.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from bus.errors import DecodeError, OrderbusError
from processors.gateway.model import DryRun, Model
from processors.gateway.parked import edit_item, get_item
from processors.gateway.parked_decisions import (
    ParkedEdit,
    ParkedEdited,
)
from processors.gateway.parked_models import (
    ParkedWhole,
)
from processors.gateway.problems import NOT_FOUND, ProblemError
from processors.gateway.routes import Asked
from processors.gateway.subscription_models import Line
from processors.web.asking import Version, asking, content_of
from processors.web.editing import as_data, as_text, why_not
from processors.web.intake.lacking import MissingRow, missing_rows
from processors.web.intake.marking import MOST_SHOWN, Piece, lined, pieces
from processors.web.pages import Act, Again, Done, Page
from processors.web.rendering import href

PATH = "/intake/orders/{item}"
EXAMPLE = {"item": "a172fbdc-36e2-5891-a38a-01152c17fd56"}
_TEMPLATE = "intake_item.html.j2"


class EditForm(Model):
    """The edited event; checked only, or kept."""

    data: Annotated[str, Field(max_length=1_000_000)]
    type: Annotated[str, Field(max_length=256)] = ""
    why: Line = ""
    do: Literal["check", "keep"] = "check"
    version: Version = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What is being edited; `outcome` is what a check came to, `wrong` why not."""

    text: str
    type: str = ""
    why: str = ""
    outcome: ParkedEdited | None = None
    wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """What the template reads."""

    one: ParkedWhole
    event: Sequence[Piece]
    sent: Sequence[Piece]
    sent_cut: bool
    edit: Edit
    missing: Sequence[MissingRow] = ()


async def view(asked: Asked) -> ItemView:
    """The item that the path names."""
    one = content_of(await get_item(asking(asked)), ParkedWhole)
    edit = Edit(text=as_text(one.payload), type=one.event_type or "")
    text = await _sent(asked, one)
    seen = [found.value for found in one.findings if found.value]
    return ItemView(
        one=one,
        event=lined(one.payload, _found(one)) if one.payload else (),
        sent=pieces(text[:MOST_SHOWN], seen) if text else (),
        sent_cut=len(text) > MOST_SHOWN,
        edit=edit,
        missing=await missing_rows(asked, one),
    )


def _found(one: ParkedWhole) -> Mapping[str, str]:
    return {found.path: found.text for found in one.findings if found.path}


async def _sent(asked: Asked, one: ParkedWhole) -> str:
    """The submission's text, as far as Kafka still has it."""
    if one.raw is None:
        return ""
    topic, partition, offset = one.raw.rsplit("/", 2)
    try:
        record = await asked.api.world.reader.at(topic, int(partition), int(offset))
    except OrderbusError:
        return ""
    return "" if record is None else (record.value or b"").decode(errors="replace")


async def send(asked: Asked) -> Done | Again:
    """Check an edit, or keep it."""
    form = asked.body_as(EditForm)
    check = form.do == "check"
    edit = Edit(text=form.data, type=form.type, why=form.why)
    try:
        body = ParkedEdit(data=as_data(form.data), type=form.type or None, why=form.why)
        query = DryRun(dry_run=check)
        to = asking(asked, query=query, body=body, version=form.version)
        outcome = content_of(await edit_item(to), ParkedEdited)
    except (ProblemError, OrderbusError, ValueError) as error:
        if isinstance(error, ProblemError) and error.kind is NOT_FOUND:
            raise
        wrong = "The type is none: expected one like intake.order_received"
        if isinstance(error, ProblemError | OrderbusError | DecodeError):
            wrong = why_not(error)
        shown = replace(await view(asked), edit=replace(edit, wrong=wrong))
        return Again(_TEMPLATE, shown)
    if check:
        edit = replace(edit, outcome=outcome)
        return Again(_TEMPLATE, replace(await view(asked), edit=edit), 200)
    held = "" if outcome.passes else f" A rule still holds it: {outcome.why}."
    text = f"Edited; the original is kept.{held} Release it to let it go on."
    return Done(text, href("intake", "orders", asked.path["item"]))


PAGES = (
    Page(
        path=PATH,
        name="intakeOrder",
        scope=Scope.PARKED_READ,
        view=view,
        template=_TEMPLATE,
        tenants=True,
        example=EXAMPLE,
    ),
)
ACTS = (
    Act(
        path=f"{PATH}/edit",
        name="editParked",
        scope=Scope.PARKED_WRITE,
        do=send,
        form=EditForm,
        back=PATH,
        tenants=True,
    ),
)
