"""What a comparison could not look at, in sentences."""

from collections.abc import Sequence

from bus.migration.sent import Sent, Side
from bus.migration.terms import How, Terms


def omitted(old: Sequence[Sent], new: Sequence[Sent], terms: Terms) -> list[str]:
    """Say all that was not compared, and why."""
    found: list[str] = []
    for side, sent, reading in (
        (Side.OLD, old, terms.old),
        (Side.NEW, new, terms.new),
    ):
        if reading.signing is None:
            found.append(f"signatures of the {side} side: the terms name no scheme")
        shadow = any(one.unsent for one in sent)
        if shadow:
            found.append(
                f"outcomes and latency: nothing was sent (a shadow, {side} side)"
            )
        elif sent and all(one.accepted is None for one in sent):
            found.append(f"outcomes: the {side} recording says none")
        if not shadow and sent and all(one.occurred_ms is None for one in sent):
            where = reading.occurred
            found.append(f"latency: no time of the event at {where} ({side} side)")
        if sent and not any(one.version for one in sent):
            where = reading.version
            found.append(f"versions: none at {where} ({side} side); paired in time")
    named = ", ".join(terms.headers) or "none"
    found.append(f"headers other than {named}: the terms do not name them")
    found += [
        f"{rule.at}: ignored by a rule, because {rule.why}"
        for rule in terms.rules
        if rule.how is How.IGNORE
    ]
    return found
