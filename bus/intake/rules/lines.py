"""A line of the rules: what a rule is, or how one scope has it otherwise.

A line says only what it changes; the rest is as wider scopes say it.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import TypeVar

from bus.errors import ConfigurationError
from bus.expected import among
from bus.intake.findings import Severity
from bus.intake.rules.modes import Mode
from bus.intake.rules.scopes import (
    EVERYWHERE,
    PARTS,
    Scope,
    key_of,
    read_key,
    scope_fault,
)

ID = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
_MOST_WHY = 500
ReadT = TypeVar("ReadT")
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One line. What is None (or an unnamed parameter) is as a wider scope says.

    Attributes:
        rule: The rule's id.
        scope: Where the line holds.
        check: Which check it makes; only lines without a wider one need it.
        parameters: The check's, as written.
        severity: What its findings call for.
        mode: How far it is in force.
        when: JMESPath: orders for which it is not true are passed over.
        types: Event types that it is for.
        about: What it is for, for people.
        why: Why this scope has it so.
    """

    rule: str
    scope: Scope = EVERYWHERE
    check: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    severity: Severity | None = None
    mode: Mode | None = None
    when: str | None = None
    types: tuple[str, ...] | None = None
    about: str | None = None
    why: str | None = None

    @property
    def key(self) -> str:
        """Its key: no two lines have the same."""
        return key_of(self.rule, self.scope)


TEXTS = ("check", "when", "about", "why")
FIELDS = tuple(f.name for f in fields(Line) if f.name not in {"rule", "scope"})


def as_document(line: Line) -> dict[str, object]:
    """A line as documents have it; what it does not say is left out."""
    found: dict[str, object] = {"id": line.rule}
    if pairs := line.scope.pairs():
        found["scope"] = dict(pairs)
    for name in FIELDS:
        value = getattr(line, name)
        if value is not None and value != {}:
            found[name] = list(value) if isinstance(value, tuple) else value
    return found


def read_line(document: object) -> Line:
    """A line of a document, as texts.

    Raises:
        ConfigurationError: With all that is wrong, and what was expected.
    """
    line, wrong = judge_line(document)
    if wrong:
        raise ConfigurationError("; ".join(why for _, why in wrong))
    return line


def judge_line(document: object) -> tuple[Line, Sequence[tuple[str, str]]]:
    """A line of a document, and all that is wrong with it: the field, and why."""
    wrong: list[tuple[str, str]] = []
    if not isinstance(document, Mapping):
        return Line(""), [("", "a rule is a mapping: id, check, parameters, …")]
    known = ("id", "scope", *FIELDS)
    for name in document:
        if name not in known:
            why = f"there is no {name!r}; {among(str(name), known)}"
            wrong.append((str(name), why))

    def taken(name: str, read: Callable[[], ReadT], otherwise: ReadT) -> ReadT:
        try:
            return read()
        except ConfigurationError as error:
            wrong.append((name, str(error)))
            return otherwise

    line = Line(
        rule=taken("id", lambda: _id(document), ""),
        scope=taken("scope", lambda: _scope(document.get("scope")), EVERYWHERE),
        parameters=taken("parameters", lambda: _parameters(document), {}),
        severity=taken("severity", lambda: _word(Severity, document, "severity"), None),
        mode=taken("mode", lambda: _word(Mode, document, "mode"), None),
        types=taken("types", lambda: _types(document.get("types")), None),
        **{n: taken(n, partial(_text, document, n), None) for n in TEXTS},
    )
    return line, wrong


def _id(document: Mapping[str, object]) -> str:
    rule = _text(document, "id") or ""
    if not ID.fullmatch(rule):
        why = "small letters, digits and dashes, 2 to 63 of them"
        said = f"id is {rule!r}" if "id" in document else "id is missing"
        raise ConfigurationError(f"{said}; expected: {why}")
    return rule


