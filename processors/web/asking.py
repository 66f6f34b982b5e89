"""Asking the API's own handlers, as whoever looks at the page."""

from dataclasses import replace

from pydantic import BaseModel

from processors.gateway.model import NoQuery
from processors.gateway.routes import Asked


def asking(
    asked: Asked, *, query: BaseModel | None = None, body: BaseModel | None = None
) -> Asked:
    """The same question as a route of the API has it: its own query and body."""
    return replace(asked, query=query or NoQuery(), body=body)
