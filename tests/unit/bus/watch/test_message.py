"""What people and Alertmanager are told of an alert."""

import json
from dataclasses import replace

import pytest

from bus.watch.alertmanager import name_of, posted, watchdog
from bus.watch.alerts import Alert, Phase, advance
from bus.watch.message import Links, Mood, message_of
from bus.watch.rules import RULES
from bus.watch.telling import Notice
from tests.support.watched import AT, found, shop

LINKS = Links("https://bus.example/", "https://wiki.example/runbook")
FIRES = advance({}, found(shop(state="disabled", why="410", owner="acme")), AT)[
    "disabled:subscription/shop"
]
OVER = replace(FIRES, phase=Phase.RESOLVED, seen=AT + 540, resolved=AT + 600)


def words(alert: Alert, links: Links = LINKS) -> list[str]:
    """What a person reads: title, then lines."""
    message = message_of(Notice("chat", alert), links, AT + 600)
    return [message.title, *message.body.splitlines()]


def test_a_person_reads_what_why_and_what_to_do() -> None:
    """The title is the same at both ends: a pager finds its incident by that."""
    assert words(FIRES) == [
        "Orderbus: disabled, subscription/shop",
        "ticket since 2026-09-21 14:13 UTC: disabled: 410",
        "Its endpoint answered 410: send me nothing more.",
        "What to do: https://wiki.example/runbook#a-subscription-was-disabled",
        "https://bus.example/",
    ]
    assert words(OVER)[:2] == [
        "Orderbus: disabled, subscription/shop",
        "over, after 9 min; it was: disabled: 410",
    ]
    assert message_of(Notice("chat", OVER), LINKS, AT).mood is Mood.OVER
    assert len(words(replace(FIRES, rule="of_yore"), Links("", ""))) == 2


def test_alertmanager_gets_an_identity_without_values() -> None:
    """The same at both ends, whatever the evidence; an end only once there is one."""
    first, last = posted(FIRES, LINKS), posted(OVER, LINKS)
    assert first["labels"] == {
        "alertname": "OrderbusDisabled",
        "severity": "ticket",
        "rule": "disabled",
        "kind": "subscription",
        "name": "shop",
        "subscription": "shop",
        "owner": "acme",
    }
    worse = replace(FIRES, evidence="disabled: 42 times", seen=AT + 60)
    assert posted(worse, LINKS)["labels"] == first["labels"] == last["labels"]
    assert first["startsAt"] == last["startsAt"] == "2026-09-21T14:13:20.000000Z"
    assert "endsAt" not in first
    assert last["endsAt"] == "2026-09-21T14:23:20.000000Z"
    assert first["generatorURL"] == "https://bus.example/"


@pytest.mark.parametrize("alert", [posted(FIRES, Links()), watchdog(AT, AT, Links())])
def test_what_is_posted_is_postable(alert: dict[str, object]) -> None:
    """`postableAlert` of its OpenAPI: labels and annotations are texts, none empty."""
    assert json.loads(json.dumps(alert)) == alert
    assert alert.keys() <= {"labels", "annotations", "startsAt", "endsAt"}
    for texts in (alert["labels"], alert["annotations"]):
        assert isinstance(texts, dict)
        assert all(isinstance(text, str) and text for text in texts.values())


def test_every_rule_has_a_name_there() -> None:
    """In Prometheus' way, none twice."""
    names = {name_of(rule.name) for rule in RULES}
    assert len(names) == len(RULES)
    assert "OrderbusBurnsFast" in names
    assert all(name.isalnum() for name in names)


def test_the_watchdog_ends_by_itself() -> None:
    """Five minutes after nobody said it any more."""
    labels = {"alertname": "OrderbusWatchdog", "severity": "none"}
    told = watchdog(AT + 60, AT, LINKS)
    assert told["labels"] == labels
    assert told["endsAt"] == "2026-09-21T14:19:20.000000Z"
