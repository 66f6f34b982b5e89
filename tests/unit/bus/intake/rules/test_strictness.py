"""What counts as stricter: a new line that may hold more begins as a trial."""

import pytest

from bus.intake.rules.checks import CHECKS
from bus.intake.rules.checks.parameters import Parameter
from bus.intake.rules.checks.strictness import is_stricter


def parameter(check: str, name: str) -> Parameter:
    """A parameter of a check."""
    return next(one for one in CHECKS[check].parameters if one.name == name)


@pytest.mark.parametrize(
    ("check", "name", "loose", "strict"),
    [
        ("total_sum", "tolerance", "5", "1"),
        ("ship_by", "hours", "-24", "0"),
        ("ship_by", "longest", "30d", "7d"),
        ("duplicate", "within", "1h", "24h"),
        ("email", "needed", "no", "yes"),
        ("present", "fields", ["lines"], ["lines", "note"]),
        ("country", "only", "", ["DE"]),
        ("country", "only", ["DE", "FR"], ["DE"]),
        ("email", "roles", ["buyer"], ""),
        ("email", "roles", ["buyer"], ["buyer", "ship_to"]),
        ("noticed", "within", ["totals"], ""),
        ("postal_code", "also", ["F-4400"], ""),
        ("postal_code", "also", ["F-4400", "F-1"], ["F-1"]),
        ("value_limit", "limits", {"EUR": "100"}, {"EUR": "50"}),
        ("value_limit", "limits", {"EUR": "100"}, {"EUR": "100", "USD": "5"}),
        ("value_limit", "least", {"EUR": "1"}, {"EUR": "2"}),
    ],
)
def test_one_way_is_stricter(
    check: str, name: str, loose: object, strict: object
) -> None:
    """The other way is not, and the same is neither."""
    one = parameter(check, name)
    assert is_stricter(one, loose, strict)
    assert not is_stricter(one, strict, loose)
    assert not is_stricter(one, strict, strict)


@pytest.mark.parametrize(
    ("check", "name", "old", "new"),
    [
        ("email", "roles", ["ship_to"], ["buyer"]),
        ("shape", "schema", {"a": "1"}, {"a": "2"}),
        ("total_sum", "tolerance", "1", "nonsense"),
        ("listed", "table", "a", "b"),
    ],
)
def test_what_nobody_can_say_counts_as_stricter(
    check: str, name: str, old: object, new: object
) -> None:
    """Roles of others, another schema, another table."""
    assert is_stricter(parameter(check, name), old, new)
