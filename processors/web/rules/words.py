"""Values of rules in words."""

from collections.abc import Mapping, Sequence


def worded(value: object) -> str:
    """A value as one line."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case Mapping():
            return ", ".join(f"{name} {worded(one)}" for name, one in value.items())
        case Sequence():
            return ", ".join(map(worded, value))
        case _:
            return str(value)
