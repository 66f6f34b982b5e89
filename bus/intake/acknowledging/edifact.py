"""The CONTRL for an EDIFACT interchange: which messages were taken (ISO 9735).

Its UCI answers the interchange, a UCM each message that was not taken; those that are
not named are acknowledged with it (action 7). What the seller makes of an order is an
ORDRSP. Sender and receiver are exchanged; separators are the usual ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import cast

from bus.intake.parsing.edifact import parse_edifact
from bus.intake.parsing.segments import Elements
from bus.intake.parsing.tree import Limits

_TAKEN, _REFUSED = "7", "4"
_RESERVED = str.maketrans({sign: f"?{sign}" for sign in "?+:'"})


def control_message(
    body: bytes, refused: Mapping[int, str], now: datetime, control: str
) -> bytes:
    """The CONTRLs that a file is owed, one interchange for each that came.

    Args:
        body: The file as it came.
        refused: Codes of element 0085 by the number of a message in the file, from 0.
        now: When it is made.
        control: Reference of the first interchange; the next ones have -2, -3 behind.

    Raises:
        UnparsableError: The file is no EDIFACT: nobody can say whose it is.
    """
    parsed = parse_edifact(body, Limits(), {})
    messages = [
        (number, cast("Mapping[str, Elements]", item))
        for number, item in enumerate(parsed.items)
    ]
    found: list[str] = []
    for count, (_, some) in enumerate(groupby(messages, lambda m: id(m[1]["UNB"])), 1):
        reference = control if count == 1 else f"{control}-{count}"
        found += _interchange(list(some), refused, now, reference)
    return "".join(f"{line}'\n" for line in found).encode("latin-1", errors="replace")


def _interchange(
    messages: Sequence[tuple[int, Mapping[str, Elements]]],
    refused: Mapping[int, str],
    now: datetime,
    reference: str,
) -> Iterator[str]:
    unb = messages[0][1]["UNB"]
    sender, receiver = _composite(unb, "02"), _composite(unb, "03")
    body = [
        _line("UNH", "1", "CONTRL:D:3:UN"),
        _line("UCI", _composite(unb, "05"), sender, receiver, _TAKEN),
        *_answers(messages, refused),
    ]
    syntax = _composite(unb, "01") or "UNOC:3"
    test = _composite(unb, "11")
    head = [syntax, receiver, sender, f"{now:%y%m%d}:{now:%H%M}", _plain(reference)]
    yield _line("UNB", *head, *(["", "", "", "", "", test] if test else []))
    yield from body
    yield _line("UNT", str(len(body) + 1), "1")
    yield _line("UNZ", "1", _plain(reference))


def _answers(
    messages: Sequence[tuple[int, Mapping[str, Elements]]], refused: Mapping[int, str]
) -> Iterator[str]:
    for number, message in messages:
        if error := refused.get(number):
            unh = message["UNH"]
            names = _composite(unh, "01"), _composite(unh, "02")
            yield _line("UCM", *names, _REFUSED, _plain(error))


def _line(name: str, *elements: str) -> str:
    return "+".join((name, *elements)).rstrip("+")


def _composite(segment: Elements, name: str) -> str:
    """An element as it is written, its parts by their numbers."""
    value = segment.get(name, "")
    if isinstance(value, dict):
        parts = cast("Mapping[str, object]", value)
        last = max(map(int, parts), default=0)
        texts = [_plain(str(parts.get(str(n), ""))) for n in range(1, last + 1)]
        return ":".join(texts)
    return _plain(value) if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """A text whose signs mean nothing."""
    return text.translate(_RESERVED)
