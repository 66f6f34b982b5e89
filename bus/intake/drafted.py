"""The texts of a new channel, once it is guessed what is what."""

import json
import re

from bus.intake.guesses import ROLES, plainly
from bus.intake.parsing.csvtree import Dialect

Names = tuple[str, ...]
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def definition(name: str, kind: str, dialect: Dialect) -> str:
    """The text of channel.yaml of a sender of whom only samples are known."""
    lines = [
        f"channel: {name}",
        f"title: {name}",
        "about: >-",
        "  Say here what people should know of this sender.",
        "",
        f"format: {kind}",
    ]
    if kind == "csv":
        delimiter = {"\t": "tab"}.get(dialect.delimiter, dialect.delimiter)
        lines += ["csv:", f"  delimiter: {json.dumps(delimiter)}"]
        if dialect.encoding != "utf-8":
            lines.append(f"  encoding: {dialect.encoding}")
        if dialect.group:
            lines.append(f"  group: {json.dumps(dialect.group)}")
    lines += [
        "",
        "# Who signs, and how: docs/channels.md#signatures.",
        "verify:",
        "  kind: none",
        "  why: not known yet",
        "",
        "type: =order",
        "events:",
        "  order: intake.order_received",
        "",
        "deduplicate: {window: 7d}",
        "",
        "settings:",
        '  zone: {default: UTC, about: "Zone of times that have none."}',
        '  currency: {default: "", about: "Currency of orders that name none."}',
        "",
    ]
    return "\n".join(lines)


def last_of(names: Names) -> str:
    """The name that tells, plainly; an XML text is called as its element."""
    name = names[-1]
    return plainly(names[-2] if name == "#text" and len(names) > 1 else name)


def role_of(names: Names) -> str | None:
    """Whose field it is, by the name of what holds it, or by how its own begins."""
    held = [plainly(name) for name in names]
    for role, words in ROLES:
        if any(word in name for name in held[:-1] for word in words):
            return role
    return None


def path_of(names: Names) -> str:
    """A path as a mapping has it."""
    return ".".join(name if _BARE.fullmatch(name) else _named(name) for name in names)


def _named(name: str) -> str:
    return name if not re.search(r"""[.\[\]|(),'"<>$^=!#/]""", name) else f'"{name}"'


def quoted(path: str) -> str:
    """A path as YAML takes it within braces."""
    return json.dumps(path) if not re.fullmatch(r"[A-Za-z0-9_. ]+", path) else path


def line_of(indent: int, target: str, names: Names, rule: str) -> str:
    """A line of a mapping."""
    path = path_of(names)
    text = f"{path} | {rule}" if rule else path
    safe = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_. |:-]*", text)
    return f"{' ' * indent}{target}: {text if safe else _single(text)}"


def _single(text: str) -> str:
    """A line of a mapping."""
    """A path as YAML takes it within braces."""
    """A path as a mapping has it."""
    """A name that tells, plainly; an XML text is called as its element."""
    """A text as YAML takes it between single quotes."""
    return "'" + text.replace("'", "''") + "'"
