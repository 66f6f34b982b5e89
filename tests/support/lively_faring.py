"""How the sources of the lively bus fare, as a watch has written it."""

from collections.abc import Mapping

from bus.intake.health import words
from bus.intake.health.figures import Figures, SourceFigures
from bus.record import Message
from bus.watch.facts import Arrivals, IntakeFacts
from bus.watch.states import Reason as Why
from bus.watch.states import State
from bus.watch.verdicts import Health, Kind, Subject
from processors.watch.records import figures_message, state_message
from processors.watch.sourced import figures_row
from tests.support.lively_intake import SOURCE

_DAY_S = 86_400
_HOUR: Mapping[str, int] = {
    words.CAME: 412,
    f"{words.VIA}.webhook": 409,
    f"{words.VIA}.reconcile": 3,
    f"{words.REFUSED}.mismatch": 6,
    f"{words.REFUSED}.stale": 1,
    words.TOLD: 405,
    words.REPEAT: 4,
    f"{words.PARKED}.rule": 2,
    f"{words.PARKED}.map": 1,
    f"{words.SECRET}.s-1": 412,
    f"{words.ANSWER}.0.05": 409,
    f"{words.ANSWER}.2.5": 3,
}
_DAY = {
    **{word: 20 * count for word, count in _HOUR.items()},
    words.LISTED: 8_100,
    words.MISSED: 61,
    f"{words.ROUND}.done": 140,
    f"{words.ROUND}.failed": 4,
}


def faring_messages(topic: str, now: float, term: int) -> list[Message]:
    """One with something of all that is looked at; one that is well; one that waits."""
    return [
        figures_message(topic, SOURCE, figures_row(_facts(now)), term),
        *(
            state_message(topic, Subject(Kind.INTAKE, name), state, term)
            for name, state in _STATES.items()
        ),
    ]


_STATES = {
    SOURCE: State(
        Health.DEGRADED,
        (
            Why("3 numbers never came: 100412, 100413, 100420", "intake_gaps"),
            Why("no longer sent: customer.locale of orders/create", "intake_fields"),
        ),
    ),
    "globex-edi": State(Health.HEALTHY),
    "initech-woo": State(
        Health.HELD, (Why("paused: the outlet is closed until spring"),)
    ),
}


def _facts(now: float) -> IntakeFacts:
    today = int(now // _DAY_S) * _DAY_S
    return IntakeFacts(
        id=SOURCE,
        owner="acme",
        state="active",
        why="",
        rotated=now - 3_600,
        ending={"s-0": now + 82_800},
        arrivals=Arrivals(silent_s=74, expected=8.4),
        figures=SourceFigures(
            last=now - 74,
            heard=8_240,
            hour=Figures(_HOUR),
            day=Figures(_DAY),
            days={
                today - n * _DAY_S: Figures({words.LISTED: 8_000, words.MISSED: 9 * n})
                for n in range(3, -1, -1)
            },
            missing=3,
            first_missing=(100_412, 100_413, 100_420),
            new={"order.gift_note": 37, "order.channel_liable": 412},
            gone=(("orders/create", "customer.locale"),),
        ),
    )
