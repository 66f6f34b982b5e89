"""The names that the projector's telemetry uses, with their meaning."""

from processors.telemetry.kinds import Names

OURS = Names()
_note, _counter = OURS.note, OURS.counter
_gauge, _histogram = OURS.gauge, OURS.histogram

# --- log lines

OPENED = _note("log_opened", "info", "The log's tables are as they should be; where.")
AWAY = _note(
    "log_away",
    "error",
    "The log's database takes nothing, for the reason it says; the projector tries on.",
)
BACK = _note("log_back", "info", "The log's database takes rows again.")
UNDECODED = _note(
    "log_undecoded",
    "warning",
    "A record is no row of the log: it cannot be decoded. Told once a topic and "
    "reason; what stands in a source topic is in quarantine, too.",
)
ROW_REFUSED = _note(
    "log_row_refused",
    "error",
    "The database does not take a row, which is left out; it says where it stands.",
)
UNSAMPLED = _note(
    "forecast_unsampled",
    "warning",
    "Queues could not be counted for forecasts, for the reason it says; it tries on.",
)
EXPIRED = _note(
    "log_expired",
    "error",
    "Kafka deleted records before they were read into the log, which lacks them.",
)
OVERTAKEN = _note(
    "log_overtaken",
    "warning",
    "Somebody else wrote a partition's part of the log; it goes on from there.",
)
REWOUND = _note(
    "log_rewound",
    "warning",
    "The log stands before what was written: cleared, or restored. It is read again.",
)
PRUNED = _note("log_pruned", "info", "What is older than it is kept for was removed.")
PRUNE_FAILED = _note(
    "log_prune_failed", "warning", "Nothing was removed; it is tried in an hour again."
)

# --- metrics

_WRITE_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

ROWS = _counter("orderbus_log_rows_total", ("kind",), "Rows written to the log.")
SKIPPED = _counter(
    "orderbus_log_skipped_total",
    ("reason",),
    "Records that are no row of the log: undecoded, refused by the database, expired.",
)
WRITE_SECONDS = _histogram(
    "orderbus_log_write_seconds", (), _WRITE_BUCKETS, "How long a batch's write took."
)
IN_FLIGHT = _gauge(
    "orderbus_log_in_flight", (), "Rows that the database has been given to write."
)
LAG = _gauge(
    "orderbus_log_lag_seconds",
    (),
    "How long ago the moment was before which all is in the log.",
)
REACHABLE = _gauge(
    "orderbus_log_reachable", (), "1 while the log's database takes rows, else 0."
)
