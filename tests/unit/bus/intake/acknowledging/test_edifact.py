"""The CONTRL that an EDIFACT interchange is owed."""

from datetime import UTC, datetime

import pytest

from bus.client.channels import channels_folder, read_samples
from bus.intake.acknowledging.edifact import control_message
from bus.intake.parsing.edifact import parse_edifact
from bus.intake.parsing.tree import Limits, UnparsableError

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SAMPLES = {one.name: one.body for one in read_samples(channels_folder() / "edifact")}
PLAIN = """\
UNB+UNOC:3+4098765000002:14+4012345000009:14+261102:0930+77'
UNH+1+CONTRL:D:3:UN'
UCI+4711+4012345000009:14+4098765000002:14+7'
UNT+3+1'
UNZ+1+77'
"""


def _readable(body: bytes) -> bool:
    try:
        return bool(parse_edifact(body, Limits(), {}).items)
    except UnparsableError:
        return False


def test_an_order_that_was_taken() -> None:
    """Sender and receiver exchanged, the interchange named by its reference."""
    name = next(iter(sorted(SAMPLES)))
    assert control_message(SAMPLES[name], {}, NOW, "77").decode() == PLAIN


@pytest.mark.parametrize("name", sorted(n for n in SAMPLES if _readable(SAMPLES[n])))
def test_what_is_made_can_be_read(name: str) -> None:
    """By our own parser: counts and references agree, whatever came."""
    made = control_message(SAMPLES[name], {0: "12"}, NOW, "it's 1+1?")
    parsed = parse_edifact(made, Limits(), {})
    assert parsed.remarks == []
    assert "UCM" in str(parsed.items[0])


def test_a_message_that_was_refused_is_named() -> None:
    """With its reference, its kind and the code of what is wrong."""
    name = next(iter(sorted(SAMPLES)))
    made = control_message(SAMPLES[name], {0: "12"}, NOW, "77").decode()
    assert "UCM+1+ORDERS:D:96A:UN:EAN008+4+12'" in made


def test_what_is_no_edifact_is_owed_nothing() -> None:
    """Nobody can say to whom."""
    with pytest.raises(UnparsableError):
        control_message(b"hello", {}, NOW, "1")
