"""Who gets mail about an endpoint, and of what, as the API takes it."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from bus.delivery.choices import MAILBOX

_Word: TypeAlias = Literal["disabled", "failing", "dead_letters", "secret"]
EVERY: list[_Word] = ["disabled", "failing", "dead_letters", "secret"]
"""All that there is to be told of."""
MailTo: TypeAlias = Annotated[
    list[Annotated[str, Field(pattern=MAILBOX, max_length=254)]],
    Field(
        max_length=5,
        description="Mailboxes told of its troubles, where the bus sends mail.",
        examples=[["on-call@acme.example"]],
    ),
]
MailAbout: TypeAlias = Annotated[
    list[_Word],
    Field(max_length=4, description="What they are told of.", examples=[["disabled"]]),
]
