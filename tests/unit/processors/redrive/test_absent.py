"""Who did not get an event, and why."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bus.delivery.effort import STEPS_A_SECOND, Efforts
from bus.delivery.matching import Matcher
from bus.delivery.subscription import State, Subscription
from bus.event import Event
from bus.samples.lifecycles import sample
from bus.webhook.document import document
from processors.redrive.absent import Absents, Fact, absents

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
EVENT = sample("order.created", 1, NOW)


def subscription(name: str, **said: object) -> Subscription:
    """One that asks for all events of orders, since yesterday."""
    fields: dict[str, object] = {
        "id": name,
        "url": "https://shop.example/in",
        "types": ["order.*"],
        "created_at": NOW - timedelta(days=1),
    }
    return Subscription.model_validate(fields | said)


def fact(event: Event | None = EVENT) -> Fact:
    """The event, or only what the log knows of it."""
    us = int(NOW.timestamp() * 1e6)
    return Fact("order.created", us, event, "" if event else "Kafka has deleted it.")


def codes(*subscriptions: Subscription, of: Event | None = EVENT) -> dict[str, str]:
    """The reason of each."""
    rows = told(subscriptions, fact(of)).rows
    return {row.subscription: row.code for row in rows}


def told(untried: Sequence[Subscription], of: Fact) -> Absents:
    """Why each was not tried, with what their filters say in their owners' steps."""
    event = of.event
    if event is None:
        return absents(untried, of, None)
    matcher = Matcher(untried, Efforts(STEPS_A_SECOND, lambda: 0.0))
    return absents(untried, of, matcher.match(event, lambda: document(event)))


def test_each_reason_by_its_name() -> None:
    """A filter, a state, its age; and nothing but patience."""
    found = codes(
        subscription("late", created_at=NOW + timedelta(seconds=1)),
        subscription("going", state=State.REMOVING),
        subscription("choosy", filter="status == 'never'"),
        subscription("broken", filter="length(`1`) > `0`"),
        subscription("paused", state=State.PAUSED, state_reason="a release"),
        subscription("soon"),
    )
    assert found == {
        "late": "later",
        "going": "removing",
        "choosy": "filtered",
        "broken": "filter_failed",
        "paused": "held",
        "soon": "waiting",
    }


def test_says_the_filter_and_the_reason() -> None:
    """So that nobody has to look them up."""
    rows = told(
        [
            subscription("choosy", filter="status == 'never'"),
            subscription("paused", state=State.PAUSED, state_reason="a release"),
        ],
        fact(),
    ).rows
    assert "status == 'never'" in rows[0].why
    assert rows[1].why == "wants it, and is paused: a release"


def test_without_content_a_filter_is_not_guessed() -> None:
    """What needs none is told all the same."""
    found = codes(
        subscription("choosy", filter="status == 'never'"),
        subscription("soon"),
        of=None,
    )
    assert found == {"choosy": "unknown", "soon": "waiting"}


def test_who_asks_for_other_types_is_only_named() -> None:
    """And `*` does not mean the bus's own words."""
    those = [
        subscription("pay", types=["payment.*"]),
        subscription("all", types=["*"]),
    ]
    found = told(those, fact())
    assert [row.subscription for row in found.rows] == ["all"]
    assert found.others == ["pay"]
    own = fact(None)._replace(type="ops.alert")
    assert told(those, own).others == ["all", "pay"]


def test_a_dear_filter_is_not_asked_to_its_end() -> None:
    """Who looks at a page waits for nobody's expressions: so many steps an owner."""
    dear = "|".join(["[@,@][]"] * 14) + " | length(@) > `1`"
    those = [subscription(f"dear-{n}", owner="dear", filter=dear) for n in range(9)]
    found = codes(*those, subscription("soon", filter="type == 'order.created'"))
    assert found == {one.id: "unknown" for one in those} | {"soon": "waiting"}
