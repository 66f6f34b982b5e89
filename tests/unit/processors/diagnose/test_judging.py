"""What is made of facts that nobody has to wait for: latencies, attempts, limits."""

from collections.abc import Mapping

import pytest

from bus.log.rows import AttemptRow, Place
from bus.probing import Address, LookedUp
from processors.diagnose.facts import At, Facts, Pace, Past
from processors.diagnose.findings import Finding, Severity
from processors.diagnose.judging import findings
from processors.diagnose.past import failures
from processors.status.counting import Count
from processors.status.lagging import Backlog
from processors.status.report import Subscriber
from tests.unit.processors.diagnose.conftest import stored

NOW = 1_800_000_000.0
PLACE = Place("bus.attempts", 0, 0)


def facts(**seen: object) -> Facts:
    """Facts about a subscription of which nothing else is known."""
    subscription = stored("https://acme.example/in")
    known: dict[str, object] = {
        "subscription": subscription,
        "stored": True,
        "signs": True,
        "why_not": "",
        "began_s": NOW,
        "tried": [],
        "paces": [],
    }
    return Facts(**(known | seen))  # type: ignore[arg-type]


def found(**seen: object) -> Mapping[str, Finding]:
    """Findings by code."""
    return {one.code: one for one in findings(facts(**seen))}


def row(  # noqa: PLR0913 - what an attempt has
    outcome: str = "accepted",
    *,
    status: int = 200,
    detail: str = "",
    route: str = "done",
    ago_s: float = 60,
    number: int = 1,
    event: str = "e1",
) -> AttemptRow:
    """An attempt."""
    started = int((NOW - ago_s) * 1e6)
    return AttemptRow(
        PLACE, started, 2000, "acme", event, "order.created", "SO-1", None,
        number, 0, outcome, status, route, detail,
    )  # fmt: skip


def past(*rows: AttemptRow, unreadable: str = "") -> Past:
    """The last day."""
    return Past(NOW, NOW - 86_400, NOW - 86_400, rows, unreadable)


def pace(flight: int, *took_s: float, unanswered: int = 0) -> Pace:
    """Latencies."""
    return Pace(flight, NOW, took_s, unanswered, 5.0)


@pytest.mark.parametrize(
    ("paces", "codes"),
    [
        ([pace(1, 0.01), pace(10, 0.02)], {"latency.ok", "latency.together"}),
        ([pace(1, 3.0)], {"latency.slow"}),
        ([pace(1, 0.1), pace(10, 1.0)], {"latency.ok", "latency.queues"}),
        ([pace(1, 0.001), pace(10, 0.05)], {"latency.ok", "latency.together"}),
        (
            [pace(1, 0.1), pace(10, 0.1, unanswered=4)],
            {"latency.ok", "latency.overloaded"},
        ),
        ([], set()),
    ],
)
def test_latencies(paces: list[Pace], codes: set[str]) -> None:
    """Slow is half of what deliveries wait; queueing is three times as long."""
    assert {c for c in found(paces=paces) if c.startswith("latency")} == codes


def test_failures_are_grouped_by_cause() -> None:
    """Counts, first and last time, the newest detail; numbers do not part causes."""
    rows = [
        row("failed", status=503, detail="503 a", route="retry:1s", ago_s=300),
        row("failed", status=503, detail="503 b", route="retry:5s", ago_s=200),
        row("unreachable", status=0, detail="tls: port 41", route="retry:1s"),
        row("unreachable", status=0, detail="tls: port 42", route="held"),
        row("unreachable", status=0, detail="tls: port 43", route="held"),
        row(),
        row("held", number=0, detail="busy", route="retry:1s"),
    ]
    groups = failures(rows)

    assert [(g.outcome, g.count, g.detail) for g in groups] == [
        ("unreachable", 3, "tls: port 43"),
        ("failed", 2, "503 b"),
    ]
    assert groups[1].first_us == int((NOW - 300) * 1e6)
    assert groups[1].last_us == int((NOW - 200) * 1e6)


@pytest.mark.parametrize("outcome", ["refused", "throttled", "failed", "unreachable"])
def test_each_kind_of_failure(outcome: str) -> None:
    """Each has a finding with advice; dead letters that go on are an error."""
    status = 0 if outcome == "unreachable" else 500
    lost = row(outcome, status=status, route="dead_letter:exhausted")
    one = found(past=past(row(), lost))[f"failures.{outcome}"]
    old = found(past=past(lost._replace(started_us=1)))[f"failures.{outcome}"]

    assert one.severity is Severity.ERROR
    assert one.evidence["dead_letters"] == 1
    assert one.evidence["events"] == ["e1"]
    assert "bus dlq replay" in one.do
    assert old.severity is Severity.WARNING


def test_none_failed() -> None:
    """A good past is told as such, an empty one too."""
    assert found(past=past(row()))["failures.none"].severity is Severity.OK
    assert found(past=past())["failures.quiet"].severity is Severity.INFO
    assert "failures.unknown" in found(past=past(unreadable="no answer"))
    assert "failures.none" not in found(past=past(row("failed", status=500)))


