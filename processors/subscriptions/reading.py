"""Written values of a subscription turned into the model's, and what is wrong."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from bus.delivery.objective import parse_share
from bus.delivery.schedule import parse_duration
from bus.delivery.subscription import State
from bus.errors import ConfigurationError
from bus.expected import among
from processors.texts import text_in

Problem: TypeAlias = tuple[str, str]
"""A field, and what is wrong with it."""

_TLS_FILES = {
    "ca_file": "ca",
    "client_certificate_file": "client_certificate",
    "client_key_file": "client_key",
}
STARTS = (State.ACTIVE.value, State.PAUSED.value)
_LOGIN_FILES = {"password_file": "password"}
_AIMS = ("success", "p95")
_MOST_BYTES = 1_000_000


class Reading:
    """Turns written values into the model's, and collects what is wrong."""

    def __init__(self, folder: Path) -> None:
        self.problems: list[Problem] = []
        self._folder = folder

    def field(self, name: str, value: object) -> object:
        """A value as the model has it."""
        special: Mapping[str, Callable[[object], object]] = {
            "login": self._login,
            "tls": self._tls,
            "headers": self._headers,
            "objective": self._objective,
            "types": _listed,
            "retry": _listed,
        }
        return special[name](value) if name in special else value

    def start(self, value: object) -> State:
        """The state of a new one."""
        if value not in STARTS:
            self.problems.append(("starts", f"expected {' or '.join(STARTS)}"))
            return State.ACTIVE
        return State(str(value))

    def duration(self, name: str, value: object) -> object:
        """Seconds."""
        if not isinstance(value, str | int | float):
            return value
        try:
            return parse_duration(str(value) if isinstance(value, bool) else value)
        except ValueError as error:
            self.problems.append((name, str(error)))
            return 1.0

    def text(self, name: str, value: object) -> str:
        """What a file says."""
        try:
            return text_in(str(value), self._folder, most=_MOST_BYTES)
        except ConfigurationError as error:
            self.problems.append((name, str(error)))
        return ""

    def _login(self, value: object) -> object:
        read = self._texts("login", value, _LOGIN_FILES)
        if isinstance(read, dict) and "password_file" in value:  # type: ignore[operator]
            read["password"] = str(read["password"]).strip()
        return read

    def _tls(self, value: object) -> object:
        return self._texts("tls", value, _TLS_FILES)

    def _texts(self, field: str, value: object, files: Mapping[str, str]) -> object:
        """A mapping with the texts of files in the place of their names."""
        if not isinstance(value, dict):
            return value
        return {
            files.get(name, name): self.text(f"{field}.{name}", item)
            if name in files
            else item
            for name, item in value.items()
        }

    def _objective(self, value: object) -> object:
        """As the model has it: the p95 in seconds."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.problems.append(("objective", "expected success, p95 or both"))
            return {}
        told: dict[str, object] = {}
        for name, item in value.items():
            if name not in _AIMS:
                why = f"no such field; {among(name, _AIMS)}"
                self.problems.append((f"objective.{name}", why))
            elif name == "p95" and item is not None:
                told["p95_s"] = self.duration("objective.p95", item)
            else:
                told[f"{name}_s" if name == "p95" else name] = item
        return told

    def plain_objective(self, value: object) -> object:
        """As the API takes it: the success as a number, the p95 as a duration."""
        if not isinstance(value, dict):
            return value
        told = dict(value)
        try:
            told |= {k: parse_share(v) for k, v in value.items() if k == "success"}
        except ValueError as error:
            self.problems.append(("objective.success", str(error)))
        if isinstance(told.get("p95"), int | float):
            told["p95"] = f"{told['p95']}s"
        return told

    def _headers(self, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {
            name: self.text(f"headers.{name}", item["file"]).strip()
            if isinstance(item, dict) and set(item) == {"file"}
            else item
            for name, item in value.items()
        }


def _listed(value: object) -> object:
    """A single word stands for a list of it."""
    return [value] if isinstance(value, str) else value
