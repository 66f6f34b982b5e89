"""What fields mean whose models leave it to their names, the same everywhere."""

from collections.abc import Mapping

_MEANINGS: Mapping[str, str] = {
    "accept": "Media type of the body.",
    "concurrency": "Attempts at the same time, at most.",
    "description": "One line for people.",
    "filter": "JMESPath; what is true is delivered.",
    "id": "2 to 63 lower-case letters, digits and dashes; it never changes.",
    "mail_about": "What those are told of.",
    "mail_to": "Mailboxes that are told of its troubles.",
    "objective": "What is aimed at for it; operators set it.",
    "on_exhausted": "With `ordering: key`, once attempts are used up: go on, or stay.",
    "order": "An order id.",
    "orders": "Order ids.",
    "outcome": "What an attempt came to; `held` are deliveries that had to wait.",
    "places": "Single records of the quarantine, as lists name them.",
    "purge": "Remove its dead letters, too; otherwise they stay until their time.",
    "rate": "Webhooks a second, at most.",
    "reason": "Why it is there.",
    "reasons": "Why they are there; none: whatever the reason.",
    "role": "What its holder is to the bus.",
    "secret": "A signing secret of your own; without one it is made.",
    "since": "From when on: RFC 3339, or `2h` for two hours ago.",
    "state": "How it is now.",
    "subscription": "A subscription's id.",
    "subscriptions": "All of them, as they are to be.",
    "timeout": "How long an attempt may take.",
    "tls": "How certificates are checked and shown.",
    "topic": "The topic that it was read from.",
    "topics": "The topics that they were read from.",
    "transform": "JMESPath that makes the body.",
    "types": "Event types; `order.*` stands for several.",
    "until": "Up to when: RFC 3339, `2h` for two hours ago, or `now`.",
    "why": "Why: one line for others.",
}


def meaning_of(name: str, said: object, content: Mapping[str, object]) -> str:
    """What a field means: its model says it, one of its alternatives, or its name."""
    if said:
        return str(said)
    kinds = content.get("anyOf")
    if isinstance(kinds, list):
        for kind in kinds:
            if isinstance(kind, dict) and kind.get("description"):
                return str(kind["description"])
    return _MEANINGS.get(name, "")
