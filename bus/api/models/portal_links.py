"""What is sent and answered: portal links."""

# Written from the table of routes by `make client`, not by hand.
from typing import Literal, NotRequired, TypedDict


class NewPortalLink(TypedDict):
    """Whom a link signs in as, and for how long it can be used."""

    tenant: NotRequired[str]
    role: NotRequired[Literal["partner", "reader"]]
    expires_in: NotRequired[str]


class PortalLink(TypedDict):
    """A link that signs in once."""

    id: str
    tenant: str
    role: str
    expires_at: str
    path: str
