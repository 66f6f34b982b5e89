"""What `bus schemas check` finds out, apart from how it is asked and shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bus.contracts.codec import parse_schema
from bus.contracts.compatibility import Level, check
from bus.contracts.conventions import faults, shared_faults
from bus.errors import ConfigurationError
from processors.cli.history import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the check says about one schema file."""

    file: str
    full_name: str
    event_type: str | None = None
    compared: int = 0
    faults: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Nothing is wrong with it."""
        return not self.faults and not self.reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the check says about all of them together.

    `clashes` are types that differ between files and event types taken twice;
    `gone` the event types that earlier versions had, which is no fault.
    """

    schemas: tuple[Verdict, ...]
    clashes: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Nothing is wrong with any."""
        return not self.clashes and all(verdict.good for verdict in self.schemas)


def examine(
    files: Sequence[tuple[str, str]], earlier: Sequence[Version], level: Level
) -> Report:
    """Check (path, text) of each schema file against its earlier versions."""
    usable = [version for version in earlier if _is_schema(version.text)]
    verdicts = tuple(_verdict(path, text, usable, level) for path, text in files)
    valid = [pair for pair in files if _is_schema(pair[1])]
    return Report(
        schemas=verdicts,
        clashes=shared_faults(valid) + _taken_twice(verdicts),
        gone=_gone(verdicts, usable),
    )


def _verdict(path: str, text: str, earlier: Sequence[Version], level: Level) -> Verdict:
    try:
        schema = parse_schema(text)
    except ConfigurationError as error:
        return Verdict(file=path, full_name=Path(path).stem, faults=(str(error),))
    compared = [
        (version.label, version.text)
        for version in earlier
        if version.event_type == schema.event_type
    ]
    return Verdict(
        file=path,
        event_type=schema.event_type,
        full_name=schema.full_name,
        compared=len(compared),
        faults=faults(path, text),
        reasons=check(text, compared, level),
    )


def _is_schema(text: str) -> bool:
    """A version that never was a valid schema was never published."""
    try:
        parse_schema(text)
    except ConfigurationError:
        return False
    return True


def _taken_twice(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    owners: dict[str, str] = {}
    found = []
    for verdict in verdicts:
        owner = owners.setdefault(verdict.event_type or verdict.file, verdict.file)
        if owner != verdict.file:
            found.append(f"{verdict.event_type} is in {owner} and in {verdict.file}")
    return tuple(found)


def _gone(verdicts: Sequence[Verdict], earlier: Sequence[Version]) -> tuple[str, ...]:
    present = {verdict.event_type for verdict in verdicts}
    once = {version.event_type for version in earlier}
    return tuple(sorted(name for name in once - present if name))
