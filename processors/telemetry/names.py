"""Every name that telemetry uses, with its meaning: log lines, spans, metrics.

`docs/observability.md` lists exactly these; a test compares the two.
"""

from processors.telemetry import group_names, live_names, log_names, outbox_names
from processors.telemetry.convert_names import OURS as _CONVERT
from processors.telemetry.intake_names import OURS as _INTAKE
from processors.telemetry.kinds import Metric, Names, Note
from processors.telemetry.process_names import OURS as _PROCESS
from processors.telemetry.watch_names import OURS as _WATCH

_OURS = Names()
_note, _counter = _OURS.note, _OURS.counter
_gauge, _histogram = _OURS.gauge, _OURS.histogram
SPANS = {
    "send": "A record is written: by the OMS, or by us to a tier or dead-letter topic.",
    "process": "A record is decoded and matched, until all its deliveries are begun.",
    "POST": "One attempt at a partner's endpoint; the partner gets its `traceparent`.",
}


# --- log lines: what happened to deliveries and subscriptions

ATTEMPT = _note(
    "attempt",
    "info",
    "One attempt, or a hop without a call (attempt 0), is settled. "
    "At warning when the delivery became a dead letter.",
)
QUARANTINED = _note(
    "quarantined", "error", "A record nobody can decode went to the quarantine topic."
)
TYPE_DIFFERS = _note(
    *("type_differs", "warning"),
    "A producer's ce_type is not its schema's event type. Once for each pair.",
)
ATTRIBUTE_UNREADABLE = _note(
    "attribute_unreadable",
    "warning",
    "A ce_ header is null, empty, not UTF-8 or no time; the event goes on without "
    "it. Once for each topic and header.",
)
EXPIRED = _note(
    "expired",
    "error",
    "Kafka deleted records before they were settled: lost, or held here and tried on.",
)
POSITION_RESET = _note(
    "position_reset",
    "error",
    "A topic was made anew, or cut below where a group stood; it begins anew.",
)
SMALL_LETTER = _note(
    "small_letter",
    "error",
    "A topic never takes a record; a letter without its body says where it stands.",
)
CHANGE = _note("change", "info", "A subscription was added, updated or removed.")
TROUBLE = _note(
    "trouble", "warning", "A subscription was disabled or held, its breaker moved."
)
FILTER_FAILED = _note(
    "filter_failed", "warning", "A filter fails on an event, which counts as no match."
)
DROPPED = _note(
    "dropped", "info", "A delivery was dropped on purpose, for the reason it says."
)
AUDIT_MISSED = _note(
    "audit_missed",
    "error",
    "A change was made, and `bus.audit` does not say so: who, what, why.",
)
UNREADABLE = _note(
    "unreadable_subscription", "error", "A stored subscription cannot be used."
)

# --- log lines: the life of a program

STARTED = _note("started", "info", "The program runs; where its endpoints listen.")
READY = _note("ready", "info", "All readiness checks passed for the first time.")
STOPPING = _note("stopping", "info", "A stop was asked for; attempts in flight drain.")
DRAINING = _note("draining", "info", "It waits for what is under way, and for what.")
STOPPED = _note("stopped", "info", "The program has ended in good order.")
PARTITIONS = _note("partitions", "info", "Partitions were assigned or revoked.")
PARTITIONS_LOST = _note(
    "partitions_lost", "warning", "Partitions were lost, or stopped at a failed hop."
)
DRAIN_CUT = _note(
    "drain_cut", "warning", "The drain budget ran out; what is left comes again."
)
INTAKE_PAUSED = _note("intake_paused", "info", "The intake is full; polling pauses.")
INTAKE_RESUMED = _note("intake_resumed", "info", "The intake has room again.")
TABLE_LOADED = _note("table_loaded", "info", "A compacted topic is read to its end.")
SOURCES_ADDED = _note(
    "sources_added", "info", "`topics.yaml` declares new source topics; they are read."
)
API_SERVES = _note("api_serves", "info", "The API can be asked; at which URL.")
REQUEST = _note(
    "request",
    "info",
    "The API has answered a request: whose, for which operation, with which status.",
)

# --- log lines: trouble around us

DECLARATION_UNREADABLE = _note(
    "declaration_unreadable",
    "warning",
    "`topics.yaml` cannot be read while it runs; what was declared before counts.",
)
BROKER_LOST = _note("broker_lost", "error", "Kafka gives no answer.")
BROKER_BACK = _note("broker_back", "info", "Kafka answers again.")
COMMIT_FAILED = _note(
    "commit_failed",
    "warning",
    "Offsets were not committed; a later commit covers them.",
)
REGISTRY_LOST = _note(
    "registry_unavailable", "warning", "The schema registry gives no usable answer."
)
SCHEMA_REFUSED = _note(
    "schema_refused",
    "warning",
    "The registry refuses one schema and gives others; its partitions wait.",
)
KAFKA = _note(
    "kafka", "warning", "A Kafka client reports trouble; it goes on by itself."
)
KAFKA_AWAY = _note(
    "kafka_broker_away",
    "warning",
    "A broker does not answer our clients; what else they say of it is kept back.",
)
KAFKA_CALM = _note(
    "kafka_broker_calm",
    "info",
    "No client has complained of the broker for 45 s; in how many lines they had.",
)
LIBRARY = _note("library", "info", "A line that a library logged.")
BUG = _note("bug", "error", "An exception nobody foresaw, with its traceback.")

# --- metrics: written by attempts

_ATTEMPT_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_AGE_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)
_LATE_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5)

