"""The sections of mapping.yaml: each makes one type of event."""

from bus.contracts.catalogue import Catalogue
from bus.contracts.codec import Schema
from bus.errors import InvalidEventError
from bus.intake.channels.definition import Section
from bus.intake.mapping.branches import branches
from bus.intake.mapping.compiling import Compiler
from bus.intake.mapping.lines import Words
from bus.intake.mapping.targets import target_of
from bus.intake.yamltree import Node, Problems

_WORDS = frozenset({"event", "like", "with", "key"})
_FAMILY = "intake."


def read_sections(
    root: Node, words: Words, catalogue: Catalogue, problems: Problems
) -> dict[str, Section]:
    """Return the sections by name; what is wrong goes to `problems`."""
    found: dict[str, Section] = {}
    for name, node in root:
        if node.members is None:
            problems.add(node, "shape", f"{name} is a mapping, not {node.kind}")
            continue
        whole = _inherited(node, root, problems)
        section = _section(name, whole, words, catalogue, problems)
        if section is not None:
            found[name] = section
    return found


def _inherited(node: Node, root: Node, problems: Problems) -> Node:
    """A section with the lines of the one it is like, where it has none of its own."""
    like = node.get("like")
    if like is None:
        return node
    other = root.get(str(like.text))
    if other is None or other.get("like") is not None or other.members is None:
        text = f"{like.text!r} is no section, or is like another itself"
        problems.add(like, "unknown_section", text)
        return node
    own = {name for name, _ in node}
    taken = [
        pair
        for pair in other.members
        if pair[0].text not in own and pair[0].text != "event"
    ]
    return Node(node.line, members=(*(node.members or ()), *taken))


def _section(
    name: str, node: Node, words: Words, catalogue: Catalogue, problems: Problems
) -> Section | None:
    schema = _schema(name, node, catalogue, problems)
    if schema is None:
        return None
    compiler = Compiler(words, problems)
    names = []
    given = node.get("with")
    for word, line in given or ():
        names.append((word, compiler.value(line)))
    stands = node.get("key")
    key = None if stands is None else compiler.value(stands)
    make = compiler.record(branches(node, problems, _WORDS), target_of(schema))
    filled = tuple(compiler.filled)
    if key is None and "order.id" not in {line.target for line in filled}:
        problems.add(node, "no_identity", f"{name} fills no order.id and has no key")
    event_type = str(schema.event_type)
    return Section(name, event_type, schema, tuple(names), key, make, filled)


def _schema(
    name: str, node: Node, catalogue: Catalogue, problems: Problems
) -> Schema | None:
    said = node.get("event")
    event_type = said.text if said is not None and said.text else name
    try:
        if event_type.startswith(_FAMILY):
            return catalogue.schema(event_type)
        known = [one for one in catalogue.event_types if one.startswith(_FAMILY)]
        text = f"{event_type!r} is no event of intake; there are {', '.join(known)}"
    except InvalidEventError as error:
        text = error.why
    problems.add(said or node, "unknown_event", text)
    return None