def _text(document: Mapping[str, object], name: str) -> str | None:
    value = document.get(name)
    if value is None or (isinstance(value, str) and len(value) <= 4 * _MOST_WHY):
        return value.strip() if isinstance(value, str) else None
    raise ConfigurationError(f"{name}: a text of at most {4 * _MOST_WHY} characters")


WordT = TypeVar("WordT", Severity, Mode)


def _word(
    words: type[WordT], document: Mapping[str, object], name: str
) -> WordT | None:
    value = document.get(name)
    # YAML readers other than ours make `off` a no.
    value = "off" if value is False and name == "mode" else value
    if value is None:
        return None
    try:
        return words(str(value))
    except ValueError:
        known = ", ".join(word.value for word in words)
        raise ConfigurationError(f"{name} is {value!r}; one of {known}") from None


def _scope(value: object) -> Scope:
    if value is None:
        return Scope()
    if not isinstance(value, Mapping):
        why = "a mapping is expected, such as {channel: x12}"
        raise ConfigurationError(f"scope: {why}")
    if strange := [str(name) for name in value if name not in PARTS]:
        told = (f"there is no {name!r}; {among(name, PARTS)}" for name in strange)
        raise ConfigurationError(f"scope: {'; '.join(told)}")
    found = {name: str(text or "").strip() for name, text in value.items()}
    scope = Scope(**found)
    if fault := scope_fault(scope):
        raise ConfigurationError(f"scope: {fault}")
    return scope


def _parameters(document: Mapping[str, object]) -> Mapping[str, object]:
    value = document.get("parameters")
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ConfigurationError("parameters are a mapping: {tolerance: 2}")
    return dict(value)


def _types(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, str) for item in items):
        raise ConfigurationError("types are event types: [intake.order_received]")
    return tuple(str(item) for item in items)


# --- as the topic holds them


@dataclass(frozen=True, slots=True)
class Stored:
    """What the topic says of one key.

    Attributes:
        line: The line that holds; None while there is but a trial.
        trial: A new or tightened one, which is only observed.
        by, at: Who wrote it, and when (RFC 3339).
    """

    line: Line | None
    trial: Line | None = None
    by: str = ""
    at: str = ""


def store(stored: Stored) -> bytes:
    """The bytes of a record."""
    document = {
        "v": _VERSION,
        "line": None if stored.line is None else as_document(stored.line),
        "trial": None if stored.trial is None else as_document(stored.trial),
        "by": stored.by,
        "at": stored.at,
    }
    return json.dumps(document, ensure_ascii=False, default=str).encode()


def restore(key: bytes, value: bytes) -> Stored:
    """What a record says.

    Raises:
        ConfigurationError: It is none of this key.
    """
    try:
        document = json.loads(value)
    except (ValueError, RecursionError):
        raise ConfigurationError("not JSON") from None
    if not isinstance(document, dict):
        raise ConfigurationError("not a JSON object")
    line, trial = (
        None if document.get(name) is None else read_line(_known(document[name]))
        for name in ("line", "trial")
    )
    named = read_key(key.decode(errors="replace"))
    for one in (line, trial):
        if one is not None and (one.rule, one.scope) != named:
            raise ConfigurationError("the line differs from the record's key")
    return Stored(line, trial, str(document.get("by", "")), str(document.get("at", "")))


def _known(document: object) -> object:
    """Without fields of a newer `bus`."""
    if not isinstance(document, dict):
        return document
    return {k: v for k, v in document.items() if k in {"id", "scope", *FIELDS}}


def laid_over(narrower: Line, wider: Line) -> Line:
    """A line with what it does not say as a wider one does."""
    changes: dict[str, object] = {
        name: getattr(wider, name)
        for name in FIELDS
        if name not in {"parameters", "why"} and getattr(narrower, name) is None
    }
    parameters = {**wider.parameters, **narrower.parameters}
    return replace(narrower, parameters=parameters, **changes)  # type: ignore[arg-type]  # its own fields
