"""Alerts as events of the bus: by their schemas, the same each time they are told."""

from dataclasses import replace

import pytest

from bus.client.producer import check_attributes
from bus.client.schemas import load_catalogue
from bus.contracts.codec import validate
from bus.watch.alerts import Alert, Phase, advance
from bus.watch.announced import alert_event, heartbeat_event
from bus.watch.facts import Facts
from bus.watch.muting import Muting
from bus.watch.telling import Notice, Receiver, due
from bus.watch.verdicts import Health, Kind, Subject, Whose
from tests.support.watched import AT, WELL, found, shop

CATALOGUE = load_catalogue()
DEAD = shop(state="disabled", why="410", owner="acme")


def fired(facts: Facts = DEAD) -> Alert:
    """The alert about the shop."""
    return advance({}, found(facts), AT)["disabled:subscription/shop"]


def over(alert: Alert) -> Alert:
    """The same, ten minutes later."""
    return replace(alert, phase=Phase.RESOLVED, seen=AT + 540, resolved=AT + 600)


@pytest.mark.parametrize("alert", [fired(), over(fired())])
def test_an_alert_is_an_event_by_its_schema(alert: Alert) -> None:
    """With attributes that every reader takes."""
    event = alert_event(Notice("bus", alert))
    validate(CATALOGUE.schema(event.type), event.data)
    check_attributes(event)


@pytest.mark.parametrize("kind", Kind)
def test_whatever_it_is_about_has_a_place_in_the_schema(kind: Kind) -> None:
    """Sources of intake and parked orders as well; both when it begins and ends."""
    about = replace(fired(), subject=Subject(kind, "x"))
    for alert in (about, over(about)):
        event = alert_event(Notice("bus", alert))
        validate(CATALOGUE.schema(event.type), event.data)
        assert event.data["kind"] == kind.value


def test_beginning_and_end_are_two_facts_of_one_alert() -> None:
    """One subject, two ids, versions that grow."""
    first, last = (alert_event(Notice("bus", a)) for a in (fired(), over(fired())))
    assert (first.type, last.type) == ("ops.alert_fired", "ops.alert_resolved")
    assert first.subject == last.subject == "disabled:subscription/shop"
    assert first.id != last.id
    assert first.data["order_version"] < last.data["order_version"]  # type: ignore[operator]
    assert last.data["lasted_ms"] == 540_000
    assert (first.data["account_id"], first.data["owner"]) == ("acme", "acme")


def test_told_again_later_it_is_the_same_event() -> None:
    """Though the evidence has moved on meanwhile: whoever knows the id knows all."""
    alert = fired()
    later = replace(alert, seen=AT + 60, evidence="disabled for a minute")
    assert alert_event(Notice("bus", later)) == alert_event(Notice("bus", alert))


def test_another_time_it_is_another_event() -> None:
    """What began anew is told anew."""
    again = replace(fired(), began=AT + 900, fired=AT + 900)
    assert (
        alert_event(Notice("bus", again)).id != alert_event(Notice("bus", fired())).id
    )


def test_a_heartbeat_is_one_a_minute() -> None:
    """Two watches that lead in the same minute say the same."""
    event = heartbeat_event(29_833_333, Health.DEGRADED, 3)
    validate(CATALOGUE.schema(event.type), event.data)
    check_attributes(event)
    assert event.data["account_id"] == ""
    assert event.id == heartbeat_event(29_833_333, Health.HEALTHY, 0).id
    assert event.id != heartbeat_event(29_833_334, Health.DEGRADED, 3).id


def test_names_of_any_length_make_an_id() -> None:
    """A topic's name may have 249 characters, an id 256."""
    alert = replace(fired(), rule="x" * 300)
    check_attributes(alert_event(Notice("bus", alert)))


@pytest.mark.parametrize(
    ("owner", "hears", "account"),
    [
        ("", False, ""),
        ("acme", False, "acme"),
        ("acme", True, ""),
        ("", True, None),
    ],
)
def test_nobody_hears_of_himself(owner: str, hears: bool, account: str | None) -> None:  # noqa: FBT001 - a row
    """A notice that fails to arrive is never cause for another to the same people.

    From a tenant's subscription the only way is to the operators', and from those none:
    there is no circle, however many take alerts and fail.
    """
    assert Whose(owner, hears).account == account
    alert = fired(shop(state="disabled", owner=owner, hears=hears))
    bus = Receiver(over_the_bus=True)
    for receiver, told in ((bus, account is not None), (Receiver(), True)):
        notice = due(alert, "x", receiver, Muting(), AT)
        assert (notice is not None) is told


def test_whose_it_was_when_it_began_hears_the_end() -> None:
    """Though the subscription has gone meanwhile."""
    gone = advance({"disabled:subscription/shop": fired()}, found(WELL), AT + 60)
    gone = advance(gone, found(replace(WELL, subscriptions=())), AT + 120)
    (alert,) = gone.values()
    assert alert.phase is Phase.RESOLVED
    assert alert.whose.account == "acme"
