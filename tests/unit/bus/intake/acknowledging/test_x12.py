"""The 997 that a file of X12 is owed."""

from datetime import UTC, datetime

import pytest

from bus.client.channels import channels_folder, read_samples
from bus.intake.acknowledging.x12 import functional_acknowledgement
from bus.intake.parsing.tree import Limits, UnparsableError
from bus.intake.parsing.x12 import parse_x12

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SAMPLES = {one.name: one.body for one in read_samples(channels_folder() / "x12")}
PLAIN = """\
ISA*00*          *00*          *ZZ*BREWBEAN       *ZZ*ACMERETAIL     *261102*0930*U*00401*000000077*0*P*>~
GS*FA*BREWBEAN*ACMERETAIL*20261102*0930*1*X*004010~
ST*997*0001~
AK1*PO*417~
AK2*850*0001~
AK5*A~
AK9*A*1*1*1~
SE*6*0001~
GE*1*1~
IEA*1*000000077~
"""  # noqa: E501 - an ISA


def test_an_order_that_was_taken() -> None:
    """Sender and receiver exchanged, the group and the set named by their numbers."""
    made = functional_acknowledgement(SAMPLES["01-plain"], {}, NOW, 77)
    assert made.decode() == PLAIN


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"10-not-x12"}))
def test_what_is_made_can_be_read(name: str) -> None:
    """By our own parser: counts and control numbers agree, whatever came."""
    made = functional_acknowledgement(SAMPLES[name], {0: "5"}, NOW, 1)
    parsed = parse_x12(made, Limits(), {})
    assert parsed.remarks == []
    before = parse_x12(SAMPLES[name], Limits(), {})
    assert len(parsed.document["interchanges"]) == len(  # type: ignore[index]
        before.document["interchanges"]  # type: ignore[index]
    )


def test_some_sets_are_refused() -> None:
    """Each by its number with its code; the group is taken in part."""
    made = functional_acknowledgement(
        SAMPLES["03-many-orders-in-a-test-file"], {1: "5"}, NOW, 1
    )
    text = made.decode()
    assert text.count("AK5*R*5") == 1
    assert "AK9*P*" in text
    assert "*T*" in text.splitlines()[0]


def test_all_sets_are_refused() -> None:
    """The group is rejected."""
    text = functional_acknowledgement(SAMPLES["01-plain"], {0: "4"}, NOW, 1).decode()
    assert "AK5*R*4~" in text
    assert "AK9*R*1*1*0~" in text


def test_each_interchange_is_answered_by_one() -> None:
    """Their control numbers count on, and go round after nine digits."""
    made = functional_acknowledgement(
        SAMPLES["11-two-interchanges"], {}, NOW, 999_999_999
    ).decode()
    assert [line[-10:] for line in made.splitlines() if line.startswith("IEA")] == [
        "999999999~",
        "000000000~",
    ]


def test_what_is_no_x12_is_owed_nothing() -> None:
    """Nobody can say to whom."""
    with pytest.raises(UnparsableError):
        functional_acknowledgement(b"hello", {}, NOW, 1)
