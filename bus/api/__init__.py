"""The HTTP API from Python: `Api`, and `AsyncApi` for `await`.

A method is an operation of the API, by its name (`listJobs` is `list_jobs`). What is
sent and answered are dictionaries, typed in `bus.api.models`; what is refused is raised
(`ApiError` and its kinds). Lists are iterated over all pages. Methods and types are
written from the gateway's table of routes. This room imports nothing else of the bus
but its errors.
"""

from bus.api.asking import AsyncPages, Pages, Versioned
from bus.api.client import Api, AsyncApi
from bus.api.errors import (
    ApiError,
    BadRequestError,
    ChangedError,
    ConflictError,
    Fault,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    TooManyRequestsError,
    UnauthorizedError,
    UnavailableError,
    UnreachableError,
)
from bus.api.exchange import Patience
from bus.api.streaming import Message

__all__ = [
    "Api",
    "ApiError",
    "AsyncApi",
    "AsyncPages",
    "BadRequestError",
    "ChangedError",
    "ConflictError",
    "Fault",
    "InvalidError",
    "Message",
    "NotAllowedError",
    "NotFoundError",
    "Pages",
    "Patience",
    "TooManyRequestsError",
    "UnauthorizedError",
    "UnavailableError",
    "UnreachableError",
    "Versioned",
]
