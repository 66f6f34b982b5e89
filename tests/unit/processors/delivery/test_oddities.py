"""A producer's odd headers cost nothing, and somebody hears of them."""

from bus.adapters.memory.observer import MemoryObserver
from bus.delivery.attributes import Attributes
from processors.delivery.oddities import Oddities
from processors.telemetry import names
from tests.support.facts import a_record


def test_a_type_that_differs_is_told_once_and_counted_always() -> None:
    """Each pair once: another pair is another mistake."""
    observer = MemoryObserver()
    oddities = Oddities(observer)
    for type_ in ("order.made", "order.made", "order.born"):
        oddities.look(a_record(), Attributes(type=type_), "order.created")
    assert [fields["ce_type"] for name, fields in observer.notes] == [
        "order.made",
        "order.born",
    ]
    assert observer.measures == [(names.ODD_EVENTS, 1, "type_differs")] * 3


def test_the_usual_event_is_not_told_of() -> None:
    """The same type, none in the headers, or none in the schema."""
    observer = MemoryObserver()
    oddities = Oddities(observer)
    oddities.look(a_record(), Attributes(type="a.b"), "a.b")
    oddities.look(a_record(), Attributes(), "a.b")
    oddities.look(a_record(), Attributes(type="a.b"), None)
    assert not observer.notes


def test_retries_are_not_told_of_again() -> None:
    """A hop is the same event once more."""
    observer = MemoryObserver()
    hop = a_record(headers=(("bus-origin", b"oms.order/2/41"),))
    Oddities(observer).look(hop, Attributes(unreadable=("ce_time",)), "a.b")
    assert not observer.notes
    Oddities(observer).look(a_record(), Attributes(unreadable=("ce_time",)), "a.b")
    assert observer.measures == [(names.ODD_EVENTS, 1, "attribute_unreadable")]
