"""The 855 of an order of X12."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bus.client.channels import channels_folder, read_samples
from bus.intake.acknowledging.answers import AnsweredLine, LineAnswer, OrderAnswer
from bus.intake.acknowledging.orders import purchase_order_acknowledgment
from bus.intake.parsing.tree import Limits, UnparsableError
from bus.intake.parsing.x12 import parse_x12
from bus.intake.submission import Place

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SAMPLES = {one.name: one.body for one in read_samples(channels_folder() / "x12")}
PLAIN = """\
ISA*00*          *00*          *ZZ*BREWBEAN       *ZZ*ACMERETAIL     *261102*0930*U*00401*000000077*0*P*>~
GS*PR*BREWBEAN*ACMERETAIL*20261102*0930*1*X*004010~
ST*855*0001~
BAK*00*AC*4500017734*20261102****SO-1001*20261102~
PO1*1*24*CA*18.5*PE*UP*036000291452*VP*BEA-7731*IN*445566~
ACK*IA*24*CA~
PO1*2*100*EA*1.125**VP*FIL-0042~
ACK*IR*0*EA~
CTT*2~
SE*8*0001~
GE*1*1~
IEA*1*000000077~
"""  # noqa: E501 - an ISA


def answer(*, accepted: bool = True, **lines: AnsweredLine) -> OrderAnswer:
    """What the OMS says; lines by their numbers behind an L."""
    return OrderAnswer(
        id="e-1",
        source="edi",
        order="4500017734",
        place=Place("intake.raw.edi", 0, 0),
        accepted=accepted,
        at=NOW,
        number="SO-1001",
        lines={name.removeprefix("L"): line for name, line in lines.items()},
    )


def test_an_order_taken_but_for_a_line() -> None:
    """Sender and receiver exchanged; each line as it came, with its answer."""
    said = answer(L2=AnsweredLine(LineAnswer.REFUSED))
    made = purchase_order_acknowledgment(SAMPLES["01-plain"], 0, said, 77)
    assert made is not None
    assert made.decode() == PLAIN


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"10-not-x12"}))
@pytest.mark.parametrize("accepted", [True, False])
def test_what_is_made_can_be_read(name: str, accepted: bool) -> None:  # noqa: FBT001
    """By our own parser: counts and numbers agree, whichever order is answered."""
    sets = parse_x12(SAMPLES[name], Limits(), {}).items
    for part, one in enumerate(sets):
        said = answer(accepted=accepted)
        made = purchase_order_acknowledgment(SAMPLES[name], part, said, part)
        is_order = one["ST"]["01"] == "850"  # type: ignore[index,call-overload]
        assert (made is not None) == is_order
        if made is not None:
            parsed = parse_x12(made, Limits(), {})
            assert parsed.remarks == []
            assert len(parsed.items) == 1


def test_a_quantity_is_written_as_people_do() -> None:
    """No exponent, no zeros behind."""
    said = answer(L1=AnsweredLine(LineAnswer.CHANGED, Decimal("1200.500000")))
    made = purchase_order_acknowledgment(SAMPLES["01-plain"], 0, said, 1)
    assert b"ACK*IC*1200.5*CA~" in (made or b"")
    said = answer(L1=AnsweredLine(LineAnswer.CHANGED, Decimal("3E+2")))
    made = purchase_order_acknowledgment(SAMPLES["01-plain"], 0, said, 1)
    assert b"ACK*IC*300*CA~" in (made or b"")


def test_a_number_with_a_component_sign_comes_back_whole() -> None:
    """To us it has two parts, to its sender it is a number."""
    body = SAMPLES["01-plain"].replace(b"*4500017734*", b"*45>17734*")
    made = purchase_order_acknowledgment(body, 0, answer(), 1)
    assert b"BAK*00*AD*45>17734*" in (made or b"")


def test_a_mark_of_the_encoding_is_no_sign() -> None:
    """A file that begins with one is answered in its own separators."""
    body = b"\xef\xbb\xbf" + SAMPLES["02-other-separators"]
    plain = purchase_order_acknowledgment(
        SAMPLES["02-other-separators"], 0, answer(), 1
    )
    assert plain is not None
    assert purchase_order_acknowledgment(body, 0, answer(), 1) == plain


def test_what_is_not_there_is_owed_nothing() -> None:
    """A set that the file has not; a file that nobody can read."""
    made = purchase_order_acknowledgment(SAMPLES["01-plain"], 7, answer(), 1)
    assert made is None
    with pytest.raises(UnparsableError):
        purchase_order_acknowledgment(b"hello", 0, answer(), 1)
