"""Asking the API's own handlers, as whoever looks at the page."""

from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel

from processors.gateway.model import NoQuery
from processors.gateway.routes import Asked, Reply

ModelT = TypeVar("ModelT", bound=BaseModel)


def asking(
    asked: Asked, *, query: BaseModel | None = None, body: BaseModel | None = None
) -> Asked:
    """The same question as a route of the API has it: its own query and body."""
    return replace(asked, query=query or NoQuery(), body=body)


def content_of(reply: Reply, kind: type[ModelT]) -> ModelT:
    """What a handler of the API answered."""
    if not isinstance(reply.content, kind):
        raise TypeError(f"the handler answers no {kind.__name__}")
    return reply.content
