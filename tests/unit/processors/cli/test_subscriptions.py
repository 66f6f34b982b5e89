"""`bus subscriptions` from the outside: what it prints."""

import json

import pytest

from bus.ports import Answer, NoAnswer, NoAnswerKind
from bus.record import Message
from tests.support.subscriptions_command import ADD, as_json, bus, good
from tests.support.worlds import Worlds


def test_add_as_json(worlds: Worlds) -> None:
    """The one place where the secret stands in JSON."""
    added = as_json(worlds, *ADD, "--ordering", "key", "--max-age", "1d")
    assert str(added["secret"]).startswith("whsec_")
    subscription = added["subscription"]
    assert isinstance(subscription, dict)
    assert subscription["ordering"] == "key"
    assert subscription["max_age"] == "1d"
    assert subscription["state"] == "active"


def test_list_and_states(worlds: Worlds) -> None:
    """States are what the commands made them; an unreadable one is listed, too."""
    assert "There are no subscriptions" in good(worlds, "list")
    good(worlds, *ADD)
    good(worlds, "pause", "acme", "--reason", "their [bold] weekend")
    assert "paused" in good(worlds, "list")
    assert "their [bold] weekend" in good(worlds, "show", "acme")
    assert "acme: active" in good(worlds, "resume", "acme")
    worlds.broker.append(Message("bus.subscriptions", b"dark", b"{"))
    rows = json.loads(good(worlds, "list", "--json"))
    assert [(row["id"], row["state"]) for row in rows] == [
        ("acme", "active"),
        ("dark", "unreadable"),
    ]
    assert "not JSON" in good(worlds, "list")


def test_update(worlds: Worlds) -> None:
    """Given fields change, empty ones are cleared, all others stay."""
    options = "--filter type --rate 5 -H X-A:1 -H X-B:2 --transient-statuses 408,429"
    good(worlds, *ADD, *options.split(), "--retry", "1s, 5s", "--description", "d")
    changed = as_json(
        worlds,
        *("update", "acme", "--filter", "", "--rate", "0", "-H", "X-A:", "-t", "*"),
        *("--url", "https://new.example/", "--no-verify", "--timeout", "500ms"),
    )["subscription"]
    assert isinstance(changed, dict)
    assert (changed["filter"], changed["rate"]) == (None, None)
    assert changed["types"] == ["*"]
    assert changed["endpoint"] == "https://new.example/"
    assert list(changed["headers"]) == ["X-B"]
    assert changed["tls"]["verify"] is False
    assert changed["timeout"] == "500ms"
    assert changed["retry"] == ["1s", "5s"]
    assert changed["transient_statuses"] == [408, 429]
    assert changed["description"] == "d"


def test_the_trial_says_what_came_of_it(worlds: Worlds) -> None:
    """Exit code by the outcome; what was sent is shown."""
    good(worlds, *ADD)
    printed = good(worlds, "test", "acme")
    assert "accepted  200" in printed
    assert "x-orderbus-test: true" in printed
    assert '"test":true' in printed
    worlds.sender.reply = Answer(500, None, "it broke")
    failed = bus(worlds, "test", "acme", "--json")
    assert failed.exit_code == 1
    document = json.loads(failed.stdout)
    assert (document["outcome"], document["status"]) == ("failed", 500)
    assert document["excerpt"] == "it broke"
    worlds.sender.reply = NoAnswer(NoAnswerKind.CONNECT, "refused")
    good(worlds, "update", "acme", "--filter", "type == 'never'")
    silent = bus(worlds, "test", "acme")
    assert silent.exit_code == 1
    assert "unreachable  connect" in silent.stdout
    assert "answer: refused" in silent.stdout
    assert "lets none of the samples through" in silent.stderr


def test_remove(worlds: Worlds) -> None:
    """It says what was pending, and what became of it."""
    good(worlds, *ADD)
    worlds.broker.append(Message("bus.retry.acme.1s", b"o1", b"v"))
    asked = bus(worlds, "remove", "acme", "--purge")
    assert "1 pending deliveries become dead letters" in asked.stderr
    assert "all its dead letters are deleted" in asked.stderr
    printed = good(worlds, "remove", "acme", "--yes")
    assert "1 pending ones were dead-lettered, 1 of them by this command" in printed
    assert "its dead letters are kept" in printed
    good(worlds, *ADD)
    removed = as_json(worlds, "remove", "acme", "--yes", "--purge")
    assert removed["dlq_kept"] is False
    assert [n for n in worlds.broker.topics if "acme" in n] == []


def test_a_no_is_a_no(worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is asked and refuses keeps the subscription."""
    good(worlds, *ADD)
    asks = "processors.cli.asking._is_interactive"
    monkeypatch.setattr(asks, lambda: True)
    refused = bus(worlds, "remove", "acme", stdin="n\n")
    assert refused.exit_code == 1
    assert "acme" in good(worlds, "list")
    assert bus(worlds, "remove", "acme", stdin="y\n").exit_code == 0
    assert "acme" not in good(worlds, "list")


@pytest.mark.parametrize(
    "command",
    [
        "add",
        "list",
        "show",
        "update",
        "pause",
        "resume",
        "remove",
        "rotate-secret",
        "test",
        "apply",
    ],
)
def test_help_has_examples(worlds: Worlds, command: str) -> None:
    """Every command shows how it is used."""
    assert f"bus subscriptions {command}" in good(worlds, command, "--help")


def test_what_nobody_has_tried_can_be_tried(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A queue is asked nothing; people are told how to try it, programs are not."""
    queue = ("amqp://rabbit.example/queues/in", "-t", "order.*")
    hint = "subscriptions test"
    assert hint not in good(worlds, "add", "piped", *queue, "--trust")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert f"{hint} erp" in good(worlds, "add", "erp", *queue, "--trust")
    assert hint not in good(worlds, "add", "program", *queue, "--trust", "--json")
