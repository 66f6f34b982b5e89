"""What `bus intake file` is given, judged before Kafka is asked."""

import os
import stat
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bus.delivery.subscription import ID_PATTERN
from bus.errors import ConfigurationError
from bus.intake.collecting.packed import TooLongError, is_packed, unpacked
from bus.intake.sources import LARGEST_BODY, WHAT_AN_ID_IS
from processors.collecting.taking import EMPTY, too_large

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Given:
    """What was given, and nothing wrong with it in itself.

    `held` has the content of what can be read only once: standard input, pipes.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[str, bytes] = field(default_factory=dict)


def judge(source: str, files: Sequence[str], headers: Sequence[str]) -> Given:
    """Judge all of it; a file by the bound that no source goes beyond.

    Raises:
        ConfigurationError: something is wrong; says all that is, a line each.
    """
    wrong: list[str] = []
    if not ID_PATTERN.fullmatch(source):
        wrong.append(f"SOURCE: {WHAT_AN_ID_IS}, got {source!r}")
    found = _headers(headers, wrong)
    held: dict[str, bytes] = {}
    if files.count(STDIN) > 1:
        wrong.append(f"{STDIN}: standard input can be read once, got it twice")
    judged = ((file, _why_not(file, held)) for file in dict.fromkeys(files))
    wrong.extend(f"{file}: {why}" for file, why in judged if why)
    if wrong:
        raise ConfigurationError("\n".join(wrong))
    return Given(found, held)


def _headers(given: Sequence[str], wrong: list[str]) -> dict[str, str]:
    """Headers by name in small letters."""
    found: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            wrong.append(f"--header: expected NAME=VALUE, got {one!r}")
        found[name.strip().lower()] = value.strip()
    return found


def _why_not(file: str, held: dict[str, bytes]) -> str:
    """Why a file can be nobody's, or nothing."""
    try:
        content = _content(file, held)
        whole = unpacked(content, LARGEST_BODY) if is_packed(file) else content
    except OSError as error:
        return error.strerror or str(error)
    except TooLongError:
        return too_large(LARGEST_BODY)
    except ValueError as error:  # no gzip; NUL in its name
        return str(error)
    return "" if whole.strip() else EMPTY


def _content(file: str, held: dict[str, bytes]) -> bytes:
    """What is in a file; what can be read only once is held.

    Raises:
        OSError: it cannot be read.
        TooLongError: it is larger than any may be.
    """
    if file == STDIN:
        regular, content = False, sys.stdin.buffer.read(LARGEST_BODY + 1)
    else:
        with Path(file).open("rb") as stream:
            regular = stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
            content = stream.read(LARGEST_BODY + 1)
    if len(content) > LARGEST_BODY:
        raise TooLongError
    if not regular:
        held[file] = content
    return content
