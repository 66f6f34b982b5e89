"""One cause is one group, and its name never changes."""

from hypothesis import given
from hypothesis import strategies as st

from bus.intake.findings import Severity
from bus.intake.parked.fingerprint import cause_of, fingerprint_of, shape_of
from bus.intake.parked.item import Stage
from tests.support.parked import found, item

PINNED = {
    "f1-7a91298b1334": item(),
    "f1-29a1b0659dfe": item(
        stage=Stage.MAP,
        findings=(found(rule="", code="unreadable", value="12,50", path="totals.tax"),),
    ),
}
"""Fingerprints of `f1`, which no version may change."""
numbers = st.integers(0, 500)


@given(a=numbers, b=numbers, sku=st.text(max_size=40), other=st.text(max_size=40))
def test_what_differs_from_order_to_order_is_no_part_of_it(
    a: int, b: int, sku: str, other: str
) -> None:
    """Not the line, not the value a rule minds, not the order."""
    one = found(path=f"lines[{a}].identifiers[{b}].value", value=sku)
    two = found(path=f"lines[{b}].identifiers[0].value", value=other)
    assert fingerprint_of(item(1, findings=(one,))) == fingerprint_of(
        item(2, findings=(two,), account="OTHER")
    )


@given(st.permutations([found(rule=f"r{n}", code=f"c{n}") for n in range(4)]))
def test_the_order_of_findings_is_no_part_of_it(findings: list) -> None:
    """Rules may be put in another order."""
    assert cause_of(item(findings=tuple(findings))).name == "r0"


def test_the_gravest_finding_counts() -> None:
    """Not the one that only flags, nor one that a rule in trial has."""
    findings = (
        found(rule="aaa", severity=Severity.FLAG),
        found(rule="bbb", severity=Severity.REJECT, observed=True),
        found(rule="zzz", severity=Severity.REJECT),
        found(rule="mmm"),
    )
    assert cause_of(item(findings=findings)).name == "zzz"


def test_what_tells_causes_apart() -> None:
    """Channel, stage, rule, field, and what a value that cannot be read looks like."""
    unreadable = found(rule="", code="unreadable", path="lines[0].quantity")
    items = [
        item(),
        item(channel="x12"),
        item(stage=Stage.FETCH),
        item(findings=(found(rule="other"),)),
        item(findings=(found(path="currency"),)),
        item(stage=Stage.MAP, findings=(unreadable,)),
        item(
            stage=Stage.MAP, findings=(found(rule="", code="unreadable", value=None),)
        ),
        item(findings=()),
    ]
    assert len({fingerprint_of(one) for one in items}) == len(items)


def test_a_value_that_cannot_be_read_counts_by_what_it_looks_like() -> None:
    """A comma for a point is one cause, a word for a number another."""

    def of(value: str) -> str:
        one = found(rule="", code="unreadable", path="totals.tax", value=value)
        return fingerprint_of(item(stage=Stage.MAP, findings=(one,)))

    assert of("12,50") == of("1.234,99") != of("none")


def test_shapes() -> None:
    """What kind of text a value is."""
    told = {
        "": "empty",
        "12": "integer",
        "-12.5": "number",
        "1e3": "number",
        "12,50": "number with commas",
        "1.234,50": "number with commas",
        "€ 12.50": "amount",
        "12 kg": "amount",
        "EUR 5": "amount",
        "2026-11-02": "time",
        "02.11.2026": "time",
        "2026-11-02T10:00:00Z": "time",
        "kim@example.org": "address",
        "[1]": "list",
        "<a/>": "object",
        "EURO": "word",
        "AB-1": "code",
        "two words": "text",
    }
    assert {value: shape_of(value) for value in told} == told
    assert shape_of(None) == "none"


@given(st.text())
def test_every_text_has_a_shape(value: str) -> None:
    """Whatever it is."""
    assert shape_of(value)


def test_names_of_today_are_those_of_ever() -> None:
    """Assignments and fixes are kept under them."""
    assert {fingerprint_of(one) for one in PINNED.values()} == set(PINNED)
