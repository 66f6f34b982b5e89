"""Commands beside actions, to copy into a terminal.

Ids of orders and events are what a buyer, a shop or a producer chose: what is pasted
into a shell is one word of a command, whatever stands in it.
"""

import json
import shlex
from collections.abc import Sequence


def shell(command: str, *words: str) -> str:
    """Return a command of ours with words of others behind it."""
    apart = ["--"] if any(word.startswith("-") for word in words) else []
    return " ".join([command, *apart, *map(quoted, words)])


def narrowed(command: str, *words: str, **options: str | float | None) -> str:
    """Return a list's command with what a page has narrowed it to."""
    said = "".join(
        f" --{name.replace('_', '-')}{_joint(str(value))}{quoted(str(value))}"
        for name, value in options.items()
        if value not in {None, ""}
    )
    return shell(command + said, *filter(None, words))


def sifted(command: str, q: str = "", within: Sequence[str] = (), **equal: str) -> str:
    """Return the same for a command without such options: its JSON is sifted by jq.

    `q` is looked for in the fields `within`, in any case; the others have to be equal.
    """
    tests = [
        f"select(.{name} == {json.dumps(value)})"
        for name, value in equal.items()
        if value
    ]
    if q:
        text = " ".join(f"\\(.{name})" for name in within)
        found = f"ascii_downcase | contains({json.dumps(q.lower())})"
        tests.append(f'select("{text}" | {found})')
    if not tests:
        return command
    return f"{command} --json | jq {quoted(' | '.join(['.[]', *tests]))}"


def quoted(word: str) -> str:
    """Return text as one word; what would end a line or steer a terminal is spelt."""
    if word.isprintable():
        return shlex.quote(word)
    return f"$'{''.join(map(_spelt, word))}'"


def _joint(value: str) -> str:
    return "=" if value.startswith("-") else " "


def _spelt(letter: str) -> str:
    if letter in "'\\":
        return f"\\{letter}"
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"
