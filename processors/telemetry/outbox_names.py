"""The names that the outbox relay's telemetry uses, with their meaning."""

from processors.telemetry.kinds import Names

OURS = Names()
_note, _counter = OURS.note, OURS.counter
_gauge, _histogram = OURS.gauge, OURS.histogram

# --- log lines

AWAY = _note(
    "outbox_away",
    "error",
    "The outbox's database gives no usable answer, for the reason it says.",
)
BACK = _note("outbox_back", "info", "The outbox's database answers again.")
LEADS = _note("outbox_leads", "info", "This relay publishes what the outbox holds.")
STANDS_BY = _note(
    "outbox_stands_by", "info", "Another relay publishes; this one waits for its end."
)
REFUSED_ROW = _note(
    "outbox_refused",
    "error",
    "A row of the outbox is never taken as it is; it waits for `bus outbox retry` or "
    "`discard`, and later rows of its order behind it.",
)
HELD = _note(
    "outbox_held",
    "warning",
    "A topic takes nothing now; its rows wait, and those of the same orders.",
)
FREED = _note("outbox_freed", "info", "A topic that took nothing takes events again.")

# --- metrics

_AGE_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)

PUBLISHED = _counter(
    "orderbus_outbox_published_total", ("topic",), "Events published from the outbox."
)
REFUSALS = _counter(
    "orderbus_outbox_refused_total", (), "Rows of the outbox that were refused."
)
SECONDS = _histogram(
    "orderbus_outbox_seconds",
    (),
    _AGE_BUCKETS,
    "From a row's addition to Kafka's acknowledgement.",
)
IN_FLIGHT = _gauge(
    "orderbus_outbox_in_flight",
    (),
    "Rows that were fetched, until what became of them is written down.",
)
ROWS = _gauge(
    "orderbus_outbox_rows",
    ("state",),
    "Rows that wait: pending, behind a refused one, refused. Of the relay that leads.",
)
OLDEST = _gauge(
    "orderbus_outbox_oldest_seconds",
    (),
    "Age of the oldest row that is to be published and waits for nobody.",
)
REACHABLE = _gauge(
    "orderbus_outbox_reachable", (), "1 while the outbox's database answers, else 0."
)
LEADING = _gauge(
    "orderbus_outbox_leading",
    (),
    "1 in the relay that publishes, 0 in one standing by.",
)
