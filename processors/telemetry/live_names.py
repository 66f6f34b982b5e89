"""The names that telemetry uses for live streams and pages, with their meaning."""

from processors.telemetry.kinds import Names

OURS = Names()
_note, _counter, _gauge = OURS.note, OURS.counter, OURS.gauge

LIVE_CUT_OFF = _note(
    "live_cut_off",
    "warning",
    "A topic is not read for live streams, for the reason it says; tried on.",
)

WEB_ASSETS_MISSING = _note(
    "web_assets_missing",
    "warning",
    "The package was built without files of the dashboard: nothing there is live.",
)

PULL_SERVES = _note(
    "pull_serves", "info", "Partners can subscribe by gRPC to what they pull; where."
)

API_STREAMS = _gauge("orderbus_api_streams", (), "Live streams that are open.")
API_STREAMS_ENDED = _counter(
    "orderbus_api_streams_ended_total",
    ("reason",),
    "Live streams that ended: left, slow, key, draining, broken.",
)
