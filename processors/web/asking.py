"""Asking the API's own handlers, as whoever looks at the page."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, TypeAlias, TypeVar

from pydantic import BaseModel, Field, ValidationError

from processors.gateway.failures import faults_of
from processors.gateway.model import NoQuery
from processors.gateway.problems import INVALID, ProblemError
from processors.gateway.routes import Asked, Reply

ModelT = TypeVar("ModelT", bound=BaseModel)
Version: TypeAlias = Annotated[str, Field(max_length=64)]
"""Of what a form stood beside, as If-Match names it; empty: any."""


def asking(
    asked: Asked,
    *,
    query: BaseModel | None = None,
    body: BaseModel | None = None,
    version: str = "",
) -> Asked:
    """The same question as a route of the API has it: its own query and body.

    `version` is that of what the form stood beside, as If-Match names it; empty: any.
    """
    return replace(
        asked, query=query or NoQuery(), body=body, version=version or asked.version
    )


def checked(kind: type[ModelT], fields: Mapping[str, object], said: str) -> ModelT:
    """A body made of a form's fields, checked as the API checks it.

    The API may refuse what the form let pass; a constructor would raise that as a bug.

    Raises:
        ProblemError: with what is wrong; `said` is what comes of that.
    """
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise ProblemError(INVALID, said, errors=faults_of(error, kind)) from None


def content_of(reply: Reply, kind: type[ModelT]) -> ModelT:
    """What a handler of the API answered."""
    if not isinstance(reply.content, kind):
        raise TypeError(f"the handler answers no {kind.__name__}")
    return reply.content
