"""YAML with places: what is written to keep a reader busy is refused early."""

import pytest

from bus.intake.yamltree import EMPTY, Problems, read_yaml


@pytest.mark.parametrize("text", ["[" * 20_000, "{" * 20_000, "- " * 20_000])
def test_nested_too_deeply(text: str) -> None:
    """PyYAML would take minutes for it, and with it the gateway that reads a form."""
    problems = Problems("rules.yaml")
    assert read_yaml(text, problems) is EMPTY
    (problem,) = problems.found
    assert str(problem) == "rules.yaml:1: yaml: nested too deeply: 64 levels are read"


def test_nested_as_deeply_as_it_may_be() -> None:
    """Levels that are closed do not count."""
    problems = Problems("rules.yaml")
    deep = f"a: {'[' * 63}{']' * 63}"
    found = read_yaml(f"{deep}\nb: [[], {{}}, []]", problems)
    assert not problems.found
    assert found.plain() == {"a": _nested(63), "b": [[], {}, []]}


def test_an_anchor_is_named_by_its_line() -> None:
    """Where it is used."""
    problems = Problems("rules.yaml")
    read_yaml("a: &x 1\nb: *x", problems)
    (problem,) = problems.found
    assert problem.line == 2
    assert "anchors are not read" in problem.text


def _nested(levels: int) -> list[object]:
    found: list[object] = []
    for _ in range(levels - 1):
        found = [found]
    return found
