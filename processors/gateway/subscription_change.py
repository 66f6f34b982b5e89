"""What may be changed of a subscription: fields that are given, all others stay."""

from typing import Annotated, Literal, cast

from pydantic import ConfigDict, Field, field_validator
from pydantic.config import JsonDict

from processors.gateway.login_models import Login
from processors.gateway.mail_fields import MailAbout, MailTo
from processors.gateway.model import Model
from processors.gateway.subscription_models import (
    Duration,
    Expression,
    Headers,
    Line,
    ObjectiveWanted,
    Statuses,
    Tiers,
    Tls,
    Types,
)
from processors.gateway.url_field import Url

_MAY_BE_NULL = frozenset({"filter", "transform", "rate", "login"})
_NEVER_NULL = (
    "url",
    "types",
    "accept",
    "on_exhausted",
    "retry",
    "max_age",
    "timeout",
    "concurrency",
    "transient_statuses",
    "headers",
    "tls",
    "objective",
    "mail_to",
    "mail_about",
    "description",
)


def _without_nulls(schema: JsonDict) -> None:
    """What is left out stays; it is not null, and has no default."""
    properties = cast("dict[str, dict[str, object]]", schema["properties"])
    for name, content in properties.items():
        content.pop("default", None)
        if name not in _MAY_BE_NULL and "anyOf" in content:
            kinds = cast("list[dict[str, object]]", content.pop("anyOf"))
            content.update(*[kind for kind in kinds if kind != {"type": "null"}])


class SubscriptionChange(Model):
    """The fields that are to change; all others stay.

    Header names that are given join those there are, an empty value takes one away.
    Of the objective, what is given changes; null is what all have. Operators set it.
    """

    model_config = ConfigDict(json_schema_extra=_without_nulls)

    url: Url | None = None
    types: Types | None = None
    filter: Expression | None = None
    transform: Expression | None = None
    accept: Annotated[str, Field(max_length=200)] | None = None
    on_exhausted: Literal["skip", "block"] | None = None
    retry: Tiers | None = None
    max_age: Duration | None = None
    timeout: Duration | None = None
    concurrency: Annotated[int, Field(ge=1, le=10_000)] | None = None
    rate: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    transient_statuses: Statuses | None = None
    headers: Annotated[Headers | None, Field(repr=False)] = None
    login: Annotated[
        Login | None, Field(description="To sign in with; null: not to.")
    ] = None
    tls: Tls | None = None
    objective: ObjectiveWanted | None = None
    mail_to: MailTo | None = None
    mail_about: MailAbout | None = None
    description: Line | None = None

    @field_validator(*_NEVER_NULL, mode="before")
    @classmethod
    def _given(cls, value: object) -> object:
        if value is None:
            raise ValueError("may be left out, but not be null")
        return value
