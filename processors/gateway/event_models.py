"""What is sent to publish events, and what is answered."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, RootModel, Tag

from bus.native.taking import Request
from processors.gateway.model import Model
from processors.gateway.problems import Fault

MOST = 500
TYPE_PATTERN = r"^[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62}){1,4}$"


class NewEvent(Model):
    """An event to be published."""

    type: Annotated[
        str,
        Field(
            pattern=TYPE_PATTERN,
            description="One of GET /v1/event-types.",
        ),
    ]
    data: Annotated[
        dict[str, object],
        Field(description="The fields of its schema; decimals may be texts."),
    ]
    id: Annotated[
        str | None,
        Field(
            pattern=r"^[!-~]{1,256}$",
            description="Your own id, unique among the events of its source. Without "
            "one it is made: from the Idempotency-Key, or at random.",
        ),
    ] = None
    source: Annotated[
        str | None,
        Field(
            pattern=r"^/[!-~]{0,255}$",
            description="Who says so. Default: `/oms/<channel>`; with a tenant's key "
            "`/<tenant>`, below which it has to stay.",
        ),
    ] = None


class NewEvents(Model):
    """Up to 500 events; those of one order are written in this order."""

    events: Annotated[list[NewEvent], Field(min_length=1, max_length=MOST)]


def _one_or_many(value: object) -> str:
    several = isinstance(value, dict) and "events" in value
    return "many" if several or isinstance(value, NewEvents) else "one"


class Publication(
    RootModel[
        Annotated[
            Annotated[NewEvent, Tag("one")] | Annotated[NewEvents, Tag("many")],
            Discriminator(_one_or_many),
        ]
    ]
):
    """One event, or several."""


class Taken(BaseModel):
    """The same, read without a model for each: nothing of it is wrong."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    request: Request


class EventResult(Model):
    """What became of one event."""

    status: Annotated[
        Literal["written", "refused", "failed"],
        Field(
            description="`written`: Kafka has acknowledged it. `refused`: it is no "
            "event of its type, or too large. `failed`: no acknowledgement; send it "
            "again with the same id."
        ),
    ]
    type: str
    id: str | None = None
    webhook_id: Annotated[
        str | None, Field(description="What partners know it by.")
    ] = None
    order_id: str | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    errors: Sequence[Fault] = ()


class EventResults(Model):
    """What became of the events, in the order in which they were sent."""

    data: Sequence[EventResult]
    written: int
