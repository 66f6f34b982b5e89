"""Whether a rule may hold more than the one before it: then it begins as a trial."""

from collections.abc import Iterator

from bus.intake.rules.book import Book, Rule
from bus.intake.rules.checks.parameters import Parameter
from bus.intake.rules.checks.strictness import is_stricter
from bus.intake.rules.lines import Stored
from bus.intake.rules.modes import Mode, rank_of
from bus.intake.rules.scopes import Scope


def tightened(
    book: Book, key: str, scope: Scope, rule: str, wanted: Stored | None
) -> list[str]:
    """Why a record in place of what stands under a key could hold more; [] if not.

    Compared is what holds in the line's own scope, and in each narrower one that has
    lines of the same rule.
    """
    after = book.with_stored(key, wanted)
    scopes = {scope} | {
        line.scope
        for line, _ in book.lines()
        if line.rule == rule and scope.covers(line.scope)
    }
    found = dict.fromkeys(
        reason
        for one in sorted(scopes)
        for reason in _reasons(_held(book, one, rule), _held(after, one, rule))
    )
    return list(found)


def _held(book: Book, scope: Scope, rule: str) -> Rule | None:
    """The rule as it holds in a scope, if it is in force there."""
    found = book.effective(scope.channel, scope.source, scope.account)
    for one in found.rules:
        if one.id == rule and not one.trial and one.mode is Mode.ENFORCE:
            return one
    return None


def _reasons(old: Rule | None, new: Rule | None) -> Iterator[str]:
    if new is None:
        return
    if old is None:
        yield "it was not in force"
    elif old.check.name != new.check.name:
        yield "it makes another check"
    else:
        yield from _differences(old, new)


def _differences(old: Rule, new: Rule) -> Iterator[str]:
    if rank_of(new.severity) > rank_of(old.severity):
        yield f"severity {new.severity.value} instead of {old.severity.value}"
    if old.line.when and old.line.when != new.line.when:
        yield "`when` is another"
    if not new.types <= old.types:
        yield f"for {', '.join(sorted(new.types - old.types))} as well"
    for one in new.check.parameters:
        if is_stricter(one, _written(old, one), _written(new, one)):
            yield f"{one.name} is stricter, or another"


def _written(rule: Rule, parameter: Parameter) -> object:
    return rule.line.parameters.get(parameter.name, parameter.default)
