"""Which of the topics that had a name a commit was made for.

A topic that is deleted and made anew begins at offset 0 again. Kafka forgets a group's
commits with the topic, but takes one that comes late for the new one, whose first
records would then never be read. So a commit says its topic's id before its metadata.
"""

import re

from bus.record import Commit

_END = "/"
_ID = re.compile(r"[A-Za-z0-9_-]+")


def stamped(commit: Commit, topic_id: str) -> Commit:
    """Return the commit as it is written; without an id as it is."""
    if not topic_id:
        return commit
    return commit._replace(metadata=f"{topic_id}{_END}{commit.metadata}")


def unstamped(commit: Commit, topic_id: str) -> Commit | None:
    """Return a commit as `stamped` took it; None if it is another topic's.

    What has no stamp, or is read where the topic's id is not known, is believed.
    """
    found, end, metadata = commit.metadata.partition(_END)
    if not end or not _is_id(found):
        return commit
    if topic_id and found != topic_id:
        return None
    return commit._replace(metadata=metadata)


def stamp_of(commit: Commit) -> str:
    """Return the id of the topic that a commit was made for; empty if it says none."""
    found, end, _ = commit.metadata.partition(_END)
    return found if end and _is_id(found) else ""


def _is_id(text: str) -> bool:
    """Ours has a colon before any slash; what others write may be anything."""
    return _ID.fullmatch(text) is not None
