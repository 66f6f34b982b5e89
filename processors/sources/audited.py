"""What an audit record says of a source: as it may be shown, and what changed."""

from bus.access.audit import Shown
from bus.intake.sources import Source
from processors.sources.showing import shown

_SAID_ANYWAY = frozenset({"updated_at"})
CHANGED = "(hidden, changed)"


def differences(
    before: Source | None, after: Source | None
) -> tuple[Shown | None, Shown | None]:
    """The fields that differ; all of one that was added or is gone."""
    left = None if before is None else shown(before)
    right = None if after is None else shown(after)
    if left is None or right is None or before is None or after is None:
        return left, right
    if before.path_secret != after.path_secret and after.path_secret:
        right["has_path_secret"] = CHANGED
    if before.fetch != after.fetch and left["fetch"] == right["fetch"]:
        right["fetch"] = CHANGED
    differ = [n for n in left if left[n] != right[n] and n not in _SAID_ANYWAY]
    return {n: left[n] for n in differ}, {n: right[n] for n in differ}
