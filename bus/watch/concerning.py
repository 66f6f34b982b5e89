"""What whoever owns an endpoint may want to hear of it, by what the rules are about."""

from collections.abc import Collection, Mapping, Sequence

from bus.delivery.choices import Concern

RULES_OF: Mapping[Concern, Sequence[str]] = {
    Concern.DISABLED: ("disabled",),
    Concern.FAILING: (
        *("burns_fast", "burns_medium", "burns_slow"),
        *("breaker_open", "slow"),
    ),
    Concern.DEAD_LETTERS: ("dead_letters",),
    Concern.SECRET: ("secret_ending", "certificate_expiring"),
}
"""The rules that speak of each."""

MEANINGS: Mapping[Concern, str] = {
    Concern.DISABLED: "it was disabled, by an answer of 410",
    Concern.FAILING: "it fails: its budget burns, its breaker is open, it is slow",
    Concern.DEAD_LETTERS: "dead letters arrive",
    Concern.SECRET: "its signing secret or its certificate is about to end",
}
"""Each in words, of an endpoint."""


def rules_of(concerns: Collection[Concern]) -> Sequence[str]:
    """The rules that speak of these, each once."""
    return [rule for one in Concern if one in concerns for rule in RULES_OF[one]]


def filter_of(subscription: str, concerns: Collection[Concern]) -> str:
    """The filter of a webhook that hears these of one subscription, and no more.

    Over the content of `ops.alert_fired` and its sister; ids need no quoting.
    """
    rules = " || ".join(f"data.rule == '{rule}'" for rule in rules_of(concerns))
    return f"data.subscription == '{subscription}' && ({rules})"


def concerns_of(subscription: str, text: str | None) -> Collection[Concern]:
    """Which of them a filter lets through, of one subscription: as far as can be told.

    One that nobody has written as `filter_of` does hears none, for all we know.
    """
    if text is None:
        return frozenset(Concern)
    found = frozenset(
        one for one in Concern if all(f"'{rule}'" in text for rule in RULES_OF[one])
    )
    return found if text == filter_of(subscription, found) else frozenset()
