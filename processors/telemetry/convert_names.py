"""The names that the telemetry of converting uses, with their meaning."""

from processors.telemetry.kinds import Names

OURS = Names()
_note, _counter = OURS.note, OURS.counter
_gauge, _histogram = OURS.gauge, OURS.histogram

# --- log lines

CHANNEL_LOADED = _note(
    "channel_loaded", "info", "A channel, or a changed one, is used from now on."
)
CHANNEL_FAULTY = _note(
    "channel_faulty",
    "error",
    "A channel cannot be used as it stands; the version before is, if there is one.",
)
FETCH_FAILED = _note(
    "fetch_failed",
    "warning",
    "What a message names was not fetched and is not tried again; it is parked.",
)
NOT_NOTED = _note(
    "not_noted",
    "warning",
    "`bus.intake.seen` does not take what came of messages: repeats may be told.",
)
RULE_UNREADABLE = _note(
    "unreadable_rule",
    "error",
    "A stored rule, or a row of a lookup table, cannot be used.",
)
RELEASE_UNREADABLE = _note(
    "release_unreadable",
    "error",
    "A record of `intake.parked` cannot be read, or what it releases cannot be found.",
)

RECONCILED = _note(
    "source_reconciled",
    "warning",
    "A source's API lists orders that never came; they were taken from the list.",
)
NOT_RECONCILED = _note(
    "source_not_reconciled",
    "warning",
    "The list of a source's orders cannot be had, for the reason it says.",
)
WEBHOOKS_GONE = _note(
    "webhooks_gone",
    "warning",
    "A source's sender no longer holds webhooks, or has switched them off: of which "
    "topics.",
)
WEBHOOK_MADE = _note(
    "webhook_made",
    "warning",
    "A webhook that a source's sender had lost was made again, or switched on.",
)
WEBHOOKS_UNKNOWN = _note(
    "webhooks_unknown",
    "warning",
    "The list of a sender's webhooks cannot be had, or none can be made, for the "
    "reason it says.",
)

NOT_PULLED = _note(
    "source_not_pulled",
    "warning",
    "A list or queue that a source declares cannot be read, for the reason it says.",
)
PULLED_BACK = _note("source_pulled_again", "info", "It can be read again.")

# --- metrics

_AGE_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)

CONVERTED = _counter(
    "orderbus_converted_total",
    ("result",),
    "Parts of submissions: told, repeat, superseded, ignored, parked.",
)
TOLD_BY = _counter(
    "orderbus_converted_events_total", ("source",), "Events of intake published."
)
REPEATS_BY = _counter(
    "orderbus_converted_repeats_total",
    ("source",),
    "Messages that came before, or are older than what was told.",
)
PARKED_AT = _counter(
    "orderbus_convert_parked_total",
    ("stage",),
    "Items parked by the conversion: verify, parse, map, fetch, rule.",
)
FETCHES = _counter(
    "orderbus_fetches_total",
    ("outcome",),
    "Requests to APIs of sources: good, again, later, never; given up: dead.",
)
PULLED = _counter(
    "orderbus_pulled_total",
    ("source",),
    "Submissions that were read from a list or a queue.",
)
SECONDS = _histogram(
    "orderbus_convert_seconds",
    (),
    _AGE_BUCKETS,
    "From a submission's arrival to its event on `oms.intake`.",
)
IN_FLIGHT = _gauge(
    "orderbus_convert_in_flight",
    (),
    "Submissions and releases under way, which a stop waits for.",
)
REMEMBERED = _gauge(
    "orderbus_convert_remembered", (), "Messages remembered to know repeats by."
)
FORGOTTEN = _gauge(
    "orderbus_convert_forgotten",
    (),
    "Messages forgotten before their time, for want of room: raise the limit.",
)
FAULTY = _gauge(
    "orderbus_channels_faulty", ("channel",), "1 for a channel that cannot be used."
)
FETCHING = _gauge("orderbus_fetching", ("source",), "Requests to APIs under way.")
