"""What a seed decides: the same plan whenever it is asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random

from bus.delivery.choices import Exhausted, Ordering
from tests.simulation.odd import draw_oddity
from tests.simulation.plan import (
    PATIENCE_S,
    SCHEMAS,
    Damage,
    Form,
    Kind,
    Mood,
    Options,
    Partner,
    Plan,
    Refusal,
    Send,
    Trouble,
    seeded,
)
from tests.simulation.producers import habits
from tests.simulation.situations import situated


def make_plan(seed: int) -> Plan:
    """The plan of a seed, always the same."""
    random = seeded(f"plan {seed}")
    calm = random.random() < 0.25
    lasts_s = random.choice((3.0, 8.0, 15.0))
    partners = tuple(
        _partner(random, i, calm=calm) for i in range(random.randint(2, 4))
    )
    spread_s = random.choice((0.05, lasts_s, lasts_s))
    sends = tuple(
        Send(
            at=1.0 + random.random() * spread_s,
            number=number,
            order=f"SO-{random.randint(1, 3)}",
            damage=_damage(random.random()),
            form=_form(seeded(f"form {seed} {number}")),
        )
        for number in range(random.randint(3, 14))
    )
    written = habits(seeded(f"habits {seed}"), len(sends))
    sends = tuple(
        replace(send, habit=habit) for send, habit in zip(sends, written, strict=True)
    )
    odd = seeded(f"odd {seed}")
    drawn = Plan(
        seed,
        _options(random, calm=calm),
        partners,
        tuple(_odd(odd, send) for send in sorted(sends, key=lambda s: s.at)),
        tuple(_troubles(random, lasts_s, _CALM if calm else _KINDS)),
        _refusal(seeded(f"refusal {seed}"), sends),
    )
    return situated(drawn)


def _odd(random: Random, send: Send) -> Send:
    large, created_ms = draw_oddity(random)
    return replace(send, large=large, created_ms=created_ms)


def _refusal(random: Random, sends: tuple[Send, ...]) -> Refusal | None:
    """Of one schema in some worlds: healed in time, healed too late, or never."""
    if random.random() > 0.2:
        return None
    schema = random.randrange(SCHEMAS)
    meant = [send.at for send in sends if send.number % SCHEMAS == schema]
    lasts_s = random.choice((PATIENCE_S / 2, 3 * PATIENCE_S, float("inf")))
    return Refusal(schema, min(meant, default=0.0) + lasts_s)


def _damage(draw: float) -> Damage | None:
    if draw < _CUT:
        return Damage.BODY
    return Damage.HEADER if draw < _ODD else None


_CUT, _ODD = 0.03, 0.06


def _form(random: Random) -> Form:
    return random.choices(list(Form), (88, 4, 4, 4))[0]


def _troubles(
    random: Random, lasts_s: float, kinds: Mapping[Kind, int]
) -> Iterator[Trouble]:
    """Some on their own, some in the wake of the one before."""
    at = 1.0  # when the events begin
    for _ in range(random.randint(0, 6)):
        alone = random.random() < 0.5
        at = random.random() * (lasts_s + 4) if alone else at + random.random()
        yield Trouble(
            at=at,
            kind=random.choices(list(kinds), list(kinds.values()))[0],
            target=random.randrange(1000),
            length_s=random.choice((0.3, 1.0, 4.0)),
            callbacks=int(random.random() ** 2 * 40) + 1,
        )


_KINDS = {
    Kind.CRASH: 8,
    Kind.FREEZE: 4,
    Kind.ROLL: 3,
    Kind.SCALE: 3,
    Kind.EXPEL: 7,
    Kind.BROKER_AWAY: 2,
    Kind.REGISTRY_AWAY: 3,
    Kind.CLOCK_JUMP: 1,
    Kind.PAUSE: 1,
    Kind.UPDATE: 2,
    Kind.REMOVE: 1,
    Kind.ACK: 2,
    Kind.EXPIRE: 2,
    Kind.TOPIC_ANEW: 2,
}
_CALM = {Kind.PAUSE: 1, Kind.UPDATE: 2, Kind.REMOVE: 1, Kind.ACK: 1}
_MOODS = {
    Mood.GOOD: 6,
    Mood.FLAKY: 4,
    Mood.FAILING: 2,
    Mood.HANGING: 2,
    Mood.THROTTLING: 1,
    Mood.REFUSING: 1,
    Mood.GONE: 1,
    Mood.RESETTING: 2,
    Mood.SLOW: 2,
}


def _partner(random: Random, index: int, *, calm: bool) -> Partner:
    mood = random.choices(list(_MOODS), list(_MOODS.values()))[0]
    narrow = random.random() < 0.3 and not (calm and mood is Mood.GOOD)
    return Partner(
        id=f"p{index}",
        mood=mood,
        ordering=random.choice((Ordering.NONE, Ordering.NONE, Ordering.KEY)),
        on_exhausted=random.choice((Exhausted.SKIP, Exhausted.SKIP, Exhausted.BLOCK)),
        retry=random.choice((("1s",), ("1s", "5s"), ("1s", "1s", "5s"))),
        concurrency=random.randint(1, 3) if narrow else 100,
        rate=random.choice((None, None, 2.0)) if narrow else None,
        timeout_s=random.choice((1.0, 3.0)),
        filtered=random.random() < 0.15,
        late=index > 0 and random.random() < 0.15,
    )


def _options(random: Random, *, calm: bool) -> Options:
    rough = not calm and random.random() < 0.5
    return Options(
        processes=random.choice((1, 1, 2, 2, 3)),
        shuffle=random.random() < 0.8,
        calm=calm,
        latency_s=random.choice((0.002, 0.02, 0.1)) if not calm else 0.004,
        refused=random.choice((0.02, 0.2)) if rough else 0.0,
        acks_lost=random.choice((0.02, 0.2)) if rough else 0.0,
        commits_lost=random.choice((0.05, 0.4)) if rough else 0.0,
        session_s=random.choice((1.0, 3.0)),
        commit_interval_s=random.choice((0.1, 0.5)),
        drain_s=random.choice((0.5, 2.0)),
        intake_limit=8192 if calm else random.choice((4, 4, 16, 8192)),
        in_flight=2000 if calm else random.choice((1, 4, 2000)),
        waiting_limit=500 if calm else random.choice((2, 8, 500)),
    )
