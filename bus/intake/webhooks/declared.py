"""What a channel declares of the webhooks that its senders hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bus.intake.fetching.declared import RateHeaders
from bus.intake.fetching.template import Template

WANTED = "webhooks"
"""The setting of a source that names the topics which have to be there."""
TOPIC, ADDRESS, SECRET, ID = "topic", "address", "secret", "id"


@dataclass(frozen=True, slots=True)
class Call:
    """A call that makes one, or has one go on.

    Attributes:
        body: What is sent, by the dotted names of its JSON.
    """

    method: Literal["POST", "PUT"]
    url: Template
    body: Mapping[str, Template]


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Where an API lists the webhooks of a sender, as JSON, and how one is made.

    Attributes:
        url: Of the first page; further ones are those of the header `Link`.
        items: The names that lead to the list; none: the document is the list.
        topic, address, id: The names of a webhook's topic, address and id in an item.
        active: The name of what says whether it is on; empty: nothing does.
        on: What that says of one that is.
        make: How one is made.
        revive: How one that is off goes on; None: it is made anew.
        headers: What is sent along, by name in small letters.
        limits: Where the API says how fast it may be asked.
    """

    url: Template
    make: Call
    items: tuple[str, ...] = ()
    topic: str = "topic"
    address: str = "address"
    id: str = "id"
    active: str = ""
    on: str = "true"
    revive: Call | None = None
    headers: Mapping[str, Template] = field(default_factory=dict)
    limits: RateHeaders = field(default_factory=RateHeaders)
