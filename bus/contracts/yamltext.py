"""YAML as people write it: read whole, or refused with the line and the reason.

What two readers could understand differently (a key twice) is refused, as in JSON.
"""

from typing import NoReturn

import yaml
from typing_extensions import override
from yaml.constructor import ConstructorError

from bus.errors import ConfigurationError

_MOST_SHOWN = 60
_ODD = (ValueError, LookupError, AttributeError, TypeError, OverflowError)
"""What PyYAML lets through of a scalar: `2026-13-45`, `!!bool maybe`, 5,000 digits."""


def read_yaml(text: str) -> object:
    """Return the value of a YAML text; None if there is nothing in it.

    Raises:
        ConfigurationError: It is none; says where and why.
    """
    try:
        loader = _Loader(text)
        value: object = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" at line {mark.line + 1}" if mark else ""
        why = error.problem or error.context
        raise ConfigurationError(f"not YAML{where}: {why}") from None
    except yaml.YAMLError as error:
        raise ConfigurationError(f"not YAML: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise ConfigurationError("not YAML: nested too deeply") from None
    return value


class _Loader(yaml.SafeLoader):
    """Says the line of all that it refuses."""

    @override
    def compose_mapping_node(self, anchor: object) -> yaml.MappingNode:
        # Here, as constructing puts what `<<` names beside what overrides it.
        node: yaml.MappingNode = super().compose_mapping_node(anchor)  # type: ignore[arg-type]
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    _refuse(key, "is there twice")
                seen.add(key.value)
        return node

    @override
    def construct_object(self, node: yaml.Node, deep: bool = False) -> object:
        try:
            value: object = super().construct_object(node, deep=deep)
        except _ODD as error:
            _refuse(node, str(error).partition(":")[0])
        return value


def _refuse(node: yaml.Node, why: str) -> NoReturn:
    shown = repr(str(node.value)[:_MOST_SHOWN])
    raise ConstructorError(None, None, f"{shown} {why}", node.start_mark)
