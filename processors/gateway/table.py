"""All routes, in the order in which the documents show them."""

from collections.abc import Sequence

from processors.gateway import (
    applying,
    documents,
    event_types,
    events,
    job_routes,
    letters,
    subscription_steps,
    subscriptions,
)
from processors.gateway.routes import Route

ROUTES: Sequence[Route] = (
    *event_types.ROUTES,
    *events.ROUTES,
    *subscriptions.ROUTES,
    *subscription_steps.ROUTES,
    *applying.ROUTES,
    *letters.ROUTES,
    *job_routes.ROUTES,
    *documents.ROUTES,
)
