"""The text of an Avro schema: one spelling of it, and its references resolved.

Two texts that differ only in white space or in the order of attributes are the same
schema; docs, aliases and other attributes count. Nothing here judges whether a schema
is valid Avro, only whether it can be spelled.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from math import isinf
from typing import TypeAlias, cast

from bus.errors import InvalidSchemaError

Node: TypeAlias = object
Attributes: TypeAlias = Mapping[str, Node]

_NAMED = frozenset({"record", "error", "enum", "fixed"})
_PRIMITIVES = frozenset(
    {"null", "boolean", "int", "long", "float", "double", "bytes", "string"}
)
_TYPE_ORDER = ("type", "name", "namespace", "doc", "fields", "symbols", "items")
_FIELD_ORDER = ("name", "type", "doc", "default", "order")


def canonical(text: str) -> str:
    """Return the schema in the one spelling that is stored and compared.

    Raises:
        InvalidSchemaError: Not JSON, or not shaped like a schema.
    """
    return _rewrite(text, lambda node: _spell(node, ordered=_in_order))


def normalized(text: str) -> str:
    """Return the spelling in which attributes of one's own are sorted as well.

    Raises:
        InvalidSchemaError: Not JSON, or not shaped like a schema.
    """
    return _rewrite(text, lambda node: _spell(node, ordered=_sorted_in_order))


def resolved(text: str, references: Iterable[str]) -> str:
    """Return the schema with the types it takes from `references` written into it.

    `references` are themselves resolved. Each type is defined at its first use, as
    Avro wants it; later uses name it.

    Raises:
        InvalidSchemaError: One of the texts is not JSON, or not shaped like a schema.
    """
    texts = tuple(references)
    if not texts:
        return text

    def inline(node: Node) -> Node:
        available: dict[str, Attributes] = {}
        for reference in texts:
            _collect(_load(reference), "", available)
        return _Inlining(available).node(node, "")

    return _rewrite(text, inline)


def _load(text: str) -> Node:
    try:
        return cast(
            "Node",
            json.loads(text, parse_constant=_refuse_constant, parse_float=_finite),
        )
    except RecursionError:
        raise InvalidSchemaError("nested too deeply") from None
    except ValueError as error:
        # A bare name is what several clients send for a primitive type.
        if text.strip() in _PRIMITIVES:
            return text.strip()
        raise InvalidSchemaError(f"not JSON: {error}") from None


def _refuse_constant(name: str) -> Node:
    raise ValueError(f"{name} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if isinf(number):  # it would be written as Infinity, which is no JSON
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _rewrite(text: str, change: Callable[[Node], Node]) -> str:
    try:
        out = json.dumps(change(_load(text)), separators=(",", ":"), ensure_ascii=False)
        out.encode()
    except RecursionError:
        raise InvalidSchemaError("nested too deeply") from None
    except UnicodeEncodeError:
        raise InvalidSchemaError("it holds half a surrogate pair") from None
    return out


def _in_order(node: Attributes, first: tuple[str, ...]) -> dict[str, Node]:
    known = {name: node[name] for name in first if name in node}
    return known | {name: value for name, value in node.items() if name not in known}


def _sorted_in_order(node: Attributes, first: tuple[str, ...]) -> dict[str, Node]:
    return _in_order(dict(sorted(node.items())), first)


def _spell(
    node: Node, ordered: Callable[[Attributes, tuple[str, ...]], dict[str, Node]]
) -> Node:
    if isinstance(node, list):
        return [_spell(branch, ordered) for branch in node]
    if isinstance(node, str):
        return node
    if not isinstance(node, dict) or "type" not in node:
        raise InvalidSchemaError(f"{_excerpt(node)} is not a schema")
    if set(node) == {"type"}:
        return _spell(node["type"], ordered)
    out = ordered(node, _TYPE_ORDER)
    for name in ("type", "items", "values"):
        if name in out:
            out[name] = _spell(out[name], ordered)
    if "fields" in out:
        out["fields"] = [
            _spell_field(field, ordered) for field in _fields(out["fields"])
        ]
    return out


def _spell_field(
    field: Attributes,
    ordered: Callable[[Attributes, tuple[str, ...]], dict[str, Node]],
) -> Node:
    out = ordered(field, _FIELD_ORDER)
    out["type"] = _spell(out.get("type"), ordered)
    return out


def _fields(node: Node) -> list[Attributes]:
    if isinstance(node, list) and all(isinstance(field, dict) for field in node):
        return node
    raise InvalidSchemaError("fields is not a list of fields")


def _excerpt(node: Node) -> str:
    return json.dumps(node)[:60]


# --- references


def _full_name(name: Node, namespace: str) -> str:
    name = str(name)
    return name if "." in name or not namespace else f"{namespace}.{name}"


def _own_name(node: Attributes, enclosing: str) -> str:
    return _full_name(node.get("name", ""), str(node.get("namespace", enclosing)))


def _namespace(full_name: str) -> str:
    return full_name.rpartition(".")[0]


def _collect(node: Node, enclosing: str, into: dict[str, Attributes]) -> None:
    if isinstance(node, list):
        for branch in node:
            _collect(branch, enclosing, into)
    if not isinstance(node, dict):
        return
    if node.get("type") in _NAMED:
        full_name = _own_name(node, enclosing)
        into[full_name] = node
        enclosing = _namespace(full_name)
    for part in ("type", "items", "values"):
        _collect(node.get(part), enclosing, into)
    for field in _fields(node.get("fields", [])):
        _collect(field.get("type"), enclosing, into)


class _Inlining:
    """One walk over a schema; remembers which types are defined already."""

    def __init__(self, available: Mapping[str, Attributes]) -> None:
        self._available = available
        self._defined: set[str] = set()

    def node(self, node: Node, enclosing: str) -> Node:
        if isinstance(node, list):
            return [self.node(branch, enclosing) for branch in node]
        if isinstance(node, str):
            return self._name(node, enclosing)
        if not isinstance(node, dict):
            raise InvalidSchemaError(f"{_excerpt(node)} is not a schema")
        if node.get("type") in _NAMED:
            return self._definition(node, _own_name(node, enclosing))
        return self._parts(node, enclosing)

    def _name(self, name: str, enclosing: str) -> Node:
        if name in _PRIMITIVES or name in _NAMED or name in {"array", "map"}:
            return name
        full_name = _full_name(name, enclosing)
        definition = self._available.get(full_name)
        if definition is None or full_name in self._defined:
            return full_name
        return self._definition(definition, full_name)

    def _definition(self, node: Attributes, full_name: str) -> Node:
        if full_name in self._defined:
            return full_name
        self._defined.add(full_name)
        # The full name in `name`, so that the place it is written to plays no part.
        own = {key: value for key, value in node.items() if key != "namespace"}
        return self._parts(own | {"name": full_name}, _namespace(full_name))

    def _parts(self, node: Attributes, enclosing: str) -> Node:
        out = dict(node)
        for part in ("type", "items", "values"):
            if part in out:
                out[part] = self.node(out[part], enclosing)
        if "fields" in out:
            out["fields"] = [
                {**field, "type": self.node(field.get("type"), enclosing)}
                for field in _fields(out["fields"])
            ]
        return out
