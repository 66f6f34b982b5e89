"""Who sends which order: one side, always; sticky; from stated offsets on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.errors import ConfigurationError
from bus.log.health import figures_of
from bus.log.rows import AttemptRow
from bus.log.rows import Place as RowPlace
from bus.migration.fared import Fared, Repeats, repeats_of
from bus.migration.gates import Known, State, closed, gates, turned
from bus.migration.ledger import (
    Epoch,
    Limits,
    Migration,
    Place,
    Proof,
    first_epoch,
    restore_migration,
    starts_of,
    store_migration,
)
from bus.migration.moves import Moves
from bus.migration.owners import bucket, old_sends, owner, side_of
from bus.migration.phases import Phase, Rung, above, below, ladder
from bus.migration.sent import Side
from bus.record import Record

HOUR_MS = 3_600_000
ORDERS = st.text(min_size=1, max_size=30)
SHARES = st.lists(st.sampled_from([0, 1, 5, 25, 50, 100]), max_size=8)


def moving(*shares: int, old: str = "", every: int = 10) -> Migration:
    """A migration whose epochs begin every so many offsets, and every hour."""
    made = Migration(id="acme", old=old, epochs=(first_epoch(0, "ada"),))
    for number, share in enumerate(shares, 1):
        phase = Phase.CANARY if share else Phase.SHADOW
        starts = {"oms.order": (number * every, number * every)}
        epoch = Epoch(
            number=number + 1,
            phase=phase,
            share=share,
            at_ms=number * HOUR_MS,
            starts=starts,
        )
        made = made.with_epoch(epoch)
    return made


@given(ORDERS, SHARES, st.integers(0, 100), st.integers(0, 1))
def test_each_event_has_one_owner(
    order: str, shares: list[int], offset: int, partition: int
) -> None:
    """Of two subscriptions on both sides exactly one sends, whatever the ledger."""
    made = moving(*shares, old="acme-old")
    record = Record("oms.order", partition, offset, 0, None, b"")
    sends = Moves([made]).sift(["acme", "acme-old", "other"], order, record, 0)
    assert len(sends) == 2
    assert sends[-1] == "other"
    is_new = owner(made, order, Place("oms.order", partition, offset)) is Side.NEW
    assert (sends[0] == "acme") is is_new


@given(ORDERS, st.integers(0, 100), st.integers(0, 100))
def test_a_greater_share_takes_none_back(order: str, one: int, other: int) -> None:
    """An order that the new side has stays there while the share grows."""
    less, more = sorted((one, other))
    made = moving()
    if side_of(made, order, less) is Side.NEW:
        assert side_of(made, order, more) is Side.NEW
    assert side_of(made, order, 0) is Side.OLD
    assert side_of(made, order, 100) is Side.NEW


def test_shares_are_shares() -> None:
    """Of many orders about so many in a hundred are the new side's."""
    orders = [f"SO-{n:06}" for n in range(20_000)]
    for share in (1, 5, 25, 50):
        new = sum(side_of(moving(), one, share) is Side.NEW for one in orders)
        assert new / 20_000 == pytest.approx(share / 100, abs=0.012)


def test_the_hash_is_what_the_docs_say() -> None:
    """Old senders compute it by themselves: it never changes."""
    assert bucket("acme", "SO-1001") == 9095


def test_a_step_begins_at_its_offsets() -> None:
    """What stands before belongs to whom it belonged; new partitions are after it."""
    made = moving(100, 0)
    sides = [
        owner(made, "SO-1", Place("oms.order", 0, at)) for at in (9, 10, 19, 20, 99)
    ]
    assert sides == [Side.OLD, Side.NEW, Side.NEW, Side.OLD, Side.OLD]
    assert owner(moving(100), "SO-1", Place("oms.order", 7, 0)) is Side.NEW
    assert owner(moving(100), "SO-1", Place("oms.risk", 0, 0)) is Side.NEW


@given(ORDERS, SHARES, st.integers(0, 9 * HOUR_MS), st.integers(-20_000, 20_000))
def test_nothing_is_missed_around_a_step(
    order: str, shares: list[int], appended_ms: int, off_ms: int
) -> None:
    """Whatever the bus leaves to an old sender outside, that one sends.

    Though its clock is off by less than the overlap.
    """
    made = moving(*shares)
    now = [one for one in made.epochs if one.at_ms <= appended_ms][-1]
    if side_of(made, order, now.share) is Side.OLD:
        assert old_sends(made, order, appended_ms + off_ms)


