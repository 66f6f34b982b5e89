"""Pending, firing, resolved; told, silenced, put off until the morning."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time
from zoneinfo import ZoneInfo

from bus.watch.alerts import KEEP_S, Alert, Phase, advance, changed
from bus.watch.facts import Facts, Part, Waiting
from bus.watch.muting import Muting, QuietHours, Silence
from bus.watch.telling import Notice, Receiver, due, heard
from tests.support.watched import AT, WELL, found, orders, shop

LATE = orders(waiting=Waiting(40, 90.0))  # a page after two minutes
DEAD = shop(state="disabled")  # a ticket at once
LAG, DISABLED = "lag:source/oms.order", "disabled:subscription/shop"
OPEN, ANYBODY = Muting(), Receiver()


def lived(*moments: tuple[float, Facts]) -> Mapping[str, Alert]:
    """All alerts after the facts of some moments."""
    alerts: Mapping[str, Alert] = {}
    for after_s, facts in moments:
        alerts = advance(alerts, found(facts), AT + after_s)
    return alerts


def words(
    alert: Alert,
    muting: Muting = OPEN,
    after_s: float = 0.0,
    receiver: Receiver = ANYBODY,
) -> Sequence[str]:
    """What a sink is to hear."""
    notice = due(alert, "bus", receiver, muting, AT + after_s)
    return [] if notice is None else [notice.id.rpartition(":")[2]]


def told(alert: Alert, sink: str) -> Alert:
    """An alert after a sink was told of it as it is."""
    return heard(alert, Notice(sink, alert))


def test_what_passes_in_time_is_never_told() -> None:
    """It was pending for a while, and is gone."""
    alerts = lived((0, LATE), (60, LATE))
    assert alerts[LAG].phase is Phase.PENDING
    assert words(alerts[LAG]) == []
    assert LAG not in advance(alerts, found(WELL), AT + 70)


def test_an_alert_fires_after_its_time_and_says_since_when() -> None:
    """With the newest evidence."""
    worse = orders(waiting=Waiting(99, 150.0))
    alert = lived((0, LATE), (120, worse))[LAG]
    assert (alert.phase, alert.began, alert.fired) == (Phase.FIRING, AT, AT + 120)
    assert "99 records" in alert.evidence
    assert alert.duration_s(AT + 150) == 150
    assert words(alert) == ["firing"]


def test_a_moment_without_resolves_nothing() -> None:
    """What comes and goes is one alert, told once."""
    alerts = lived((0, DEAD), (30, WELL), (50, DEAD), (60, WELL))
    assert alerts[DISABLED].phase is Phase.FIRING
    assert alerts[DISABLED].began == AT
    over = advance(alerts, found(WELL), AT + 110)[DISABLED]
    assert (over.phase, over.resolved, over.duration_s(AT + 999)) == (
        Phase.RESOLVED,
        AT + 110,
        50,
    )


def test_what_nobody_knows_leaves_an_alert_as_it_is() -> None:
    """Neither resolved nor begun, however long the answer stays out."""
    blind = replace(WELL, unknown={Part.SOURCES: "no answer"})
    alerts = lived((0, LATE), (120, LATE), (9_999, blind))
    assert alerts[LAG].phase is Phase.FIRING
    assert advance(alerts, found(WELL), AT + 9_999)[LAG].phase is Phase.RESOLVED


def test_what_is_over_stays_in_the_list_for_a_week() -> None:
    """Then it goes."""
    alerts = lived((0, DEAD), (100, WELL))
    assert DISABLED in advance(alerts, found(WELL), AT + 99 + KEEP_S)
    assert advance(alerts, found(WELL), AT + 100 + KEEP_S) == {}


def test_an_alert_of_a_rule_that_is_no_more_ends() -> None:
    """After an upgrade it would else fire for ever."""
    strange = replace(lived((0, DEAD))[DISABLED], rule="of_yore")
    after = advance({strange.key: strange}, found(WELL), AT + 1)
    assert after[strange.key].phase is Phase.RESOLVED


def test_who_was_told_hears_the_end_once() -> None:
    """And nobody else."""
    alert = lived((0, DEAD))[DISABLED]
    knows = told(alert, "bus")
    assert words(knows) == []
    over = replace(knows, phase=Phase.RESOLVED, resolved=AT + 60)
    assert words(over) == ["resolved"]
    assert words(told(over, "bus")) == []
    assert words(replace(over, told=frozenset())) == []


def test_a_silence_withholds_the_alarm_never_the_end() -> None:
    """Once it is lifted, what still fires is told."""
    quiet = Muting([Silence(id="s", subject="*/shop", since=AT, until=AT + 600)])
    alert = lived((0, DEAD))[DISABLED]
    assert words(alert, quiet) == []
    assert words(alert, quiet, 600) == ["firing"]
    over = replace(told(alert, "bus"), phase=Phase.RESOLVED, resolved=AT + 60)
    assert words(over, quiet) == ["resolved"]


def test_a_silence_covers_what_its_patterns_name() -> None:
    """Rule and subject, as file names are matched; the longest is said."""
    alert = lived((0, DEAD))[DISABLED]
    silence = Silence(id="s", rule="dis*", since=AT, until=AT + 60)
    longer = replace(silence, id="longer", until=AT + 90)
    assert Muting([silence, longer]).silence(alert, AT) == longer
    for other in ({"rule": "lag"}, {"subject": "source/*"}):
        assert not replace(silence, **other).covers(alert, AT)  # type: ignore[arg-type]


def test_nights_are_quiet_but_for_pages() -> None:
    """By the clocks of the place, over midnight and through the change of hours."""
    night = QuietHours(time(22), time(7), ZoneInfo("Europe/Berlin"))
    ticket = lived((0, DEAD))[DISABLED]
    page = lived((0, LATE), (120, LATE))[LAG]
    winter, summer = 1_796_163_000.0, 1_782_954_000.0  # 23:10 and 03:00 there
    for at in (winter, summer):
        assert night.covers(ticket, at)
        assert not night.covers(page, at)
    assert not night.covers(ticket, winter - 2 * 3_600)
    assert not night.covers(ticket, summer + 4 * 3_600)
    noon = QuietHours(time(12), time(13), ZoneInfo("UTC"))
    assert noon.covers(ticket, AT // 86_400 * 86_400 + 12.5 * 3_600)
    assert not noon.covers(ticket, AT // 86_400 * 86_400 + 13 * 3_600)


def test_in_the_morning_what_waited_is_told() -> None:
    """What still fires, and the end of what was told the day before."""
    night = Receiver(quiet=QuietHours(time(22), time(7), ZoneInfo("UTC")))
    midnight = AT // 86_400 * 86_400 - AT
    alert = lived((0, DEAD))[DISABLED]
    over = replace(told(alert, "bus"), phase=Phase.RESOLVED)
    for one in (alert, over):
        assert words(one, OPEN, midnight, night) == []
    assert words(alert, OPEN, midnight + 7 * 3_600, night) == ["firing"]
    assert words(over, OPEN, midnight + 7 * 3_600, night) == ["resolved"]


def test_what_begins_anew_before_its_end_was_told_goes_on() -> None:
    """Who was told that it fires heard of no end, and needs to hear nothing."""
    first = told(lived((0, DEAD))[DISABLED], "bus")
    alerts = advance({DISABLED: first}, found(WELL), AT + 60)
    again = advance(alerts, found(DEAD), AT + 90)[DISABLED]
    assert (again.phase, again.began) == (Phase.FIRING, AT + 90)
    assert words(again) == []
    heard = {DISABLED: told(alerts[DISABLED], "bus")}
    assert words(advance(heard, found(DEAD), AT + 90)[DISABLED]) == ["firing"]


def test_only_what_is_news_is_written_down() -> None:
    """That something is still so is none."""
    before = lived((0, DEAD), (0, LATE))
    assert list(changed(before, advance(before, found(LATE), AT + 10))) == []
    after = advance(before, found(LATE), AT + 120)
    assert {key for key, _ in changed(before, after)} == {LAG, DISABLED}
    assert list(changed(before, {})) == [(key, None) for key in before.keys() - {}]
