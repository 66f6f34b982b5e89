"""Counts by time: added up over processes, forgotten in time, bounded."""

from bus.intake.health import words
from bus.intake.health.figures import Figures, figures_of
from bus.intake.health.tally import Seen, Tally, read_tally, tally_json

NOON = 1_790_000_100.0


def seen(tally: Tally, at: float = NOON) -> Seen:
    """What is read of a tally that was written."""
    found = read_tally(tally_json(tally, at))
    assert found is not None
    return found


def test_hours_and_days_are_added_up_over_processes() -> None:
    """Also those that are long gone."""
    one, two = Tally(), Tally()
    one.count(words.CAME, NOON - 7_200)
    one.count(words.CAME, NOON - 60)
    two.count(words.CAME, NOON)
    two.count("via.webhook", NOON)
    figures = figures_of([seen(one), seen(two)], NOON)
    assert figures.hour.of(words.CAME) == 2
    assert figures.day.of(words.CAME) == 3
    assert figures.heard == 3
    assert figures.last == NOON
    assert figures.hour.by(words.VIA) == {"webhook": 1}


def test_what_is_older_than_a_day_is_forgotten() -> None:
    """By processes, and by who adds up what a dead one left."""
    tally = Tally()
    for hour in range(100):
        tally.count(words.TOLD, NOON + 3_600 * hour)
    assert len(tally.long) <= 26
    assert len(tally.short) <= 14
    assert figures_of([seen(tally)], NOON + 90 * 86_400).day.of(words.TOLD) == 0


def test_words_are_bounded() -> None:
    """Whatever ids of secrets there are; none of the counts gets lost."""
    tally = Tally()
    for number in range(1_000):
        tally.count(f"secret.s-{number}", NOON)
    assert all(len(counts) <= 65 for counts in tally.short.values())
    assert sum(map(sum, (c.values() for c in tally.short.values()))) == 1_000


def test_the_slowest_of_a_hundred_answers_is_found() -> None:
    """As the end of the span that it lies in."""
    tally = Tally()
    for _ in range(98):
        tally.count(words.answer_word(0.004), NOON)
    for _ in range(2):
        tally.count(words.answer_word(1.7), NOON)
    hour = figures_of([seen(tally)], NOON).hour
    assert hour.answered_within(0.5) == 0.025
    assert hour.answered_within(0.99) == 2.5
    tally.count(words.answer_word(77), NOON)
    assert figures_of([seen(tally)], NOON).hour.answered_within(1) == float("inf")
    assert Figures().answered_within(0.99) is None


def test_what_is_no_tally_is_none() -> None:
    """A newer version may have written it, or nobody of ours."""
    assert read_tally({}) is None
    odd = read_tally({"at": 1, "last": 2, "short": {"x": 1, "5": {"a": -1}}, "long": 3})
    assert odd is not None
    assert figures_of([odd], NOON).hour == Figures()