def test_away_from_a_step_only_one_sends() -> None:
    """Both send for a minute around it, and no longer."""
    made = moving(100)
    at = (-61_000, -59_000, 0, 59_000, 61_000)
    sends = [old_sends(made, "SO-1", HOUR_MS + near) for near in at]
    assert sends == [True, True, True, True, False]


def test_the_ladder_up_and_down() -> None:
    """Each phase in turn; back one rung, or to where the new side has no order."""
    shares = (1, 25)
    rungs, at = [], Rung(Phase.INVENTORY, 0)
    while (up := above(at, shares)) is not None:
        assert below(up, shares) == at
        rungs.append(at := up)
    assert rungs == list(ladder(shares))[1:]
    assert below(Rung(Phase.INVENTORY, 0), shares) is None
    assert below(Rung(Phase.CANARY, 25), shares, at_all=True) == (Phase.SHADOW, 0)
    assert above(Rung(Phase.CANARY, 10), shares) == (Phase.CANARY, 25)


def test_it_is_stored_and_read_again() -> None:
    """All of it; fields of a newer version are left out, another id is refused."""
    made = moving(1, 25, old="acme-old")
    assert restore_migration(b"acme", store_migration(made)) == made
    newer = store_migration(made).replace(b'{"id"', b'{"novel":1,"id"')
    assert restore_migration(b"acme", newer) == made
    for key, value in ((b"other", store_migration(made)), (b"acme", b"{}")):
        with pytest.raises(ConfigurationError):
            restore_migration(key, value)


def test_starts_are_by_topic_and_partition() -> None:
    """The ends of all source topics, in the order of their partitions."""
    ends = {("a", 1): 5, ("a", 0): 3, ("b", 0): 0}
    assert starts_of(ends) == {"a": (3, 5), "b": (0,)}


NOW_MS = 10 * 24 * HOUR_MS
COUNTS = {"pairs": 3_000, "different": 0, "unpaired": 0}


def proof(**fields: object) -> Proof:
    """A comparison of a week, without a difference."""
    given = {
        "at_ms": NOW_MS,
        "hash": "0",
        "verdict": "no difference",
        "clean": True,
        "first_ms": NOW_MS - 7 * 24 * HOUR_MS,
        "last_ms": NOW_MS,
        "types": {"order.created": COUNTS},
    }
    return Proof.model_validate(given | fields)


def known(now_ms: int, *, subscribed: bool = True) -> Known:
    """What gates know, without a log."""
    return Known(now_ms, subscribed, None)


@pytest.mark.parametrize(
    ("fields", "shut"),
    [
        ({}, []),
        ({"clean": False}, ["parity"]),
        ({"types": {"order.created": COUNTS | {"pairs": 12}}}, ["pairs"]),
        ({"first_ms": NOW_MS - HOUR_MS}, ["period"]),
        ({"at_ms": NOW_MS - 25 * HOUR_MS}, ["fresh"]),
    ],
)
def test_parity_opens_the_canary(fields: dict, shut: list[str]) -> None:
    """Only a clean, large, long and fresh comparison lets orders move."""
    made = moving(0).with_proof(proof(**fields))
    found = gates(made, Rung(Phase.CANARY, 1), known(NOW_MS))
    assert [one.gate for one in closed(found)] == shut


def test_nothing_known_is_no_pass() -> None:
    """Without a comparison, a log or the subscription no orders move."""
    found = gates(moving(0), Rung(Phase.CANARY, 1), known(NOW_MS, subscribed=False))
    states = {one.gate: one.state for one in found}
    assert states == {"subscription": State.FAIL, "parity": State.UNKNOWN}
    found = gates(moving(1), Rung(Phase.CANARY, 5), known(HOUR_MS * 2))
    assert [one.gate for one in closed(found)] == ["parity", "held", "success"]


