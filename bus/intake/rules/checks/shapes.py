"""The event's shape by a JSON Schema of one's own; needs `orderbus[shapes]`."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from bus.intake.findings import shown
from bus.intake.parsing.paths import WordingError
from bus.intake.rules.checks.kind import Check, Found, Run
from bus.intake.rules.checks.parameters import Given, Kind, Parameter
from bus.intake.rules.known import Context
from bus.intake.rules.order import Order
from bus.intake.rules.reading import number
from bus.times import rfc3339

if TYPE_CHECKING:
    from jsonschema_rs import Validator

_MOST_FOUND = 20
_MOST_DEEP = 64
_EXTRA = "shapes need the package jsonschema-rs: pip install 'orderbus[shapes]'"


def _shape(given: Given) -> Run:
    validator = _compiled(given.any("schema"))

    def run(order: Order, _: Context) -> Iterator[Found]:
        errors = validator.iter_errors(plain_tree(order.data))
        for _index, error in zip(range(_MOST_FOUND), errors, strict=False):
            place = _path(error.instance_path)
            yield Found("not_of_shape", shown(error.message), place)

    return run


def _compiled(schema: object) -> "Validator":
    try:
        import jsonschema_rs  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise WordingError(_EXTRA) from None
    document = typed(schema) if isinstance(schema, Mapping) else schema
    try:
        return jsonschema_rs.validator_for(
            document,  # type: ignore[arg-type]  # it says itself what is none
            mask="the value",
            pattern_options=jsonschema_rs.RegexOptions(),
            offline=True,
        )
    except (ValueError, TypeError, jsonschema_rs.ReferencingError) as error:
        said = f"schema is no JSON Schema: {shown(error)}"
        raise WordingError(said) from None


_SIZED = ("Length", "Items", "Properties", "Contains")
_NUMBERS = frozenset(
    ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]
    + [f"{end}{what}" for end in ("min", "max") for what in _SIZED]
)
_FLAGS = frozenset({"uniqueItems", "additionalProperties", "unevaluatedProperties"})


def typed(schema: object, key: str = "") -> object:
    """A schema whose scalars were read as texts, its numbers and flags as such."""
    if isinstance(schema, Mapping):
        return {name: typed(value, str(name)) for name, value in schema.items()}
    if isinstance(schema, list):
        return [typed(item) for item in schema]
    if not isinstance(schema, str):
        return schema
    if key in _NUMBERS:
        return _as_number(schema)
    flags: dict[str, object] = {"true": True, "false": False}
    return flags.get(schema, schema) if key in _FLAGS else schema


def _as_number(text: str) -> object:
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return text


def plain_tree(value: object, deep: int = 0) -> object:
    """An event's data as JSON has it: numbers stay exact, moments become texts."""
    if deep > _MOST_DEEP:
        return None
    if isinstance(value, Mapping):
        return {str(k): plain_tree(item, deep + 1) for k, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_tree(item, deep + 1) for item in value]
    if isinstance(value, datetime):
        return rfc3339(value)
    if value is None or isinstance(value, str | bool):
        return value
    found = number(value)  # none of a million digits
    return str(value) if found is None else found


def _path(steps: list[str | int]) -> str:
    found = ""
    for step in steps:
        found += f"[{step}]" if isinstance(step, int) else f".{step}"
    return found.removeprefix(".")


SHAPES = (
    Check(
        name="shape",
        about="The event's data fits a JSON Schema (2020-12). References outside of it"
        " are not followed.",
        codes={"not_of_shape": "The data does not fit the rule's JSON Schema."},
        make=_shape,
        parameters=(
            Parameter("schema", Kind.DOCUMENT, "the schema, as YAML or JSON", None),
        ),
    ),
)
