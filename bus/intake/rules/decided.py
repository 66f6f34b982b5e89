"""Records of parked items to decisions that teach: what held each, what came of it."""

from collections.abc import Iterable

from bus.intake.parked.decisions import Decision as Said
from bus.intake.parked.decisions import Entry
from bus.intake.parked.item import Found, Item, Stage
from bus.intake.parked.machine import Life, State, decided, parked
from bus.intake.rules.checks import CHECKS
from bus.intake.rules.checks.kind import Need, Turn
from bus.intake.rules.judging import Finding
from bus.intake.rules.known import account_of
from bus.intake.rules.learning import Decision, Verdict
from bus.intake.rules.modes import Mode
from bus.intake.rules.reading import number
from bus.intake.rules.scopes import Scope

_TURNS = {
    code: check.knob.turn
    for check in CHECKS.values()
    if check.knob is not None
    for code in check.codes
}
_NUMBERS = frozenset({Turn.MORE, Turn.LESS})


def decisions(entries: Iterable[Entry]) -> list[Decision]:
    """What was decided about items that rules held, in the order of their parking.

    Of one that was released and parked again the last decision counts, and what held
    it first.
    """
    items: dict[str, Item] = {}
    lives: dict[str, Life] = {}
    for entry in entries:
        if isinstance(entry, Item):
            life = parked(lives.get(entry.id), entry)
            items.setdefault(entry.id, entry)
        elif isinstance(entry, Said) and entry.id in lives:
            life = decided(lives[entry.id], entry)
        else:
            continue
        if life is not None:
            lives[entry.id] = life
    found = (_decision(item, lives[name]) for name, item in items.items())
    return [one for one in found if one is not None]


def _decision(item: Item, life: Life) -> Decision | None:
    verdict = _verdict(life)
    if verdict is None or item.stage is not Stage.RULE:
        return None
    # The item's account is the buyer's; without a seller's its source stands for it.
    account = account_of(item.payload or {})
    value = item.value
    return Decision(
        item=item.id,
        scope=Scope(item.channel, item.source, account),
        findings=tuple(_finding(one) for one in item.findings if one.rule),
        verdict=verdict,
        value=None if value is None else value.amount,
        currency="" if value is None else value.currency,
    )


def _verdict(life: Life) -> Verdict | None:
    match life.state:
        case State.RELEASED:
            return Verdict.MENDED if life.edited else Verdict.RELEASED
        case State.REJECTED:
            return Verdict.REJECTED
        case State.EXPIRED:
            return Verdict.EXPIRED
        case State.PARKED:
            return None


def _finding(one: Found) -> Finding:
    return Finding(
        rule=one.rule,
        code=one.code,
        severity=one.severity,
        mode=Mode.OBSERVE if one.observed else Mode.ENFORCE,
        path=one.path,
        text=one.text,
        value=one.value,
        scope=Scope(),
        need=_need(one),
    )


def _need(one: Found) -> Need | None:
    if not one.need:
        return None
    return number(one.need) if _TURNS.get(one.code) in _NUMBERS else one.need
