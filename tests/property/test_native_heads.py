"""What headers say, read natively beside the Python: the same, or left to it."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.delivery.headers import event_headers
from bus.native.loading import core, told
from tests.bench.events import samples
from tests.fuzz.heads import check, some

pytestmark = pytest.mark.skipif(core is None, reason=f"nothing to compare: {told}")


def test_headers_of_ours_are_read_natively() -> None:
    """Of what the bus writes itself nothing is left to the Python."""
    for sample in samples({}):
        assert check(event_headers(sample.event)) == "the same"


@given(seed=st.integers(0, 2**64))
@settings(max_examples=1_000, deadline=None)
def test_any_headers(seed: int) -> None:
    """Of whoever writes them: gone, twice, in another order, no text, no time."""
    check(some(Random(seed)))  # noqa: S311 - not a secret


@pytest.mark.parametrize(
    ("name", "value", "fate"),
    [
        ("ce_traceparent", b"x", "left to Python"),
        ("ce_x", b"", "the same"),
        ("ce_x", b"\xff", "left to Python"),
        ("ce_dataschema", b"/one", "the same"),
        ("ce_id", b"", "left to Python"),
        ("ce_time", b"soon", "the same"),
        ("ce_specversion", b"0.3", "refused"),
    ],
)
def test_what_it_is_sure_of(name: str, value: bytes, fate: str) -> None:
    """One header beside none, as strangers have it."""
    assert check(((name, value),)) == fate


def test_one_name_twice_is_the_judges_affair() -> None:
    """Alike it is one, else it is refused."""
    assert check((("ce_id", b"1"), ("ce_id", b"1"))) == "left to Python"
    assert check((("ce_id", b"1"), ("ce_id", b"2"))) == "refused"


def test_the_comparison_finds_what_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would fail if another event's attributes came."""
    other = samples({})[1].event
    sample = samples({})[0].event
    natively = core.heads(event_headers(other)) if core else None
    monkeypatch.setattr(
        "bus.native.heads.core", type("Other", (), {"heads": lambda _: natively})
    )
    with pytest.raises(AssertionError):
        check(event_headers(sample))
