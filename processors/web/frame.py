"""What stands around every page: who looks, where it is, what came of the last step."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from bus.access.roles import Principal
from processors.gateway.routes import Session
from processors.web.branding.brand import Worn
from processors.web.pages import Entry, Page, navigation

GOOD, BAD = "+", "!"


class Notice(NamedTuple):
    """What came of the step before, as a sentence."""

    text: str
    good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the layout reads; pages read `csrf` and `here`, and ask where it `leads`.

    `key` is the id of the key that has signed in, empty if nobody has; `live` is the
    stream of what changes on the page.
    """

    key: str = ""
    role: str = ""
    tenant: str = ""
    csrf: str = field(default="", repr=False)
    here: str = ""
    notice: Notice | None = None
    nav: Sequence[Entry] = ()
    live: str = ""
    brand: Worn = field(default_factory=Worn)

    @classmethod
    def of(
        cls,
        principal: Principal | None,
        session: Session | None,
        pages: Sequence[Page],
        brand: Worn,
    ) -> Self:
        """The frame of a page that somebody looks at; operators see no brand."""
        if principal is None or session is None:
            return cls(brand=brand)
        return cls(
            key=principal.key_id,
            role=principal.role.value,
            tenant=principal.tenant,
            csrf=session.csrf,
            here=session.here,
            notice=_notice(session.notice),
            nav=navigation(pages, principal.may, session.here),
            brand=brand if principal.tenant else Worn(),
        )

    def leads(self, path: str) -> bool:
        """Whether the navigation has this page: whoever looks may see it."""
        return any(one.href == f"/ui/{path}" for one in self.nav)


def _notice(text: str) -> Notice | None:
    return Notice(text[1:], text[0] == GOOD) if text else None
