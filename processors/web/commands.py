"""Commands beside actions, to copy into a terminal.

Ids of orders and events are what a buyer, a shop or a producer chose: what is pasted
into a shell is one word of a command, whatever stands in it.
"""

import shlex


def shell(command: str, *words: str) -> str:
    """Return a command of ours with words of others behind it."""
    apart = ["--"] if any(word.startswith("-") for word in words) else []
    return " ".join([command, *apart, *map(quoted, words)])


def quoted(word: str) -> str:
    """Return text as one word; what would end a line or steer a terminal is spelt."""
    if word.isprintable():
        return shlex.quote(word)
    return f"$'{''.join(map(_spelt, word))}'"


def _spelt(letter: str) -> str:
    if letter in "'\\":
        return f"\\{letter}"
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"
