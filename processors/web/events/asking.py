"""What the lists of events and attempts are asked for, in their URLs."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Literal, NamedTuple, TypeAlias, TypeVar

from pydantic import BaseModel, Field

from processors.gateway.model import PageQuery
from processors.gateway.moments import PATTERN
from processors.gateway.problems import UNAVAILABLE, ProblemError
from processors.gateway.routes import Asked, Reply
from processors.web.asking import asking

OUTCOMES = ("accepted", "refused", "throttled", "failed", "unreachable", "held")
STATUSES = ("2xx", "3xx", "4xx", "5xx", "none")

Text: TypeAlias = Annotated[str, Field(max_length=256)]
When: TypeAlias = Annotated[str, Field(pattern=f"^$|{PATTERN}")]
Outcome: TypeAlias = Literal[
    "", "accepted", "refused", "throttled", "failed", "unreachable", "held"
]
StatusClass: TypeAlias = Literal["", "1xx", "2xx", "3xx", "4xx", "5xx", "none"]
AnswerT = TypeVar("AnswerT", bound=BaseModel)


class SearchQuery(PageQuery):
    """What both lists are filtered by; empty: by nothing."""

    q: Text = ""
    type: Text = ""
    subscription: Text = ""
    outcome: Outcome = ""
    status: StatusClass = ""
    since: When = ""
    until: When = ""

    def common(self) -> Mapping[str, object]:
        """The parameters of the API that both lists have."""
        several = {"type", "subscription", "outcome", "status"}
        said = self.model_dump(include={*several, "since", "until"})
        given = {
            name: (value,) if name in several else value
            for name, value in said.items()
            if value
        }
        return {**given, "limit": self.limit, "cursor": self.cursor}


class Saved(NamedTuple):
    """A view worth keeping: its name, and what its URL changes of the empty one."""

    name: str
    asks: Mapping[str, str]


async def answered(
    asked: Asked,
    query: BaseModel,
    handler: Callable[[Asked], Awaitable[Reply]],
    kind: type[AnswerT],
) -> tuple[AnswerT | None, str]:
    """What the API's handler answers; or None, and why: the log is away."""
    try:
        reply = await handler(asking(asked, query=query))
    except ProblemError as problem:
        if problem.kind is not UNAVAILABLE:
            raise
        return None, problem.detail
    if not isinstance(reply.content, kind):
        raise TypeError(f"no {kind.__name__}")
    return reply.content, ""
