"""Sample lifecycles are ones that an OMS could have produced."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bus.client.schemas import load_catalogue
from bus.contracts.codec import validate
from bus.delivery.own import is_own
from bus.errors import InvalidEventError
from bus.event import Event
from bus.samples.lifecycles import ASIDE, STORIES, lifecycle, sample

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CATALOGUE = load_catalogue()
MANY = [lifecycle(seed, NOW) for seed in range(300)]
FINAL = {"completed", "cancelled", "returned"}


def test_every_event_matches_its_schema() -> None:
    """Not one sample is refused."""
    for events in MANY:
        for event in events:
            validate(CATALOGUE.schema(event.type), event.data)


def test_all_event_types_and_stories_occur() -> None:
    """A few hundred orders show everything that is not told aside."""
    counts = Counter(event.type for events in MANY for event in events)
    of_orders = {name for name in CATALOGUE.event_types if not is_own(name)}
    aside = {steps[-1][0] for steps in ASIDE}
    assert set(counts) | aside == of_orders
    assert not set(counts) & aside
    assert sum(weight for _, weight, _ in STORIES) == 100


def test_versions_count_up_and_time_goes_on() -> None:
    """Within an order, versions have no gap and no two events one time."""
    for events in MANY:
        versions = [event.data["order_version"] for event in events]
        assert versions == list(range(1, len(events) + 1))
        times = [event.time for event in events]
        assert times == sorted(set(times))
        assert times[0] == NOW


def test_an_order_keeps_its_identity() -> None:
    """Subject, account, channel and correlation id are the same all along."""
    for events in MANY:
        assert len({_identity(event) for event in events}) == 1


def _identity(event: Event) -> tuple[object, ...]:
    data = event.data
    metadata = data["metadata"]
    assert isinstance(metadata, dict)
    assert event.subject == data["order_id"]
    assert event.time == data["occurred_at"]
    return event.subject, data["account_id"], metadata["correlation_id"]


def test_every_order_comes_to_an_end() -> None:
    """The last status is a final one."""
    assert {events[-1].data["status"] for events in MANY} == FINAL


def test_sums_agree() -> None:
    """Lines add up to the totals, and what is captured is the grand total."""
    for events in MANY:
        created = events[0].data
        totals = {
            name: _amount(value)
            for name, value in created["totals"].items()  # type: ignore[attr-defined]
        }
        lines = sum(
            (_amount(line["total"]) for line in created["lines"]),  # type: ignore[attr-defined]
            Decimal(0),
        )
        paid = totals["subtotal"] - totals["discount"] + totals["shipping"]
        assert totals["grand_total"] == paid
        assert lines + totals["shipping"] == paid
        for event in events:
            if event.type == "payment.captured":
                assert _amount(event.data["amount"]) == paid


def _amount(value: object) -> Decimal:
    assert isinstance(value, dict)
    return Decimal(value["amount"])


def test_ids_differ() -> None:
    """No two events share an id, no two orders theirs, and no two runs either."""
    later = [lifecycle(seed, NOW + timedelta(seconds=1)) for seed in range(300)]
    ids = [event.id for events in [*MANY, *later] for event in events]
    assert len(ids) == len(set(ids))
    assert len({events[0].subject for events in MANY}) == len(MANY)


def test_the_same_seed_tells_the_same_story() -> None:
    """A lifecycle can be told again."""
    assert lifecycle(11, NOW) == lifecycle(11, NOW)


def test_a_pace_of_nothing_keeps_the_order() -> None:
    """At pace 0 events are a millisecond apart."""
    events = lifecycle(4, NOW, pace=0)
    assert events[-1].time - NOW == timedelta(milliseconds=len(events) - 1)


@pytest.mark.parametrize("event_type", CATALOGUE.event_types)
def test_there_is_a_sample_of_each_type(event_type: str) -> None:
    """A sample has the type asked for, happens now and matches its schema."""
    event = sample(event_type, 5, NOW)
    assert (event.type, event.time) == (event_type, NOW)
    validate(CATALOGUE.schema(event_type), event.data)


def test_a_sample_of_nothing_is_refused() -> None:
    """An unknown type is named."""
    with pytest.raises(InvalidEventError, match=r"no sample of 'order\.sung'"):
        sample("order.sung", 1, NOW)
