"""All routes, in the order in which the documents show them."""

from collections.abc import Sequence

from processors.gateway import documents, event_types, events
from processors.gateway.routes import Route

ROUTES: Sequence[Route] = (
    *event_types.ROUTES,
    *events.ROUTES,
    *documents.ROUTES,
)
