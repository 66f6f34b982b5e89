"""YAML with places: what is written to keep a reader busy is refused early."""

import pytest
import yaml

from bus.client.channels import channel_names, channels_folder
from bus.intake import yamltree
from bus.intake.yamltree import EMPTY, Node, Problems, read_yaml

FOLDER = channels_folder()


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


@pytest.mark.parametrize("name", channel_names(FOLDER))
def test_it_is_read_the_same_without_libyaml(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values and lines; there are builds of PyYAML that have none."""
    texts = [file.read_text() for file in (FOLDER / name).glob("*.yaml")]
    quick = [read_yaml(text, Problems("x")) for text in texts]
    monkeypatch.setattr(yamltree, "_QUICK", yaml.SafeLoader)
    slow = [read_yaml(text, Problems("x")) for text in texts]
    assert quick
    assert [_places(node) for node in quick] == [_places(node) for node in slow]


@pytest.mark.parametrize("text", ["a: [1, 2", "a: b\n c: d", "a: \x01", "a: \ud800"])
def test_what_is_no_yaml_is_said_in_the_same_words(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own are others."""
    quick, slow = Problems("x"), Problems("x")
    assert read_yaml(text, quick) is EMPTY
    monkeypatch.setattr(yamltree, "_QUICK", yaml.SafeLoader)
    assert read_yaml(text, slow) is EMPTY
    assert quick.found
    assert quick.found == slow.found


def _places(node: Node) -> object:
    """All of it, to be compared."""
    within = [(_places(key), _places(value)) for key, value in node.members or ()]
    return (node.line, node.text, node.kind, within, [*map(_places, node.items or ())])


def _nested(levels: int) -> list[object]:
    found: list[object] = []
    for _ in range(levels - 1):
        found = [found]
    return found
