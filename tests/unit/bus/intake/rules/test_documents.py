"""Documents of rules that are none: all that is wrong, each with its line."""

import pytest

from bus.intake.rules.book import Book
from bus.intake.rules.documents import check_document, read_document
from tests.support.judged import shipped

FAULTY = """rules:
  - id: total-sum
    severity: parks
    paramters: {tolerance: 4}
  - id: My Rule
    mode: on
    scope: {chanel: shopify}
  - check: total_sum
"""


def told(text: str) -> list[str]:
    """What is wrong with a document."""
    document = read_document(text, "r.yaml")
    return [str(one) for one in check_document(document, "r.yaml", Book(shipped()))]


def test_all_that_is_wrong_is_told_by_line() -> None:
    """Several things of one rule as well; with the word that was meant."""
    name = "small letters, digits and dashes, 2 to 63 of them"
    assert told(FAULTY) == [
        "r.yaml:3: shape: severity is 'parks'; one of accept, flag, park, reject",
        "r.yaml:4: shape: there is no 'paramters'; did you mean parameters?",
        f"r.yaml:5: shape: id is 'My Rule'; expected: {name}",
        "r.yaml:6: shape: mode is 'on'; one of off, observe, enforce",
        "r.yaml:7: shape: scope: there is no 'chanel'; did you mean channel?",
        f"r.yaml:8: shape: id is missing; expected: {name}",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "r.yaml:1: shape: rules is missing"),
        ("rules: {id: x}", "r.yaml:1: shape: rules is a list of rules, not a mapping"),
        ("[1]", "r.yaml:1: yaml: a mapping is expected, not a list"),
        (
            "rules: [1]",
            "shape: a rule is a mapping: id, check, parameters, …",
        ),
        (
            "rules: [{id: total-sum, scope: shopify}]",
            "scope: a mapping is expected, such as {channel: x12}",
        ),
        (
            "rules: [{id: my-rule, check: total_sums}]",
            "there is no check 'total_sums'; did you mean total_sum?",
        ),
        (
            "rules: [{id: total-sum, parameters: {tolerence: 4}}]",
            "there is no parameter 'tolerence'; did you mean tolerance?",
        ),
    ],
)
def test_one_thing_that_is_wrong(text: str, said: str) -> None:
    """In one sentence, with what was expected."""
    (problem,) = told(text)
    assert problem.endswith(said)