def test_every_share_more_asks_for_parity_anew() -> None:
    """A comparison since then that differs shuts the gate, and takes orders back."""
    good, later = figures_of(()), NOW_MS + HOUR_MS
    clean = moving(1).with_proof(proof(at_ms=later))
    found = gates(clean, Rung(Phase.CANARY, 5), known(later))
    assert "parity" not in [one.gate for one in closed(found)]
    assert turned(clean, Fared(good)) is None
    differs = clean.with_proof(proof(at_ms=later, clean=False, verdict="they differ"))
    found = gates(differs, Rung(Phase.REVERSED, 100), known(later))
    assert "parity" in [one.gate for one in closed(found)]
    assert turned(differs, Fared(good)) == "compared since the step: they differ"
    before = moving(1).with_proof(proof(at_ms=-1, clean=False))
    assert turned(before, Fared(good)) is None


def test_the_old_side_may_be_compared_while_it_only_computes() -> None:
    """It need not be; but what was compared since counts."""
    last = moving(100).now.model_copy(update={"phase": Phase.REVERSED, "number": 3})
    turned_round, to = moving(100).with_epoch(last), Rung(Phase.RETIRED, 100)
    names = [one.gate for one in gates(turned_round, to, known(NOW_MS))]
    assert "parity" not in names
    differs = turned_round.with_proof(proof(at_ms=NOW_MS, clean=False))
    found = gates(differs, to, known(NOW_MS))
    assert "parity" in [one.gate for one in closed(found)]


def test_only_what_is_known_to_be_bad_turns_a_gate() -> None:
    """Too little data takes nothing back; nor is a side without orders judged."""
    good = figures_of(()).__class__(500, 499, 0, 0, 0.998, None, 80_000.0, None)
    bad = good._replace(accepted=400, success_rate=0.8)
    made = moving(5)
    assert turned(made, Fared(good)) is None
    assert "80.00% of 500 attempts accepted" in str(turned(made, Fared(bad)))
    assert turned(made, Fared(bad._replace(attempts=99))) is None
    assert turned(moving(5, 0), Fared(bad)) is None
    slow = Fared(good._replace(p95_us=4_200_000.0))
    assert turned(made, slow) == "95 % of attempts within 4.2 s, at most 2"
    assert turned(made, Fared(slow.figures._replace(attempts=99))) is None
    again = Fared(good, Repeats(200, 30))
    assert turned(made, again) == "15.00% of the newest 200 came again, at most 5.00%"
    assert turned(made, Fared(good, Repeats(99, 30))) is None
    assert turned(made, Fared(good, Repeats(200, 10))) is None


def test_what_comes_again_is_counted_once_a_repeat() -> None:
    """Replays were asked for, and acknowledgements are no calls."""
    at = RowPlace("bus.attempts", 0, 1)
    row = AttemptRow(
        *(at, 0, 0, "acme", "e1", "order.created", "SO-1", None),
        *(1, 0, "accepted", 200, "done"),
    )
    rows = [
        row,
        row._replace(number=2),
        row._replace(event_id="e2"),
        row._replace(event_id="e2", replay=1),
        row._replace(event_id="e3", status=0),
        row._replace(event_id="e4", outcome="failed", status=500),
    ]
    assert repeats_of(rows) == Repeats(accepted=3, again=1)


def test_health_gates_of_a_share() -> None:
    """Success, latency and duplicates each let pass, or say why not."""
    figures = figures_of(()).__class__(500, 500, 0, 0, 1.0, None, 80_000.0, None)
    fared = Fared(figures, Repeats(500, 0))
    late = Known(NOW_MS, subscribed=True, fared=fared)
    canary = moving(1).with_proof(proof())
    found = gates(canary, Rung(Phase.CANARY, 5), late)
    parity = ["parity", "pairs", "period", "fresh"]
    names = ["subscription", *parity, "held", "success", "latency", "duplicates"]
    assert [one.gate for one in found] == names
    assert not closed(found)
    shy = late._replace(fared=Fared(figures))
    (only,) = closed(gates(canary, Rung(Phase.CANARY, 5), shy))
    assert (only.gate, only.state) == ("duplicates", State.UNKNOWN)


@pytest.mark.parametrize(
    "fields",
    [
        {"shares": (5, 1)},
        {"shares": (0,)},
        {"old": "acme"},
        {"epochs": ()},
        {"limits": {"success": 2}},
    ],
)
def test_plans_that_cannot_be(fields: dict) -> None:
    """Refused when they are made."""
    with pytest.raises(ValueError, match=r"."):
        Migration.model_validate(moving().model_dump() | fields)
    assert Limits().pairs == 3_000
