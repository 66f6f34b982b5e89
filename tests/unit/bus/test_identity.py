"""What partners know an event by."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.client.producer import new_event_id
from bus.identity import is_webhook_id, made_up_id, webhook_id
from tests.support.facts import a_record

TEXTS = st.text(min_size=1)


@pytest.mark.parametrize(
    "event_id",
    [
        "5ceb153a-cfc2-4729-bd47-28fb3f305ee1",
        "0198C0FF-0000-7000-8000-00000000000A",
        "1ec9414c-232a-6b00-b3c8-9f6bdeced846",
        "c232ab00-9414-11ec-b3c8-9f6bdeced846",
        "0af7651916cd43dd8448eb211c80319c",
        "4e81cb3c-00f1-47f5-b110-2ab68beb867f",
        pytest.param(new_event_id(), id="a new one"),
    ],
)
def test_what_is_unique_by_nature_stays(event_id: str) -> None:
    """What the OMS writes reaches its partners as it is."""
    assert webhook_id("/oms/web", event_id) == event_id


@pytest.mark.parametrize(
    "event_id",
    [
        "7",
        "oms.order-3-17",
        "00000000000000000000000000000042",  # a number
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "5df41881-3aed-3515-88a7-2f4a814cf09e",  # of a name that two sources may share
        "2ed6657d-e927-568b-95e1-2665a8aea6a2",
        "320c3d4d-cc00-875b-8ec9-32d5f69181c0",
        "5ceb153a-cfc2-4729-bd47-28fb3f305ee1\n",
        "\N{FULLWIDTH DIGIT ONE}ceb153a-cfc2-4729-bd47-28fb3f305ee1",
    ],
)
def test_what_may_be_used_twice_is_derived(event_id: str) -> None:
    """Of source and id together, which CloudEvents promises to be unique."""
    ids = {webhook_id(source, event_id) for source in ("/a", "/b")}
    assert len(ids) == 2
    assert event_id not in ids
    assert all(map(is_webhook_id, ids))


def test_a_derived_id_never_changes() -> None:
    """Partners remember it; it is written into this test for ever."""
    assert webhook_id("/a", "7") == "c1adbf4a-3615-54eb-936e-9a5012d84bc3"
    assert webhook_id("/b", "7") == "1335104d-3e00-58c5-9358-07bd5b4d863c"


@given(st.tuples(TEXTS, TEXTS), st.tuples(TEXTS, TEXTS))
def test_other_events_have_other_ids(
    one: tuple[str, str], two: tuple[str, str]
) -> None:
    """Short, visible, without dots, the same for the same event only."""
    assert (webhook_id(*one) == webhook_id(*two)) is (one == two)
    assert re.fullmatch(r"[0-9a-f-]{32,36}", webhook_id(*one), re.IGNORECASE)


def test_no_id_that_stays_is_a_derived_one() -> None:
    """Nobody can take another source's place by sending its derived id."""
    derived = webhook_id("/a", "7")
    assert webhook_id("/b", derived) != derived


def test_a_made_up_id_tells_topics_of_one_name_apart() -> None:
    """Offsets begin again; the topic's id, or the time, does not."""
    first, second = (a_record()._replace(topic_id=t) for t in ("T1", "T2"))
    assert made_up_id(first) == "oms.order-2-41-T1"
    assert made_up_id(second) == "oms.order-2-41-T2"
    assert made_up_id(a_record(timestamp_ms=5)) == "oms.order-2-41-5"
