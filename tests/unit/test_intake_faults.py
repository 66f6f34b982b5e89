"""The fault run of intake can tell a kept promise from a broken one."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from random import Random

import pytest

from bus.record import Record
from tests.faults.fleet import Crash
from tests.faults.intake.balancer import Balancer, Heard
from tests.faults.intake.letters import (
    CHANGED,
    MAKERS,
    RECEIVED,
    SHARES,
    Letter,
    Mark,
    Post,
)
from tests.faults.intake.manners import MANNERS, InARow, Share
from tests.faults.intake.offered import Offered
from tests.faults.intake.plan import MEMBERS, Victim, schedule
from tests.faults.intake.report import quantile, while_up
from tests.faults.intake.senders import Answer, Sender
from tests.faults.intake.witness import Witness
from tests.support.turns import turn

ORDER = "shopify.shopify-eu.1"
CRASH = Crash("convert", "killed", 100.0, 101.0)


def letter(*kinds: str) -> Letter:
    """A message that owes these events of one order."""
    return Letter("shopify-eu", b"{}", tuple(Mark(ORDER, kind) for kind in kinds))


def event(kind: str, id_: str, at: float, offset: int = 0) -> Record:
    """A record of `oms.intake`."""
    headers = ((("ce_type", kind.encode())), ("ce_id", id_.encode()))
    return Record("oms.intake", 0, offset, int(at * 1000), ORDER.encode(), b"", headers)


def judged(records: Sequence[Record], *kinds: str) -> list[str]:
    """What is broken, where a letter of these kinds was sent."""
    witness = Witness()
    witness.written(letter(*kinds))
    witness.saw(records)
    witness.judge([CRASH], [])
    return witness.broken


def test_what_ends_as_an_event_is_not_lost() -> None:
    """And what does not is."""
    assert judged([event(RECEIVED, "a", 50)], RECEIVED) == []
    assert "1 lost" in judged([], RECEIVED)[0]


def test_an_older_version_may_be_superseded() -> None:
    """The newer one was told whole: then the older never is, and not after it."""
    newer, older = event(CHANGED, "b", 50, 0), event(RECEIVED, "a", 51, 1)
    assert judged([newer], RECEIVED, CHANGED) == []
    assert "out of order" in judged([newer, older], RECEIVED, CHANGED)[0]


def test_a_repeat_needs_a_crash() -> None:
    """What was told just before one may be told again; all else may not."""
    excused = [event(RECEIVED, "a", 99, 0), event(RECEIVED, "a", 104, 1)]
    assert judged(excused, RECEIVED) == []
    early = [event(RECEIVED, "a", 10, 0), event(RECEIVED, "a", 11, 1)]
    assert "without a crash" in judged(early, RECEIVED)[0]


def test_one_message_has_one_id() -> None:
    """Consumers know a repeat by it."""
    two = [event(RECEIVED, "a", 99, 0), event(RECEIVED, "b", 104, 1)]
    assert "by two ids" in judged(two, RECEIVED)[0]


def test_events_nobody_sent_are_seen() -> None:
    """There are none."""
    assert "nobody sent" in judged([event(RECEIVED, "a", 1)])[0]


def test_what_nobody_accepted_may_come_or_not() -> None:
    """Where its sender gave up; what was accepted is owed."""
    witness = Witness()
    witness.written(letter(RECEIVED))
    witness.excuse(letter(RECEIVED))
    witness.saw([event(RECEIVED, "a", 1)])
    witness.judge([], [])
    assert (witness.broken, witness.excused) == ([], 1)


# ------------------------------------------------ senders


class Slow(Balancer):
    """Answers nobody before it is `let`; then all, with this status."""

    def __init__(self, status: int = 200) -> None:
        super().__init__()
        self.status = status
        self.under_way = self.most = 0
        self.let = asyncio.Event()

    async def post(
        self, path: str, body: bytes, headers: Mapping[str, str], timeout_s: float
    ) -> Heard:
        """Wait, and count who waits."""
        del path, body, headers, timeout_s
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.let.wait()
        self.under_way -= 1
        return Heard(self.status, b"", 0.1)


def sender(name: str, door: Balancer, **changed: object) -> Sender:
    """One of a channel; of its manners some are changed."""
    manners = replace(MANNERS[name], twice=0.0, **changed)  # type: ignore[arg-type]
    return Sender(name, manners, door, Random(1))  # noqa: S311 - not a secret


async def all_done(one: Sender) -> None:
    """Return once nothing of it is under way."""
    while one.under_way:
        await turn()


async def test_a_sender_has_so_many_connections() -> None:
    """What is more waits for one, and of that it takes so much at most."""
    door = Slow()
    one = sender("shopify", door, connections=3)
    count = 0
    while one.has_room:
        one.send(letter(RECEIVED))
        count += 1
        await turn()
    assert (count, door.under_way) == (2_003, 3)
    door.let.set()
    await all_done(one)
    assert (one.accepted, door.most) == (count, 3)
    assert one.has_room


async def test_what_was_offered_is_told_with_its_answers() -> None:
    """Also that it was not all that was asked for, and who gave up."""
    door = Slow(503)
    door.let.set()
    one = sender("woocommerce", door)
    told = Offered({"woocommerce": one}, asked=20, offered=10)
    for _ in range(10):
        one.send(letter(RECEIVED))
    await all_done(one)
    assert not told.is_all
    text = told.text(2.0)
    assert "20 letters asked for (10/s), 10 offered (5/s), 0 accepted" in text
    assert "refused 10 by 503; no answer in time 0; given up 10" in text
    assert len(list(told.given_up)) == 10
    assert told.punished == [
        "woocommerce: order never sent again, 10 times",
        "woocommerce: webhook disabled, 5 times",
    ]
    after = Offered({"woocommerce": one})
    assert (after.answers, list(after.given_up), after.punished) == ([], [], [])


def test_six_failures_in_a_row_disable_a_webhook() -> None:
    """As WooCommerce does; one good answer begins anew."""
    penalty = InARow()
    assert [penalty.heard(n, well=False) for n in range(5)] == [""] * 5
    assert penalty.heard(6, well=True) == ""
    assert [penalty.heard(n, well=False) for n in range(5)] == [""] * 5
    assert penalty.heard(9, well=False) == "webhook disabled"


def test_a_tenth_of_failures_blocks_a_domain() -> None:
    """As BigCommerce does, once it has sent a hundred within two minutes."""
    penalty = Share()
    told = [penalty.heard(n / 10, well=n % 8 != 0) for n in range(100)]
    assert set(told[:99]) == {""}
    assert told[99] == "domain blocked"
    assert penalty.heard(500, well=False) == ""


@pytest.mark.parametrize("name", MANNERS)
def test_every_wait_is_shorter_than_its_own(name: str) -> None:
    """Who has tried often enough gives up, or goes on for ever."""
    manners = MANNERS[name]
    waits = [manners.wait_s(tries) for tries in range(1, len(manners.waits_s) + 1)]
    assert all(
        wait is not None and wait < own
        for wait, own in zip(waits, manners.waits_s, strict=True)
    )
    last = manners.wait_s(len(manners.waits_s) + 1)
    assert (last is None) == bool(manners.after)


def test_every_channel_has_letters_and_manners() -> None:
    """None is declared that never sends."""
    assert set(MAKERS) == set(MANNERS) == set(SHARES)
    assert sum(SHARES.values()) == pytest.approx(1)


@pytest.mark.parametrize("name", MAKERS)
def test_no_two_letters_owe_the_same(name: str) -> None:
    """So that an event says which letter it came of."""
    owed = [mark for one in islice(MAKERS[name](5), 40) for mark in one.owed]
    assert len(owed) == len(set(owed))


def test_a_seed_repeats_letters_and_kills() -> None:
    """Another one has others."""

    def drawn(seed: int) -> list[tuple[str, bytes]]:
        post = Post(seed)
        names = [post.channel() for _ in range(20)]
        return [(name, post.letter(name).body) for name in names]

    assert drawn(1) == drawn(1) != drawn(2)
    for victim in Victim:
        first = list(islice(schedule(1, victim), 9))
        assert first == list(islice(schedule(1, victim), 9))
        count = MEMBERS[victim]
        assert {kill.member for kill in first[:count]} == set(range(count))


def test_quantiles_of_answers() -> None:
    """The slowest of a hundred is not the 99th percentile's business."""
    answers = [Answer(0, 200, 0.01)] * 199 + [Answer(0, 503, 9.0)]
    assert quantile(answers, 0.99) == pytest.approx(0.01)
    assert quantile(answers, 1) == pytest.approx(9)
    assert quantile([], 0.5) == 0


def test_who_meets_somebody_away_is_told_apart() -> None:
    """Whether it was asked before, meanwhile, or waits for it still."""
    down = [(10.0, 20.0)]
    asked = {9.0: 0.5, 9.8: 0.5, 15.0: 0.1, 20.1: 3.0}
    answers = [Answer(at, 200, took_s) for at, took_s in asked.items()]
    assert [one.at for one in while_up(answers, down)] == [9.0, 20.1]
    assert while_up(answers, []) == answers
