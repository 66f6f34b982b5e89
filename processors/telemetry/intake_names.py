"""The names that the door of intake uses in telemetry, with their meaning."""

from processors.telemetry.kinds import Names

OURS = Names()
_note, _counter = OURS.note, OURS.counter
_gauge, _histogram = OURS.gauge, OURS.histogram

# --- log lines

SERVES = _note("intake_serves", "info", "The door is open; at which URL.")
SUBMISSION = _note(
    "submission",
    "info",
    "A submission was kept: its id and source, what its signature was worth, where it "
    "stands now.",
)
UNVERIFIED = _note(
    "intake_unverified",
    "warning",
    "A signature is wrong: of which source, why, and the beginning of a sample. At "
    "most one line a source in ten seconds.",
)
AWAY = _note(
    "intake_away",
    "warning",
    "Kafka takes nothing of a source, or nothing for one of its partitions, for the "
    "reason it says; what its sender never sends again is kept on disk.",
)
BACK = _note("intake_back", "info", "Kafka takes what a source sends again.")
SPOOL_DRAINED = _note(
    "spool_drained", "info", "All that was kept on disk of a source is in Kafka."
)
SPOOL_FAILS = _note(
    "spool_fails",
    "error",
    "What was to be kept on disk could not be: no room, or the disk fails.",
)
SPOOL_DAMAGED = _note(
    "spool_damaged",
    "error",
    "Bytes in the middle of a file of the spool cannot be read; the file stays, as "
    "`.damaged`.",
)
SPOOL_REFUSED = _note(
    "spool_refused",
    "error",
    "Kafka never takes a record of the spool; it is put aside, as `.refused`.",
)
FILE = _note(
    "file_collected",
    "info",
    "A file of a watched folder was put away: of which source, what came of it, where "
    "it is now.",
)
ANSWERED = _note(
    "order_answered",
    "info",
    "An order that came by a file was answered, and its 855 lies in the folder: of "
    "which source and order, in which file.",
)
UNANSWERABLE = _note(
    "order_unanswerable",
    "warning",
    "An order was answered that does not stand where its answer says, or is none of "
    "X12: no 855 is made of it.",
)
NO_KEY = _note(
    "key_not_had",
    "warning",
    "A public key that a submission names cannot be fetched now; it is put off.",
)
FOLDER_FAILS = _note(
    "folder_fails",
    "warning",
    "Files of a source are not taken, for the reason it says; they stay where they "
    "are.",
)
FOLDER_BACK = _note("folder_back", "info", "Files of a source are taken again.")
UNREADABLE_SOURCE = _note(
    "unreadable_source", "error", "A stored source cannot be used."
)

# --- metrics

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

SUBMISSIONS = _counter(
    "orderbus_intake_submissions_total", ("source",), "Submissions that were kept."
)
BYTES = _counter(
    "orderbus_intake_bytes_total", ("source",), "Bytes of them, as they are kept."
)
ANSWERS = _counter(
    "orderbus_intake_answers_total", ("status",), "Requests at the door by HTTP status."
)
REFUSED = _counter(
    "orderbus_intake_unverified_total",
    ("source",),
    "Submissions whose signature is wrong.",
)
OVERLOADED = _counter(
    "orderbus_intake_overloaded_total",
    ("source",),
    "Submissions that were put off: too many at once, too fast, Kafka away.",
)
REDACTED = _counter(
    "orderbus_intake_redacted_total",
    ("what",),
    "What was taken out before anything was kept: pan, shared-secret.",
)
SECONDS = _histogram(
    "orderbus_intake_seconds", (), _SECONDS, "From a request's head to its answer."
)
IN_FLIGHT = _gauge("orderbus_intake_in_flight", (), "Requests at the door under way.")
SPOOLED = _counter(
    "orderbus_intake_spooled_total", ("source",), "Submissions kept on disk."
)
SPOOL_BYTES = _gauge(
    "orderbus_intake_spool_bytes", (), "What is kept on disk until Kafka takes it."
)
FILES = _counter(
    "orderbus_intake_files_total",
    ("outcome",),
    "Files of watched folders: kept, repeat, refused.",
)
AWAY_SOURCES = _gauge(
    "orderbus_intake_away", (), "Sources of which Kafka does not take all now."
)
