"""What `bus intake file` does with each file, and how it is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from bus.errors import OrderbusError
from processors.cli.control import FAILED, GOOD, console, print_json
from processors.cli.intake_file_judged import Given
from processors.collecting.handing import FilesWorld, Handed, Recipient, hand, recipient
from processors.collecting.verdicts import verdict
from processors.screen.plain import plain


@dataclass(frozen=True, slots=True)
class How:
    """How files are taken and told."""

    given: Given
    again: bool = False
    dry_run: bool = False
    as_json: bool = False


async def take_files(
    world: FilesWorld, source: str, files: Sequence[str], how: How
) -> int:
    """Take each in turn; one that fails keeps no other. Returns the exit code."""
    to = recipient(world, source, how.given.headers)
    to = replace(to, again=how.again, dry_run=how.dry_run)
    rows: list[dict[str, object]] = []
    for number, file in enumerate(files, 1):
        row = await _row(world, to, file, how.given.held)
        rows.append(row)
        if not how.as_json:
            place = f"[{number}/{len(files)}] " if len(files) > 1 else ""
            console().print(plain(f"{place}{_line(row)}"))
    if how.as_json:
        print_json(rows)
    elif len(files) > 1:
        console().print(_sum(rows))
    safe = {"kept", "repeat", "would be kept"}
    return GOOD if all(row["outcome"] in safe for row in rows) else FAILED


async def _row(
    world: FilesWorld, to: Recipient, file: str, held: Mapping[str, bytes]
) -> dict[str, object]:
    try:
        handed = await hand(world, to, Path(file).name, _reading(file, held.get(file)))
    except OSError as error:
        return {"file": file, "outcome": "refused", "why": error.strerror or str(error)}
    except OrderbusError as error:
        why = str(error).replace("\n", "; ")
        return {"file": file, "outcome": "not kept", "why": why}
    return {"file": file, **_told(handed)}


def _reading(file: str, held: bytes | None) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        if held is not None:
            return held[:most]
        with Path(file).open("rb") as stream:
            return stream.read(most)

    return read


def _told(handed: Handed) -> dict[str, object]:
    outcome = handed.outcome
    said = {"outcome": "would be kept"} if outcome is None else verdict(outcome)
    return {
        **said,
        "bytes": handed.size,
        "messages": {name or "none": n for name, n in handed.messages.items()},
        "findings": dict(handed.findings),
        "findings_say": dict(handed.why),
    }


def _line(row: Mapping[str, object]) -> str:
    """A file in a line: what came of it, and what is in it."""
    file, outcome = row["file"], row["outcome"]
    match outcome:
        case "kept":
            return f"{file}: kept as {row['submission']}; {_content(row)}"
        case "would be kept":
            return f"{file}: would be kept; {_content(row)}"
        case "repeat":
            at, first = row["first_taken_at"], row["first_called"]
            return (
                f"{file}: a repeat of {row['submission']}, taken {at} as {first};"
                " --again takes it all the same"
            )
        case _:
            return f"{file}: not kept: {row['why']}"


def _content(row: Mapping[str, object]) -> str:
    messages, findings = row["messages"], row["findings"]
    parts: list[str] = []
    if isinstance(messages, dict):
        parts = [
            f"{n} {'without an event' if name == 'none' else name}"
            for name, n in messages.items()
        ]
    text = ", ".join(parts)
    if isinstance(findings, dict) and findings:
        why = cast("Mapping[str, str]", row["findings_say"])
        found = ", ".join(f"{n} {code} ({why[code]})" for code, n in findings.items())
        text = f"{text}; found: {found}"
    return text


def _sum(rows: Sequence[Mapping[str, object]]) -> str:
    counts: dict[str, int] = {}
    for row in rows:
        word = str(row["outcome"])
        counts[word] = counts.get(word, 0) + 1
    return f"{len(rows)} files: " + ", ".join(
        f"{n} {word}" for word, n in counts.items()
    )
