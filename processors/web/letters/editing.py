"""A refused event put right and sent in the place of the original, which is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bus.access.roles import Scope
from bus.errors import OrderbusError
from processors.gateway.edits import EditedLetter, Replacement, replace_dead_letter
from processors.gateway.letter_models import LettersOfEvent, LetterWhole
from processors.gateway.letters import get_letters
from processors.gateway.model import MOST_ROWS, DryRun, PageQuery
from processors.gateway.problems import NOT_FOUND, ProblemError
from processors.gateway.record_models import RecordShown
from processors.gateway.records import get_record
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.editing import Edit, EditForm, as_data, as_text, why_not
from processors.web.pages import Act, Again, Done, Page
from processors.web.rendering import href

_PATH = "/subscriptions/{subscription}/dead-letters/{event}/edit"
_TEMPLATE = "dead_letter_edit.html.j2"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterEdit:
    """What the template reads; `can`: it can be edited at all, `force`: as ticked."""

    subscription: str
    one: LetterWhole
    can: bool
    edit: Edit
    force: bool = False


async def view(asked: Asked) -> LetterEdit:
    """The newest that can be edited, as it was published."""
    one = await _one(asked)
    text = as_text(await _data(asked, one))
    return _view(asked, one, Edit(text=text, type=one.type))


async def send(asked: Asked) -> Done | Again:
    """Check it, or send it."""
    form = asked.body_as(EditForm)
    check, force = form.do == "check", form.force == "yes"
    edit = Edit(text=form.data)
    try:
        body = EditedLetter(data=as_data(form.data), force=force)
        to = asking(asked, query=DryRun(dry_run=check), body=body)
        done = content_of(await replace_dead_letter(to), Replacement)
    except (ProblemError, OrderbusError) as error:
        if isinstance(error, ProblemError) and error.kind is NOT_FOUND:
            raise
        edit = replace(edit, wrong=why_not(error))
        shown = replace(_view(asked, await _one(asked), edit), force=force)
        return Again(_TEMPLATE, shown)
    if check:
        edit = replace(edit, fine=done)
        shown = replace(_view(asked, await _one(asked), edit), force=force)
        return Again(_TEMPLATE, shown, 200)
    path = ("subscriptions", asked.path["subscription"], "dead-letters", done.event_id)
    said = "It had been sent before" if done.already else "Sent"
    return Done(f"{said}: the edited {done.type} goes there; see below.", href(*path))


async def _one(asked: Asked) -> LetterWhole:
    found = content_of(
        await get_letters(asking(asked, query=PageQuery(limit=MOST_ROWS))),
        LettersOfEvent,
    ).data
    return max(found, key=lambda one: ("replace" in one.actions, one.at))


def _view(asked: Asked, one: LetterWhole, edit: Edit) -> LetterEdit:
    return LetterEdit(
        subscription=asked.path["subscription"],
        one=one,
        can="replace" in one.actions,
        edit=edit,
    )


async def _data(asked: Asked, one: LetterWhole) -> Mapping[str, object] | None:
    """The fields of its schema, as they were published; None: it cannot be read."""
    topic, partition, offset = (one.record or "").rsplit("/", 3)[1:]
    place = {"topic": topic, "partition": partition, "offset": offset}
    found = await get_record(replace(asking(asked), path=place))
    return content_of(found, RecordShown).data


PAGES = (
    Page(
        path=_PATH,
        under="/dead-letters",
        name="editDeadLetter",
        scope=Scope.LETTERS_WRITE,
        view=view,
        template=_TEMPLATE,
        tenants=True,
        example={
            "subscription": "hooli-market",
            "event": "75e27134-ebe7-49e8-938e-7b63d3be5fa5",
        },
    ),
)
ACTS = (
    Act(
        path=_PATH,
        name="replaceDeadLetter",
        scope=Scope.LETTERS_WRITE,
        do=send,
        form=EditForm,
        back=_PATH,
        tenants=True,
    ),
)
