"""The numbers of PostgreSQL's advisory locks that are ours, in the log's database."""

_OURS = 0x6F72_6465  # "orde"

MIGRATING = _OURS << 8 | 1
DAYS = _OURS << 8 | 2
PRUNING = _OURS << 8 | 3
