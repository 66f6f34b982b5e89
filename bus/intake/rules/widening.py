"""How far a parameter has to be widened, and whether a value lies within it."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from bus.intake.rules.checks.kind import Turn
from bus.intake.rules.learning import Decision


def limit_of(written: object, currency: str) -> Decimal | None:
    """The number that is written; of numbers by currency that of this one."""
    value = written.get(currency) if isinstance(written, Mapping) else written
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return None


def within(turn: Turn, need: object, limit: Decimal) -> bool:
    """Whether a finding with this need would be none with this limit."""
    if not isinstance(need, Decimal):
        return False
    return need <= limit if turn is Turn.MORE else need >= limit


def limit_for(
    rule: str, decisions: Iterable[Decision], turn: Turn, cleared: Decimal
) -> Decimal | None:
    """The least change that clears this share of the false ones, and no true one.

    True ones that another rule holds as well are still held.
    """
    sign = 1 if turn is Turn.MORE else -1
    false, true, every = list[Decimal](), list[Decimal](), 0
    for one in decisions:
        every += one.verdict.is_false
        need = _need(rule, one, sign)
        if need is not None and (one.verdict.is_false or one.is_held_by(rule)):
            (false if one.verdict.is_false else true).append(need)
    wanted = int((cleared * every).to_integral_value(ROUND_CEILING))
    if not 0 < wanted <= len(false):
        return None
    limit, first_true = sorted(false)[wanted - 1], min(true, default=None)
    for chosen in (_rounded(limit * sign, turn), limit * sign):
        if first_true is None or chosen * sign < first_true:
            return chosen
    return None


def _need(rule: str, one: Decision, sign: int) -> Decimal | None:
    """What all its findings of the rule need together; None if that cannot be."""
    own = [f.need for f in one.holding() if f.rule == rule]
    numbers = [need * sign for need in own if isinstance(need, Decimal)]
    return max(numbers) if numbers and len(numbers) == len(own) else None


def _rounded(limit: Decimal, turn: Turn) -> Decimal:
    """A number people would choose: whole, and of two digits where it is large."""
    places = Decimal(1).scaleb(max(0, limit.adjusted() - 1))
    way = ROUND_CEILING if turn is Turn.MORE else ROUND_FLOOR
    return (limit / places).to_integral_value(way) * places
