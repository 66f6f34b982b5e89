"""The names of what is told of consumer groups and their members."""

from processors.telemetry.kinds import Names

OURS = Names()
_note, _counter = OURS.note, OURS.counter

STANDSTILL = _note(
    "standstill",
    "info",
    "Partitions not held here have records and stand still; the coordinator is asked "
    "who is to hold them.",
)
UNRECONCILED = _note(
    "unreconciled",
    "warning",
    "A member has not given back or taken what its group wants for a minute; it joins "
    "anew.",
)
QUESTIONS = _counter(
    "orderbus_group_questions_total",
    ("result",),
    "Questions to coordinators, because something stands still: answer, none.",
)
REJOINS = _counter(
    "orderbus_group_rejoins_total",
    ("group",),
    "Members that joined anew, since they did not do what their group wants.",
)
