"""The names that the watch's telemetry uses, with their meaning."""

from processors.telemetry.kinds import Names

OURS = Names()
_note, _counter = OURS.note, OURS.counter
_gauge, _histogram = OURS.gauge, OURS.histogram

# --- log lines

ALERT = _note(
    "alert", "warning", "An alert fires: its rule, whom it is about, the evidence."
)
ALERT_OVER = _note("alert_over", "info", "An alert is over: how long it was so.")
MAIL_REFUSED = _note(
    "mail_refused",
    "warning",
    "The relay takes mail for some of an endpoint's `mail_to` never; others got it.",
)
LEADS = _note("watch_leads", "info", "This watch looks and tells.")
TURNED = _note(
    "migration_turned", "warning", "A migration's orders went back by themselves."
)
NOT_TURNED = _note(
    "migration_not_turned", "error", "Orders should go back, and could not yet."
)
STANDS_BY = _note(
    "watch_stands_by", "info", "Another watch leads; this one waits for its end."
)
UNTOLD = _note(
    "watch_untold",
    "warning",
    "A sink takes no notices, for the reason it says; they are tried on.",
)
TAKES_AGAIN = _note(
    "watch_told_again", "info", "A sink that took no notices takes them again."
)
UNWRITTEN = _note(
    "watch_unwritten",
    "warning",
    "What the watch knows cannot be written to Kafka; it goes on and tries again.",
)

# --- metrics

_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

ALERTS = _gauge(
    "orderbus_alerts", ("rule",), "Alerts that fire, by rule. Of the watch that leads."
)
SECONDS = _histogram(
    "orderbus_watch_seconds", (), _BUCKETS, "From gathering facts to the last notice."
)
UNTOLD_NOTICES = _gauge(
    "orderbus_watch_untold", ("sink",), "Notices that a sink has yet to take."
)
TOLD = _counter(
    "orderbus_watch_told_total", ("sink",), "Notices that a sink has taken."
)
NOT_TOLD = _counter(
    "orderbus_watch_not_told_total",
    ("sink",),
    "Times that a sink took a notice, or a heartbeat, not.",
)
LEADING = _gauge(
    "orderbus_watch_leading", (), "1 in the watch that leads, 0 in one standing by."
)
