"""What the ranking is for: more value leaves in time than by any plain order."""

from pathlib import Path

from tests.triage.morning import CAUSES, FAILURES, failures
from tests.triage.table import BEGIN, END, mornings, share, table

_DOCUMENT = Path(__file__).parents[2] / "docs" / "triage.md"
_SEEDS = range(20)


def test_a_morning_is_what_it_says() -> None:
    """2,000 failures of 12 causes."""
    rows = failures(1)
    assert len(rows) == FAILURES == 2_000
    assert len({row.fingerprint for row in rows}) == CAUSES == 12


def test_ranked_rescues_twice_what_first_in_first_out_does() -> None:
    """Of all mornings together; more than any other order; the docs say how much."""
    found = mornings(_SEEDS)
    ranked = share(found["as ranked"])
    assert ranked >= 2 * share(found["first in, first out"])
    assert all(ranked > share(found[name]) for name in found if name != "as ranked")
    text = _DOCUMENT.read_text(encoding="utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0].strip() == table(found)
