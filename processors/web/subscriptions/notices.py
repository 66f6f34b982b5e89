"""Who hears of a subscription's troubles, and a webhook for it by one form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from bus.delivery.choices import Concern
from bus.delivery.own import names_own
from bus.delivery.subscription import ID_PATTERN, Subscription
from bus.watch.announced import FIRED, RESOLVED
from bus.watch.concerning import MEANINGS, concerns_of, filter_of
from processors.gateway.model import Model
from processors.gateway.problems import INVALID, ProblemError
from processors.gateway.routes import Asked
from processors.gateway.subscription_change import SubscriptionChange
from processors.gateway.subscription_models import (
    NewSubscription,
    SubscriptionTaken,
    TrustQuery,
)
from processors.gateway.subscriptions import change_subscription, create_subscription
from processors.gateway.tenants import owned, subscription_of
from processors.gateway.url_field import Url
from processors.web.asking import asking, checked, content_of
from processors.web.pages import Act, Again, Done, Page
from processors.web.rendering import href

_PATH = "/subscriptions/{subscription}/notices"
_TEMPLATE = "subscription_notices.html.j2"
_MAIL = "mail"
"""The sink of the watch that sends it."""
_MOST_ID = 63
_GOOD = 200


class NoticesForm(Model):
    """A webhook that hears what is chosen."""

    url: Url
    id: Annotated[str, Field(pattern=ID_PATTERN.pattern)]
    about: tuple[Literal["disabled", "failing", "dead_letters", "secret"], ...] = ()


class MailForm(Model):
    """Who gets mail, with commas or spaces between, and of what."""

    to: Annotated[str, Field(max_length=1300)] = ""
    about: tuple[Literal["disabled", "failing", "dead_letters", "secret"], ...] = ()


@dataclass(frozen=True, slots=True)
class Hearing:
    """A subscription that hears of this one; by `own_filter`, nobody knows of what."""

    id: str
    state: str
    concerns: Sequence[Concern]
    own_filter: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesView:
    """What the template reads; `secret` is there once, after a webhook was made."""

    id: str
    hearing: Sequence[Hearing]
    meanings: Mapping[Concern, str]
    proposed: str
    mail_to: Sequence[str]
    mail_about: Sequence[Concern]
    mails: bool
    may: bool
    made: str = ""
    secret: str = field(default="", repr=False)


async def view(asked: Asked) -> NoticesView:
    """Who hears of it now."""
    return await _view(asked)


async def make(asked: Asked) -> Again:
    """A webhook of its owner to the notices that are chosen."""
    form, found = asked.body_as(NoticesForm), await subscription_of(asked)
    if not form.about:
        raise ProblemError(INVALID, "Choose at least one thing to hear of.")
    fields: dict[str, object] = {
        "id": form.id,
        "url": form.url,
        "types": [FIRED, RESOLVED],
        "owner": found.owner,
        "filter": filter_of(found.id, [Concern(word) for word in form.about]),
        "ordering": "key",
        "description": f"Notices about {found.id}",
    }
    wanted = checked(NewSubscription, fields, "It is not made.")
    reply = await create_subscription(asking(asked, query=TrustQuery(), body=wanted))
    secret = content_of(reply, SubscriptionTaken).secret or ""
    return Again(_TEMPLATE, await _view(asked, form.id, secret), status=_GOOD)


async def mail(asked: Asked) -> Done:
    """Change who gets mail, and of what."""
    form = asked.body_as(MailForm)
    to = form.to.replace(",", " ").split()
    change = checked(
        SubscriptionChange,
        {"mail_to": to, "mail_about": list(form.about)},
        "It is not changed.",
    )
    await change_subscription(asking(asked, query=TrustQuery(), body=change))
    whom = ", ".join(to) or "nobody"
    text = f"Mail goes to {whom} from now on."
    return Done(text, href(*_PATH.format(**asked.path).strip("/").split("/")))


async def _view(asked: Asked, made: str = "", secret: str = "") -> NoticesView:
    found = await subscription_of(asked)
    hearing = [
        _hearing(one, found.id)
        for one in owned(asked.api.world, asked.by)
        if one.owner in {"", found.owner} and names_own(one.types)
    ]
    return NoticesView(
        id=found.id,
        hearing=[one for one in hearing if one.concerns or one.own_filter],
        meanings=MEANINGS,
        proposed=_proposed(found),
        mail_to=found.mail_to,
        mail_about=found.mail_about,
        mails=_MAIL in asked.api.board.sinks,
        may=asked.by.may(Scope.SUBSCRIPTIONS_WRITE),
        made=made,
        secret=secret,
    )


def _hearing(one: Subscription, about: str) -> Hearing:
    concerns = concerns_of(about, one.filter)
    text = one.filter or ""
    # A filter that names another subscription hears nothing of this one.
    unknown = not concerns and ("data.subscription" not in text or f"'{about}'" in text)
    told = [concern for concern in Concern if concern in concerns]
    return Hearing(one.id, one.state.value, told, unknown)


def _proposed(one: Subscription) -> str:
    """An id that whoever owns it may have."""
    own = one.id == one.owner or one.id.startswith(f"{one.owner}-")
    whole = one.id if own or not one.owner else f"{one.owner}-{one.id}"
    return f"{whole[: _MOST_ID - len('-notices')]}-notices"


PAGES = (
    Page(
        path=_PATH,
        name="notices",
        scope=Scope.SUBSCRIPTIONS_READ,
        view=view,
        template=_TEMPLATE,
        tenants=True,
        example={"subscription": "acme-shop"},
    ),
)
ACTS = (
    Act(
        path=_PATH,
        name="makeNotices",
        scope=Scope.SUBSCRIPTIONS_WRITE,
        do=make,
        form=NoticesForm,
        back=_PATH,
        tenants=True,
    ),
    Act(
        path=f"{_PATH}/mail",
        name="mailNotices",
        scope=Scope.SUBSCRIPTIONS_WRITE,
        do=mail,
        form=MailForm,
        back=_PATH,
        tenants=True,
    ),
)
