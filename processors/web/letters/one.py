"""The dead letters of one event: what, why, all attempts, content, what can be done."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bus.access.roles import Scope
from bus.delivery.wording import MEANINGS, Meaning
from processors.gateway.letter_models import LettersOfEvent, LetterWhole
from processors.gateway.letters import get_letters
from processors.gateway.model import MOST_ROWS, PageQuery
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.pages import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    """What the template reads; `letters` are of one event, the newest first."""

    subscription: str
    event_id: str
    letters: Sequence[LetterWhole]
    meanings: Mapping[str, Meaning]
    content: str
    sees_events: bool

    @property
    def one(self) -> LetterWhole:
        """The newest."""
        return self.letters[0]

    @property
    def actions(self) -> Sequence[str]:
        """What can be done with any of them."""
        can = {action for one in self.letters for action in one.actions}
        return [one for one in ("replay", "replace", "discard") if one in can]


async def view(asked: Asked) -> LetterView:
    """Those that the path names."""
    found = content_of(
        await get_letters(asking(asked, query=PageQuery(limit=MOST_ROWS))),
        LettersOfEvent,
    )
    letters = sorted(found.data, key=lambda one: one.at, reverse=True)
    event = next((one.event for one in letters if one.event), None)
    text = "" if event is None else json.dumps(event, indent=2, ensure_ascii=False)
    return LetterView(
        subscription=asked.path["subscription"],
        event_id=letters[0].event_id,
        letters=letters,
        meanings=MEANINGS,
        content=text,
        sees_events=asked.by.may(Scope.DELIVERIES_READ),
    )


PAGES = (
    Page(
        path="/subscriptions/{subscription}/dead-letters/{event}",
        under="/dead-letters",
        name="deadLetter",
        scope=Scope.LETTERS_READ,
        view=view,
        template="dead_letter.html.j2",
        tenants=True,
        example={
            "subscription": "acme-shop",
            "event": "0afca283-2734-43dd-9f57-1be5f9b23d5a",
        },
    ),
)
