"""What a run did and what came of it, as text: whole, however the run ended."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.intake.round import Round, Run
from tests.faults.intake.senders import Answer

WITHIN_S = 1.0
_TIMES = 10
_LEAST = 200
_BAD = 500


def quantile(answers: Sequence[Answer], share: float) -> float:
    """How long answers took, by share; 0 for none. No answer counts as its wait."""
    took = sorted(answer.took_s for answer in answers)
    return took[int(share * (len(took) - 1))] if took else 0.0


@dataclass
class Report:
    """Sums up rounds. The first is quiet: what the machine does then is the measure."""

    seed: int
    setting: str = ""
    quiet_s: float = 0.0
    lines: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    broken_off: str = ""

    @property
    def late_s(self) -> float:
        """What the 99th percentile may be: a second, or ten times as when quiet."""
        return max(WITHIN_S, _TIMES * self.quiet_s)

    def add(self, played: Round) -> None:
        """Take a round in, and judge how long its answers took."""
        if not self.lines:
            self.quiet_s = quantile(played.answers, 0.99)
        p99 = quantile(played.answers, 0.99)
        if len(played.answers) >= _LEAST and p99 > self.late_s:
            played.broken.append(f"p99 of answers {p99:.2f} s, over {self.late_s:.2f}")
        self.lines.append(_line(played))
        self.broken += [f"{played.name}: {told}" for told in played.broken]

    def text(self, run: Run | None) -> str:
        """The report."""
        lines = "\n".join(self.lines)
        ended = "".join(f"BROKEN {told}\n" for told in self.broken)
        off = f"broken off: {self.broken_off}\n" if self.broken_off else ""
        whole = "" if run is None else _whole(run)
        return (
            f"seed {self.seed}{self.setting}\n"
            f"round    letters/s  sent  kills  answers  not 2xx  p50 ms  p99 ms"
            f"  worst ms  settled s\n{lines}\n{whole}{off}{ended}"
        )


def _line(played: Round) -> str:
    answers = played.answers
    bad = sum(not 200 <= a.status < 300 for a in answers)
    return (
        f"{played.name:8} {played.sent / played.lasts_s:9.0f} {played.sent:5}"
        f" {len(played.kills):6} {len(answers):8} {bad:8}"
        f" {1e3 * quantile(answers, 0.5):7.0f} {1e3 * quantile(answers, 0.99):7.0f}"
        f" {1e3 * quantile(answers, 1):9.0f} {played.settled_s:10.1f}"
    )


def _whole(run: Run) -> str:
    witness, stage = run.witness, run.stage
    kills = Counter(crash.role for crash in stage.fleet.crashes)
    kills["broker"] = len(stage.broker_kills)
    punished = sum(sum(one.punished.values()) for one in run.senders.values())
    senders = "\n".join(
        f"  {name:12} {owed:8} events owed, {len(sender.answers):8} answers, "
        f"{sender.repeated} sent again though answered, {len(sender.given_up)} given up"
        for name, sender in run.senders.items()
        if (owed := witness.by_source().get(f"{name}-eu", 0)) or True
    )
    return (
        f"events owed              {len(witness.owed)}\n"
        f"lost                     {len(witness.missing())}\n"
        f"parked                   {sum(witness.parked.values())}\n"
        f"told again, by one id    {witness.repeats}\n"
        f"sources punished         {punished}\n"
        f"passed on to another door {stage.balancer.passed_on}\n"
        f"ended (SIGKILL, or partitions lost): "
        + ", ".join(f"{count} {role}" for role, count in sorted(kills.items()))
        + f"\n{senders}\n"
    )