def test_many_causes_do_not_fill_the_screen() -> None:
    """Ten are told one by one, the rest together."""
    rows = [row("refused", status=400 + n) for n in range(15)]
    told = findings(facts(past=past(*rows)))
    assert sum(one.code == "failures.refused" for one in told) == 10
    (rest,) = (one for one in told if one.code == "failures.others")
    assert rest.says.startswith("5 attempts more")


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ("busy", "limits.spilled"),
        ("crowded", "limits.spilled"),
        ("breaker", "limits.breaker-held"),
        ("paused", "limits.state-held"),
        ("unproven", "limits.state-held"),
        ("something new", "limits.held"),
    ],
)
def test_what_its_limits_did(why: str, code: str) -> None:
    """Hops without a call are counted by reason; a good past has none."""
    hop = row("held", number=0, status=0, detail=why, route="retry:1s")
    told = found(past=past(row(), hop, hop))

    assert told[code].evidence["by_reason"] == {why: 2}
    assert told[code].evidence["concurrency"] == 100
    assert code not in found(past=past(row()))


def test_what_was_given_up_without_an_attempt() -> None:
    """Too old, for example; it is no hop."""
    old = row("held", number=0, detail="breaker", route="dead_letter:too_old")
    told = found(past=past(old))
    assert told["limits.given-up"].evidence["by_reason"] == {"too_old": 1}
    assert "limits.breaker-held" not in told


def standing(breaker: str | None, waiting: int = 0, dead: int = 0) -> At[Subscriber]:
    """A subscription as `bus status` knows it."""
    return At(
        NOW,
        Subscriber(
            id="acme",
            state="active",
            breaker=breaker,
            pending={"1s": Backlog(waiting, int(NOW * 1000) if waiting else None)},
            dead=Count(dead),
        ),
    )


@pytest.mark.parametrize(
    ("seen", "code", "severity"),
    [
        (standing("closed"), "limits.ok", Severity.OK),
        (standing("-"), "limits.ok", Severity.OK),
        (standing(None), "limits.ok", Severity.OK),
        (standing("open in 1 of 2", 7), "limits.breaker", Severity.ERROR),
        (standing("closed", 0, 3), "limits.dead", Severity.WARNING),
        (At(NOW, "no answer"), "limits.unknown", Severity.INFO),
    ],
)
def test_breaker_and_backlog(
    seen: At[Subscriber | str], code: str, severity: Severity
) -> None:
    """As `bus status` has them, or why they are not known."""
    told = found(standing=seen)
    assert {c for c in told if c.startswith("limits")} == {code}
    assert told[code].severity is severity


@pytest.mark.parametrize(
    ("state", "severity"),
    [
        ("paused", Severity.WARNING),
        ("disabled", Severity.ERROR),
        ("removing", Severity.ERROR),
    ],
)
def test_what_it_is_doing(state: str, severity: Severity) -> None:
    """A subscription that sends nothing is told of first."""
    one = stored("https://acme.example/in", state=state, state_reason="by Ann")
    told = found(subscription=one)
    assert told[f"state.{state}"].severity is severity
    assert told[f"state.{state}"].evidence == {"reason": "by Ann"}
    assert "state.ok" not in told


def test_an_endpoint_that_said_nothing() -> None:
    """Its events wait: told of, and gone once it has said that it wants them."""
    one = stored("https://acme.example/in")
    told = found(subscription=one.model_copy(update={"unproven": True}))
    assert told["state.unproven"].severity is Severity.ERROR
    assert "state.unproven" not in found(subscription=one)


def test_a_slow_name() -> None:
    """A look-up of more than a second is a warning."""

    def looked_up(took_s: float) -> At[LookedUp]:
        one = [Address("192.0.2.1")]
        return At(NOW, LookedUp(host="x", addresses=one, took_s=took_s))

    assert found(looked_up=looked_up(2))["dns.slow"].severity is Severity.WARNING
    assert "dns.slow" not in found(looked_up=looked_up(0.01))


def test_the_gravest_come_first() -> None:
    """Whatever the order of the checks."""
    told = findings(
        facts(
            past=past(row("failed", status=500, route="dead_letter:exhausted")),
            standing=standing("closed"),
            paces=[pace(1, 3.0)],
        )
    )
    assert [one.severity for one in told] == [
        Severity.ERROR,
        Severity.WARNING,
        Severity.OK,
        Severity.OK,
    ]


def test_what_was_replayed_since_is_no_error() -> None:
    """A dead letter that was accepted later is told, and nothing is to be done."""
    lost = row("failed", status=503, route="dead_letter:exhausted", ago_s=90)
    one = found(past=past(lost, row(ago_s=30)))["failures.failed"]
    assert one.severity is Severity.WARNING
    assert "1 dead letter since replayed and accepted" in one.says
    assert "bus dlq replay" not in one.do
    other = row("failed", status=503, route="dead_letter:exhausted", event="e2")
    both = found(past=past(lost, row(ago_s=30), other))["failures.failed"]
    assert both.severity is Severity.ERROR
    assert both.evidence["dead_letters"] == 1


def test_what_waited_for_its_owner_s_steps_is_a_warning() -> None:
    """Its owner can do something about it; an end without a call was no waiting."""
    waits = row("held", status=0, detail="expressions", route="retry:1s", number=0)
    ended = row("held", status=0, detail="its filter does not want it", number=0)
    told = found(past=past(row(), waits, ended))
    assert told["limits.expressions"].severity is Severity.WARNING
    assert told["limits.expressions"].evidence["by_reason"] == {"expressions": 1}
    assert "limits.held" not in told
