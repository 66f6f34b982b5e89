"""How a partner behaves: what a path answers, and when it does not."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError

_SHARE_STEP = 0x9E3779B1  # 2**32 over the golden ratio: spreads evenly
_SHARE_SPAN = 2**32


class Mode(StrEnum):
    """What happens to a request that is not failed on purpose.

    `close` hangs up in the middle of its answer, `large` answers 10 MB, `redirect`
    points to `/redirected` on this same server.
    """

    ANSWER = "answer"
    HANG = "hang"
    RESET = "reset"
    CLOSE = "close"
    LARGE = "large"
    REDIRECT = "redirect"


class Behaviour(BaseModel):
    """What one path does. Times in milliseconds and seconds as named.

    Attributes:
        status: The answer when nothing goes wrong.
        mode: What else than an answer may come.
        latency_ms: How long every answer takes.
        fail_status: The answer when something goes wrong, in these cases:
        fail_share: For this share of all requests, evenly spread.
        fail_first: For the first attempts of each webhook id.
        fail_orders: For events of these orders.
        fail_for_s: For so long after the behaviour was set.
        retry_after: The `Retry-After` header of failures.
        only_type: Everything but this media type is answered 415.
        secret: A `whsec_` or `whpk_` text; what is not signed by it is answered 401.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Annotated[int, Field(ge=100, le=999)] = 200
    mode: Mode = Mode.ANSWER
    latency_ms: Annotated[float, Field(ge=0)] = 0
    fail_status: Annotated[int, Field(ge=100, le=999)] = 500
    fail_share: Annotated[float, Field(ge=0, le=1)] = 0
    fail_first: Annotated[int, Field(ge=0)] = 0
    fail_orders: frozenset[str] = frozenset()
    fail_for_s: Annotated[float, Field(ge=0)] = 0
    retry_after: str | None = None
    only_type: str | None = None
    secret: str | None = Field(default=None, repr=False)

    @cached_property
    def plain(self) -> bool:
        """Whether every request gets the same answer, whatever it says."""
        return self == Behaviour(status=self.status, latency_ms=self.latency_ms)


class BadBehaviourError(ValueError):
    """A behaviour nobody has heard of. The text says which field and why."""


def parse_behaviour(fields: Mapping[str, object]) -> Behaviour:
    """A behaviour from plain fields.

    Raises:
        BadBehaviourError: with the first wrong field and why.
    """
    try:
        return Behaviour.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadBehaviourError(f"{where}: {first['msg']}") from None


def parse_behaviours(told: object) -> dict[str, Behaviour]:
    """Behaviours by path from a plain object. Raises `BadBehaviourError`."""
    if not isinstance(told, dict):
        raise BadBehaviourError("expected an object of behaviours by path")
    return {str(path): parse_behaviour(told[path]) for path in told}


def from_query(query: str) -> Behaviour:
    """A behaviour from a URL's query: `?fail_share=0.2&latency_ms=50`.

    `fail_orders` takes commas. Raises `BadBehaviourError`.
    """
    fields: dict[str, object] = dict(parse_qsl(query, keep_blank_values=True))
    orders = fields.get("fail_orders")
    if isinstance(orders, str):
        fields["fail_orders"] = orders.split(",")
    return parse_behaviour(fields)


def fails_by_share(count: int, share: float) -> bool:
    """Whether the `count`-th request is among the share that fails."""
    return (count * _SHARE_STEP) % _SHARE_SPAN < share * _SHARE_SPAN
