"""All routes, in the order in which the documents show them."""

from collections.abc import Sequence

from processors.gateway import (
    acks,
    applying,
    audit,
    diagnosing,
    documents,
    edits,
    event_types,
    events,
    forecasts,
    health,
    job_routes,
    key_routes,
    letters,
    live_stream,
    log_lists,
    quarantine,
    records,
    spans,
    status,
    subscription_steps,
    subscriptions,
    timelines,
)
from processors.gateway.routes import Route

ROUTES: Sequence[Route] = (
    *event_types.ROUTES,
    *events.ROUTES,
    *log_lists.ROUTES,
    *records.ROUTES,
    *timelines.ROUTES,
    *live_stream.ROUTES,
    *subscriptions.ROUTES,
    *subscription_steps.ROUTES,
    *health.ROUTES,
    *diagnosing.ROUTES,
    *applying.ROUTES,
    *acks.ROUTES,
    *spans.ROUTES,
    *letters.ROUTES,
    *quarantine.ROUTES,
    *edits.ROUTES,
    *key_routes.ROUTES,
    *job_routes.ROUTES,
    *audit.ROUTES,
    *status.ROUTES,
    *forecasts.ROUTES,
    *documents.ROUTES,
)
