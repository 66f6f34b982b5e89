"""What is counted of a source, by name; a word may go on behind a dot.

Bounded: whatever senders send, there are no other words than these, and those that go
on do so with a word of ours (a way, a verdict, a stage, the id of a secret).
"""

CAME = "came"
"""Submissions that were kept as they came: by webhook, or in a file."""
VIA = "via"
"""`via.webhook`: submissions by the way on which they came, as they are converted."""
REFUSED = "refused"
"""`refused.mismatch`: signatures that are wrong, by verdict; none of it was kept."""
SECRET = "secret"  # noqa: S105 - a word
"""`secret.s-1`: submissions by the id of the secret that matched."""
PUT_OFF = "put_off"
"""Submissions that were answered "not now"."""
ANSWER = "answer"
"""`answer.0.1`: answers by how long they took, the largest of `ANSWER_S` and below."""
TOLD, REPEAT, IGNORED = "told", "repeat", "ignored"
SUPERSEDED = "superseded"
PARKED = "parked"
"""`parked.map`: parts of submissions by what became of them."""
LISTED, MISSED = "listed", "missed"
"""Orders that a source's API lists; those of them that did not come by themselves."""
ROUND = "round"
"""`round.done`, `round.failed`: looks at such a list."""
WEBHOOKS = "webhooks"
"""`webhooks.there`, `webhooks.gone`, `webhooks.failed`: looks at those that a sender
holds; `webhooks.made`: one was made again, or switched on."""
AHEAD = "ahead"
"""Events that say they happened a minute or more after they came."""

ANSWER_S = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends of what answers are counted by, in seconds; beyond the last: `more`."""
MORE = "more"


def answer_word(seconds: float) -> str:
    """What an answer that took so long is counted as."""
    end = next((one for one in ANSWER_S if seconds <= one), None)
    return f"{ANSWER}.{MORE if end is None else f'{end:g}'}"
