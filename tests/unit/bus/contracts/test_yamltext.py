"""What is no YAML is refused with the line and the reason, whatever it is."""

import pytest

from bus.contracts.yamltext import read_yaml
from bus.errors import ConfigurationError


def test_reads_what_is_written() -> None:
    """Values have their types; what an anchor names can be overridden."""
    text = "a: &a {b: 1, c: x}\nd:\n  <<: *a\n  c: y\n"
    assert read_yaml(text) == {"a": {"b": 1, "c": "x"}, "d": {"b": 1, "c": "y"}}
    assert read_yaml("") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: [1, 2\nc: }", "line 3"),
        ("a: 1\nb: \tx: {", "line 2"),
        ("a: *nowhere", "line 1"),
        ("a: 1\n--- \nb: 2", "line 2"),
        ("a: 1\nb: \x00", "not YAML"),
        ("a: 1\nfrom: 2026-13-45", "line 2: '2026-13-45' month must be"),
        ("a: !!bool maybe", "line 1: 'maybe'"),
        ("a: !!float ''", "line 1: ''"),
        ("a: !!timestamp soon", "line 1: 'soon'"),
        ("a: !!python/object:os.system {}", "line 1"),
        ("a: " + "9" * 5000, "line 1: '999"),
        ("a: 1\ntypes: [x]\ntypes: [y]", "line 3: 'types' is there twice"),
        ("[" * 2_000, "nested too deeply"),
        ("? [a]\n: 1", "line 1"),
    ],
)
def test_says_what_is_wrong(text: str, said: str) -> None:
    """No other error comes out, and it is one line."""
    with pytest.raises(ConfigurationError) as caught:
        read_yaml(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200