ATTEMPTS = _counter(
    "orderbus_attempts_total",
    ("subscription", "outcome"),
    "Attempts by outcome: accepted, refused, throttled, failed, unreachable.",
)
ATTEMPT_SECONDS = _histogram(
    "orderbus_attempt_seconds",
    ("subscription",),
    _ATTEMPT_BUCKETS,
    "How long an attempt took, from request to answer.",
)
ACCEPTANCE_SECONDS = _histogram(
    "orderbus_acceptance_seconds",
    ("subscription",),
    _AGE_BUCKETS,
    "From the event's arrival in its source topic to acceptance.",
)
HOPS = _counter(
    "orderbus_hops_total", ("subscription", "tier"), "Deliveries moved to a tier."
)
SPILLS = _counter(
    "orderbus_spills_total",
    ("subscription",),
    "Hops without a call: mailbox full, limits used up, breaker open.",
)
DEAD_LETTERS = _counter(
    "orderbus_dead_letters_total",
    ("subscription", "reason"),
    "Deliveries that ended in a dead-letter topic.",
)
DROPS = _counter(
    "orderbus_dropped_total",
    ("subscription",),
    "Deliveries dropped on purpose: they were appended twice to an ordered topic.",
)

# --- metrics: written by transitions, quarantine, partitions

CHANGES = _counter(
    "orderbus_changes_total",
    ("subscription", "change"),
    "What befell a subscription: breaker_opened, disabled, held, …",
)
QUARANTINES = _counter(
    "orderbus_quarantined_total", ("topic",), "Records that nobody can decode."
)
ODD_EVENTS = _counter(
    "orderbus_odd_events_total",
    ("oddity",),
    "Events delivered although a producer's headers are odd: type_differs, "
    "attribute_unreadable.",
)
EXPIRED_RECORDS = _counter(
    "orderbus_expired_records_total",
    ("topic",),
    "Records that Kafka deleted before they were settled.",
)
SMALL_LETTERS = _counter(
    "orderbus_small_letters_total",
    ("topic",),
    "Letters without a body, for records that a topic never takes.",
)
POSITION_RESETS = _counter(
    "orderbus_position_resets_total",
    ("topic",),
    "Partitions read anew: topic made anew, or cut below where the group stood.",
)
PARTITION_CHANGES = _counter(
    "orderbus_partition_changes_total",
    ("change",),
    "Partitions assigned, revoked, lost, stopped.",
)
LINES = _counter(
    "orderbus_log_lines_total", ("level",), "Log lines written at warning and error."
)

# --- metrics: measured by the engine

CONSUMED = _counter("orderbus_consumed_total", ("topic",), "Source records read.")
MATCHED = _counter("orderbus_matched_total", (), "Deliveries begun: event times match.")
UNDECIDED = _counter(
    "orderbus_undecided_total", ("subscription",), "Filters put off: too dear for now."
)
COMMITS = _counter("orderbus_commits_total", ("result",), "Commits: ok, failed.")
LATENESS = _histogram(
    "orderbus_tier_lateness_seconds",
    ("tier",),
    _LATE_BUCKETS,
    "How long after it was due a tier's attempt began.",
)

# --- metrics: measured by the API

API_ANSWERS = _counter(
    "orderbus_api_answers_total", ("status",), "Requests to the API by HTTP status."
)
API_SECONDS = _histogram(
    "orderbus_api_seconds",
    ("operation",),
    _ATTEMPT_BUCKETS,
    "From a request's head to its answer, by operation of the OpenAPI document.",
)

# --- metrics: asked for at a scrape

API_IN_FLIGHT = _gauge("orderbus_api_in_flight", (), "Requests to the API under way.")

IN_FLIGHT = _gauge("orderbus_in_flight", ("subscription",), "Attempts under way.")
MAILBOX = _gauge(
    "orderbus_mailbox_depth", ("subscription",), "Deliveries waiting for their turn."
)
REFUSED = _gauge(
    "orderbus_refused",
    ("topic",),
    "Records that wait for a topic which does not take them: missing, not allowed.",
)
UNLOGGED = _gauge(
    "orderbus_unlogged",
    (),
    "Attempts that could not be written to the attempt log since the start.",
)
BREAKER = _gauge(
    "orderbus_breaker_state", ("subscription",), "0 closed, 1 half-open, 2 open."
)
UNSETTLED = _gauge(
    "orderbus_unsettled", ("group",), "Records read and not yet settled."
)
LAG = _gauge(
    "orderbus_lag",
    ("topic",),
    "Records of a topic that this process has yet to commit.",
)
ASSIGNED = _gauge("orderbus_partitions", ("group",), "Partitions assigned now.")
WAITING = _gauge(
    "orderbus_partitions_waiting",
    ("group",),
    "Partitions whose next record waits for a schema.",
)
SCHEMA_WAIT = _gauge(
    "orderbus_schema_wait_seconds",
    ("schema",),
    "How long a schema has been asked for that partitions wait for.",
)
SUBSCRIPTIONS = _gauge("orderbus_subscriptions", ("state",), "Subscriptions by state.")

API_STREAMS, API_STREAMS_ENDED = live_names.API_STREAMS, live_names.API_STREAMS_ENDED

_LATER = (log_names.OURS, outbox_names.OURS, live_names.OURS, _WATCH, _INTAKE, _CONVERT)
_ALL = (_OURS, _PROCESS, group_names.OURS, *_LATER)
NOTES: dict[str, Note] = {n: note for part in _ALL for n, note in part.notes.items()}
METRICS: dict[str, Metric] = {n: m for part in _ALL for n, m in part.metrics.items()}
