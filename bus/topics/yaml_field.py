"""A field of a YAML file that knows its line, so that errors can say it."""

import re
from collections.abc import Collection, Iterator
from typing import NoReturn

import yaml

from bus.errors import ConfigurationError
from bus.expected import among


class Field:
    """One value of the file. `path` is its name, with dots, for errors."""

    def __init__(self, file: str, path: str, node: yaml.Node) -> None:
        self.path = path
        self._file = file
        self._node = node

    @classmethod
    def root(cls, file: str, text: str) -> "Field":
        """Read YAML text; `file` names it in errors.

        Raises:
            ConfigurationError: it is no YAML, or there is nothing in it.
        """
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            why = f"{file} line {line}: not YAML: {error.problem}"
            raise ConfigurationError(why) from None
        except (yaml.YAMLError, RecursionError) as error:
            why = str(error).splitlines()[0]
            raise ConfigurationError(f"{file}: not YAML: {why}") from None
        if node is None:
            raise ConfigurationError(f"{file}: it is empty")
        return cls(file, "", node)

    def refuse(self, why: str) -> NoReturn:
        """Raise a ConfigurationError that says where, and `why`."""
        where = f"{self._file} line {self._node.start_mark.line + 1}"
        raise ConfigurationError(": ".join(filter(None, (where, self.path, why))))

    def fields(
        self, *, known: Collection[str] | None = None, needed: Collection[str] = ()
    ) -> "dict[str, Field]":
        """Read a mapping; refuse names not `known`, names twice, names missing."""
        fields: dict[str, Field] = {}
        for key, value in self._pairs():
            if known is not None and key.path not in known:
                key.refuse(f"no such field; {among(key.path, known)}")
            if key.path in fields:
                key.refuse("stands here twice")
            path = f"{self.path}.{key.path}" if self.path else key.path
            fields[key.path] = Field(self._file, path, value)
        for name in needed:
            if name not in fields:
                self.refuse(f"the field {name!r} is missing")
        return fields

    def items(self) -> "list[Field]":
        """Read a list."""
        if not isinstance(self._node, yaml.SequenceNode):
            self.refuse("expected a list")
        return [Field(self._file, self.path, node) for node in self._node.value]

    def text(self) -> str:
        """Read a plain value."""
        if not isinstance(self._node, yaml.ScalarNode) or not self._node.value:
            self.refuse("expected a value")
        return str(self._node.value)

    def count(self) -> int:
        """Read a whole number from 1."""
        text = self.text()
        if not (text.isascii() and text.isdecimal()) or int(text) < 1:
            self.refuse("expected a whole number from 1")
        return int(text)

    def matching(self, pattern: re.Pattern[str], expected: str) -> re.Match[str]:
        """Read a value that `pattern` covers whole."""
        found = pattern.fullmatch(self.text())
        if not found:
            self.refuse(f"expected {expected}")
        return found

    def _pairs(self) -> "Iterator[tuple[Field, yaml.Node]]":
        if not isinstance(self._node, yaml.MappingNode):
            self.refuse("expected a mapping")
        for key, value in self._node.value:
            yield Field(self._file, str(key.value), key), value
