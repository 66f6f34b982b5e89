"""Rules made what a document says: planned, shown, then written line by line."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from bus.errors import ConflictError
from bus.intake.rules.book import Book
from bus.intake.rules.lines import Line, Stored, as_document
from bus.intake.rules.tightening import tightened
from processors.rules.writer import RuleWriter


class Action(StrEnum):
    """What is done about a line."""

    CREATE = "create"
    UPDATE = "update"
    TRIAL = "trial"
    ON_TRIAL = "on trial"
    REMOVE = "remove"
    KEPT = "kept"
    UNCHANGED = "unchanged"


QUIET = frozenset({Action.UNCHANGED, Action.ON_TRIAL, Action.KEPT})
"""Nothing is written."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is done about one line, and what then stands under its key.

    `reasons` say why it is stricter than what holds: then it begins as a trial (or
    stays, if it was to be removed), unless it is to be put in force at once.
    """

    action: Action
    key: str
    wanted: Stored | None
    before: Stored | None
    reasons: tuple[str, ...] = ()

    @property
    def line(self) -> Line:
        """The line that it is about."""
        for stored in (self.wanted, self.before):
            if stored is not None:
                line = stored.trial or stored.line
                if line is not None:
                    return line
        raise TypeError("a step is about a line")


def plan(
    book: Book, lines: Sequence[Line], *, enforce: bool = False, prune: bool = False
) -> list[Step]:
    """Return what makes the rules so, a step a line.

    What is stricter begins as a trial, unless `enforce`; `prune` removes lines that are
    not named, never those that came with the bus.
    """
    steps = [_step(book, line, enforce=enforce) for line in lines]
    if prune:
        named = {line.key for line in lines}
        steps += [
            _removal(book, key, enforce=enforce)
            for key in book.stored
            if key not in named
        ]
    return steps


def _step(book: Book, line: Line, *, enforce: bool) -> Step:
    key, before = line.key, book.stored.get(line.key)
    standing = None if before is None else before.line
    if standing == line and (before is None or before.trial is None):
        return Step(Action.UNCHANGED, key, before, before)
    changed = Action.CREATE if before is None else Action.UPDATE
    wanted = Stored(line)
    reasons = tuple(tightened(book, key, line.scope, line.rule, wanted))
    if enforce or not reasons or standing == line:
        return Step(changed, key, wanted, before, reasons)
    if before is not None and before.trial == line:
        return Step(Action.ON_TRIAL, key, before, before, reasons)
    return Step(Action.TRIAL, key, Stored(standing, line), before, reasons)


def _removal(book: Book, key: str, *, enforce: bool) -> Step:
    before = book.stored[key]
    line = before.line or before.trial
    if line is None:
        return Step(Action.REMOVE, key, None, before)
    reasons = tuple(tightened(book, key, line.scope, line.rule, None))
    if reasons and not enforce:
        return Step(Action.KEPT, key, before, before, reasons)
    return Step(Action.REMOVE, key, None, before, reasons)


async def apply(
    writer: RuleWriter, steps: Sequence[Step], hear: Callable[[Step], None]
) -> None:
    """Take the steps that change something, telling each that was taken.

    Raises:
        ConflictError: A line was changed since it was planned.
        OrderbusError: One failed; those before it were taken. Apply again.
    """
    for step in steps:
        if step.action not in QUIET:
            await writer.write(step.key, partial(_on_top, step), step.action.value)
            hear(step)


def _on_top(step: Step, stands: Stored | None) -> Stored | None:
    """What is wanted, if what stands is what was planned with."""
    if stands != step.before:
        raise ConflictError(f"{step.key} was changed meanwhile; look, and apply again")
    return step.wanted


def shown(step: Step) -> dict[str, object]:
    """A step as people and scripts see it."""
    return {
        "action": step.action.value,
        "id": step.line.rule,
        "scope": dict(step.line.scope.pairs()),
        "reasons": list(step.reasons),
        "changes": [
            {"field": name, "old": old, "new": new}
            for name, old, new in _changes(step.before, step.wanted)
        ],
    }


def _changes(
    before: Stored | None, after: Stored | None
) -> Iterator[tuple[str, object, object]]:
    old, new = _said(before), _said(after)
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)


def _said(stored: Stored | None) -> dict[str, object]:
    """What a record says: of a trial rather than of the line it is to replace."""
    if stored is None:
        return {}
    line = stored.trial or stored.line
    return {} if line is None else as_document(line)
