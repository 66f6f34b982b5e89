"""What can be done about alerts: silence some for a while, and end that."""

from typing import Annotated

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.model import Model, NoQuery
from processors.gateway.routes import Asked
from processors.gateway.subscription_models import Duration, Line
from processors.gateway.watch_models import Ending, NewSilence, SilenceShown
from processors.gateway.watching import create_silence, end_silence, test_sink
from processors.web.asking import asking, content_of
from processors.web.pages import Act, Done
from processors.web.rendering import href


class SilenceForm(Model):
    """What nobody is to be told of; a rule, a subject, or both."""

    rule: Annotated[str, Field(pattern=r"^[!-~]{0,200}$")] = ""
    subject: Annotated[str, Field(pattern=r"^[!-~]{0,200}$")] = ""
    duration: Duration
    why: Line = ""


async def silence(asked: Asked) -> Done:
    """Tell nobody for a while."""
    form = asked.body_as(SilenceForm)
    wanted = NewSilence(
        rule=form.rule or "*",
        subject=form.subject or "*",
        duration=form.duration,
        why=form.why,
    )
    made = content_of(await create_silence(asking(asked, body=wanted)), SilenceShown)
    text = f"Silent for {form.duration}: covers {made.covers or 'no'} alerts of now."
    return Done(text, href("alerts"))


async def unsilence(asked: Asked) -> Done:
    """End a silence now."""
    await end_silence(asking(asked, body=Ending()))
    text = "Ended: what still fires is told at the next look."
    return Done(text, href("alerts"))


async def test(asked: Asked) -> Done:
    """Have the watch try who is told."""
    await test_sink(asking(asked, body=Ending()))
    text = f"The watch sends {asked.path['sink']} a test at its next look."
    return Done(text, href("alerts"))


ACTS = (
    Act(
        path="/alert-sinks/{sink}/test",
        name="testSink",
        scope=Scope.ALERTS_WRITE,
        do=test,
        form=NoQuery,
        back="/alerts",
    ),
    Act(
        path="/silences",
        name="silence",
        scope=Scope.ALERTS_WRITE,
        do=silence,
        form=SilenceForm,
        back="/alerts",
    ),
    Act(
        path="/silences/{silence}/end",
        name="unsilence",
        scope=Scope.ALERTS_WRITE,
        do=unsilence,
        form=NoQuery,
        back="/alerts",
    ),
)
