"""What an owner hears of an endpoint, as a filter and as rules."""

from itertools import combinations

import pytest

from bus.delivery.choices import Concern
from bus.watch.concerning import (
    MEANINGS,
    RULES_OF,
    concerns_of,
    filter_of,
    rules_of,
)
from bus.watch.rules import BY_NAME

ALL = [set(some) for n in range(1, 5) for some in combinations(Concern, n)]


def test_every_rule_is_one() -> None:
    """And no rule is of two concerns; each concern has words."""
    rules = rules_of(frozenset(Concern))
    assert len(rules) == len(set(rules))
    assert set(rules) <= set(BY_NAME)
    assert set(MEANINGS) == set(RULES_OF) == set(Concern)


@pytest.mark.parametrize("concerns", ALL, ids=lambda some: "+".join(sorted(some)))
def test_a_filter_says_what_it_is_of(concerns: set[Concern]) -> None:
    """What was written is read again; of another subscription it is nothing."""
    text = filter_of("acme-shop", concerns)
    assert set(concerns_of("acme-shop", text)) == concerns
    assert not concerns_of("acme-erp", text)


def test_what_others_wrote_is_not_guessed_at() -> None:
    """No filter hears everything, another one what it says."""
    assert set(concerns_of("acme", None)) == set(Concern)
    assert not concerns_of("acme", "data.rule == 'disabled'")
