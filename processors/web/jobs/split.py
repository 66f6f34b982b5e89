"""A job in words, and what came of it: done, failed, unknown; each with its list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from processors.gateway.job_routes import JobShown
from processors.web.rendering import href

_KINDS: Mapping[str, str] = {
    "replay_dead_letters": "Replay of dead letters",
    "discard_dead_letters": "Discard of dead letters",
    "replay_quarantine": "Replay of quarantined records",
    "discard_quarantine": "Discard of quarantined records",
    "replay_span": "Replay of past events",
    "remove_subscription": "Removal",
    "reseal_subscriptions": "Sealing of secrets",
    "diagnose": "Diagnosis",
    "fix_parked": "Fix of a group of parked orders",
    "released_parked": "Release of parked orders",
    "rejected_parked": "Rejection of parked orders",
    "assigned_parked": "Assignment of parked orders",
    "snoozed_parked": "Putting off of parked orders",
}
_LETTERS = {"replay_dead_letters": "replayed", "discard_dead_letters": "discarded"}
_ITEMS = {"replay_quarantine": "replayed", "discard_quarantine": "discarded"}
_SINGLE = {
    "types": "type",
    "orders": "order",
    "events": "event",
    "reasons": "reason",
    "statuses": "status",
    "topics": "topic",
}


@dataclass(frozen=True, slots=True)
class Part:
    """So many, what that means, and where they are listed; empty: nowhere."""

    label: str
    count: int
    note: str
    to: str
    kind: str


class Told(NamedTuple):
    """A job as pages show it; `about` is where its subject is."""

    job: JobShown
    what: str
    about: str
    parts: Sequence[Part]
    not_sent: Sequence[tuple[str, str]]
    more: Sequence[tuple[str, str]]

    @property
    def share(self) -> int:
        """Percent of it that is done."""
        job = self.job
        return min(100, 100 * job.done // job.total) if job.total else 0


def told_of(job: JobShown) -> Told:
    """What there is to say of one."""
    named = job.result.get("not_sent")
    left = named.items() if isinstance(named, Mapping) else ()
    return Told(
        job,
        _KINDS.get(job.kind, job.kind.replace("_", " ")),
        _about(job) if job.subject else "",
        _parts(job),
        [(str(one), str(why)) for one, why in left],
        [*_more(job)],
    )


def _about(job: JobShown) -> str:
    """Where its subject is."""
    if job.kind in _ITEMS:
        return href("quarantine")
    if job.kind.endswith("_parked"):
        return href("intake", "groups", job.subject)
    return href("subscriptions", job.subject)


def _parts(job: JobShown) -> Sequence[Part]:
    """Done, failed, unknown. One that did not end well knows what it counted."""
    if job.kind not in {*_LETTERS, *_ITEMS, "replay_span"}:
        return []
    if job.state == "done":
        done, failed, unknown = (_count(job, n) for n in ("done", "failed", "unknown"))
    else:
        done, failed, unknown = job.done, 0, max(0, job.total - job.done)
    left = "not begun yet" if job.state == "running" else "pending still, if it was not"
    gone = {**_LETTERS, **_ITEMS}.get(job.kind, "")
    rest, doubt = _listed(job, "pending"), unknown and job.state != "running"
    return [
        Part("Done", done, gone or "sent again", _listed(job, gone), ""),
        Part("Failed", failed, "pending still", rest, "bad" if failed else ""),
        Part("Unknown", unknown, left * bool(unknown), rest, "warn" if doubt else ""),
    ]


def _listed(job: JobShown, state: str) -> str:
    """The list in which they are, as far as a list can be asked for them."""
    said = {
        _SINGLE[name]: str(values[0])
        for name, values in job.asked_for.items()
        if name in _SINGLE and isinstance(values, list) and len(values) == 1
    }
    if job.kind in _LETTERS:
        return href("subscriptions", job.subject, "dead-letters", state=state, **said)
    if job.kind in _ITEMS:
        return href("quarantine", "records", state=state, **said)
    return ""


def _count(job: JobShown, name: str) -> int:
    found = job.result.get(name)
    return found if isinstance(found, int) else 0


def _more(job: JobShown) -> Sequence[tuple[str, str]]:
    """What else it says, each in one line."""
    lines = []
    for name, value in job.result.items():
        if name in {"done", "failed", "unknown", "not_sent", "why"} or not value:
            continue
        if isinstance(value, Mapping):
            text = ", ".join(f"{key}: {one}" for key, one in value.items())
        elif isinstance(value, list):
            text = f"{len(value)}"
        else:
            text = str(value)
        lines.append((name.replace("_", " "), text[:500]))
    return lines
